package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"sync/atomic"
	"time"

	"golang.org/x/sync/errgroup"

	"guardrails/shared/clock"
)

const (
	eventType = "chaos.event.sent"
	// perRequest is how many events a request has, publishers how many requests are under way at once.
	perRequest = 10
	publishers = 4
	// every fifth event matches the second rule too.
	some = 5
	// acceptWithin bounds how long one request is sent again.
	acceptWithin = 3 * time.Minute
)

// The receiver's paths, and what the rules for them ask for.
const (
	allPath  = "/all"
	somePath = "/some"
	someOnly = `event.data.lane == "some"`
)

// places are the deliveries of the first n events.
func places(n int) []place {
	var out []place
	for i := range n {
		out = append(out, place{allPath, i})
		if i%some == 0 {
			out = append(out, place{somePath, i})
		}
	}
	return out
}

// publisher publishes events evenly over a time, each until it is accepted.
type publisher struct {
	*client
	seed uint64
	// again counts requests that were sent again.
	again atomic.Int64
}

func (p *publisher) event(n int) map[string]any {
	lane := "other"
	if n%some == 0 {
		lane = "some"
	}
	return map[string]any{
		"id": fmt.Sprintf("chaos-%d-%d", p.seed, n), "type": eventType, "subject": fmt.Sprintf("n-%d", n), "data": map[string]any{"n": n, "lane": lane},
	}
}

// publish returns when all events are accepted.
func (p *publisher) publish(ctx context.Context, events int, over time.Duration) error {
	begin := time.Now()
	g, own := errgroup.WithContext(ctx)
	g.SetLimit(publishers)
	for first := 0; first < events; first += perRequest {
		due := begin.Add(time.Duration(float64(over) * float64(first) / float64(events)))
		if clock.Pause(own, time.Until(due)) != nil {
			break // a request failed, or ctx ended
		}
		g.Go(func() error { return p.request(own, first, min(first+perRequest, events)) })
	}
	return errors.Join(g.Wait(), ctx.Err())
}

// request publishes the events of a range until the API has accepted all of them.
func (p *publisher) request(ctx context.Context, from, to int) error {
	ctx, cancel := context.WithTimeout(ctx, acceptWithin)
	defer cancel()
	var list []any
	for n := from; n < to; n++ {
		list = append(list, p.event(n))
	}
	for {
		status, body, err := p.send(ctx, http.MethodPost, "/api/v1/events", map[string]any{"events": list})
		var answer struct {
			Accepted []string        `json:"accepted"`
			Rejected json.RawMessage `json:"rejected"`
		}
		switch {
		case retryable(status, err):
		case status >= http.StatusMultipleChoices || json.Unmarshal(body, &answer) != nil:
			return fmt.Errorf("publish events from %d on: status %d: %s", from, status, body)
		case len(answer.Accepted) == len(list):
			return nil
		}
		p.again.Add(1)
		if clock.Pause(ctx, again) != nil {
			return fmt.Errorf("events from %d on were not accepted in time; the last answer was %d: %w", from, status, errors.Join(err, context.Cause(ctx)))
		}
	}
}
