package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"slices"
	"strings"
	"sync"
	"time"
)

const (
	// eventType is of the events that are sent; only the rule of the run watches it.
	eventType = "load.event.sent"
	// arriveWithin is how long the last events may take to arrive.
	arriveWithin = 30 * time.Second
	barWidth     = 40
)

// bounds are the upper ends of the histogram's classes.
var bounds = []time.Duration{
	5 * time.Millisecond, 10 * time.Millisecond, 15 * time.Millisecond, 20 * time.Millisecond, 30 * time.Millisecond, 50 * time.Millisecond,
	100 * time.Millisecond, 250 * time.Millisecond, time.Second, time.Minute,
}

// reaction measures the way from an event to its webhook: when each was sent, accepted, and first seen at the receiver.
type reaction struct {
	mu       sync.Mutex
	sent     map[int]time.Time
	accepted map[int]time.Time
	arrived  map[int]time.Time
	twice    int
	all      chan struct{}
	want     int
}

// receive is the receiver: it notes the first byte of each event's request.
func (r *reaction) receive(w http.ResponseWriter, req *http.Request) {
	at := time.Now()
	var body struct {
		Data struct {
			N int `json:"n"`
		} `json:"data"`
	}
	if json.NewDecoder(io.LimitReader(req.Body, 1<<20)).Decode(&body) != nil {
		w.WriteHeader(http.StatusBadRequest)
		return
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	if _, seen := r.arrived[body.Data.N]; seen {
		r.twice++
		return
	}
	r.arrived[body.Data.N] = at
	if len(r.arrived) == r.want {
		close(r.all)
	}
}

// runEvents sends events at a rate to a rule whose webhook is a receiver of our own, and prints how long they took.
func runEvents(ctx context.Context, w io.Writer, c *client, o options) error {
	r := &reaction{sent: map[int]time.Time{}, accepted: map[int]time.Time{}, arrived: map[int]time.Time{}, all: make(chan struct{}), want: int(o.rate * o.duration.Seconds())}
	listener, err := (&net.ListenConfig{}).Listen(ctx, "tcp", "127.0.0.1:0")
	if err != nil {
		return fmt.Errorf("open the receiver: %w", err)
	}
	server := &http.Server{Handler: http.HandlerFunc(r.receive), ReadHeaderTimeout: callTimeout}
	go func() { _ = server.Serve(listener) }() // it ends with the listener
	defer func() { _ = server.Close() }()      // nothing is left to be answered
	end, err := watch(ctx, c, o.keys[0], "http://"+listener.Addr().String()+"/")
	if err != nil {
		return err
	}
	defer end()
	answers := openLoop(ctx, o.rate, o.duration, func(ctx context.Context, n int) (int, error) { return r.send(ctx, c, o.keys[n%len(o.keys)], n) })
	select {
	case <-r.all:
	case <-time.After(arriveWithin):
	case <-ctx.Done():
	}
	if err := answers.print(w); err != nil {
		return err
	}
	return r.print(w)
}

// send publishes the n-th event.
func (r *reaction) send(ctx context.Context, c *client, key string, n int) (int, error) {
	body := fmt.Appendf(nil, `{"type":%q,"subject":"n-%d","data":{"n":%d,"note":%q}}`, eventType, n, n, strings.Repeat("x", 900))
	begin := time.Now()
	resp, err := c.send(ctx, http.MethodPost, c.url+"/api/v1/events", key, body)
	if err != nil {
		return 0, err
	}
	defer resp.Body.Close()
	_, err = io.Copy(io.Discard, resp.Body)
	r.mu.Lock()
	defer r.mu.Unlock()
	r.sent[n], r.accepted[n] = begin, time.Now()
	return resp.StatusCode, err
}

// watch makes a destination and a rule for the run; end removes both.
func watch(ctx context.Context, c *client, key, url string) (end func(), err error) {
	var destination, rule struct {
		ID string `json:"id"`
	}
	err = c.call(ctx, http.MethodPost, "/api/v1/destinations", key, map[string]any{
		"name": "load", "type": "webhook", "config": map[string]any{"url": url}, "limits": map[string]any{"per_second": 1000, "concurrency": 100},
	}, &destination)
	if err != nil {
		return nil, fmt.Errorf("%w; a local API delivers to this machine if it was started with GUARDRAILS_ALLOW_PRIVATE_DESTINATIONS=1", err)
	}
	err = c.call(ctx, http.MethodPost, "/api/v1/rules", key, map[string]any{
		"name": "load", "event_types": []string{eventType}, "actions": []any{map[string]any{"destination_id": destination.ID}},
	}, &rule)
	if err != nil {
		return nil, err
	}
	return func() {
		ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), callTimeout)
		defer cancel()
		for _, path := range []string{"/api/v1/rules/" + rule.ID, "/api/v1/destinations/" + destination.ID} {
			if resp, err := c.send(ctx, http.MethodDelete, c.url+path, key, nil); err == nil {
				resp.Body.Close()
			}
		}
	}, nil
}

// print shows how many arrived, and the latencies: from the begin of the request, and from its answer, to the first byte
// at the receiver. A webhook that overtakes the answer counts as no time.
func (r *reaction) print(w io.Writer) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	var whole, after report
	for n, at := range r.arrived {
		whole.latencies = append(whole.latencies, at.Sub(r.sent[n]))
		after.latencies = append(after.latencies, max(at.Sub(r.accepted[n]), 0))
	}
	if len(whole.latencies) == 0 {
		return errors.New("nothing arrived at the receiver")
	}
	slices.Sort(whole.latencies)
	slices.Sort(after.latencies)
	_, _ = fmt.Fprintf(w, "arrived %d of %d, %d of them twice\n", len(r.arrived), len(r.accepted), r.twice)
	for _, l := range []struct {
		name string
		of   report
	}{{"request sent -> first byte", whole}, {"event accepted -> first byte", after}} {
		_, _ = fmt.Fprintf(w, "%-30s p50 %s, p95 %s, p99 %s, max %s\n", l.name, millis(l.of.quantile(0.5)), millis(l.of.quantile(0.95)), millis(l.of.quantile(0.99)), millis(l.of.quantile(1)))
	}
	low := time.Duration(0)
	for _, bound := range bounds {
		n := 0
		for _, l := range whole.latencies {
			if l >= low && l < bound {
				n++
			}
		}
		_, _ = fmt.Fprintf(w, "%8s - %-8s %6d %s\n", low, bound, n, strings.Repeat("#", n*barWidth/len(whole.latencies)))
		low = bound
	}
	if missing := len(r.accepted) - len(r.arrived); missing > 0 {
		return fmt.Errorf("%d events did not arrive", missing)
	}
	return nil
}
