package deliver

import (
	"context"
	"errors"
	"time"

	"golang.org/x/sync/errgroup"

	"guardrails/events"
	"guardrails/shared/clock"
	"guardrails/shared/errs"
	"guardrails/shared/id"
	"guardrails/shared/outbox"
	"guardrails/shared/queue"
	"guardrails/shared/telemetry"
	"guardrails/shared/tenant"
)

// Want is a delivery that an event calls for. Rule is empty where the event itself names the destination.
type Want struct {
	Rule        string
	Version     int
	Destination string
}

// MaxDepth is how many deliveries may lead to an event, one after the other, that is still delivered: a failure that is
// told of may fail to be told, and that is where it ends.
const MaxDepth = 1

// Dispatcher turns committed events into messages for deliveries. It is safe for concurrent use.
type Dispatcher struct {
	// Match says what an event calls for.
	Match func(ctx context.Context, s tenant.Scope, e outbox.Row) ([]Want, error)
	Queue Sender
	Rows  rows
	Clock clock.Clock
	// Metrics may be nil.
	Metrics *telemetry.Metrics
}

// matcher says what an event calls for by the rules of its tenant.
type matcher func(ctx context.Context, s tenant.Scope, e outbox.Row) ([]Want, error)

// wants is what an event calls for, by its tenant's rules and by itself, each delivery once. A test event goes to the
// destination that it is for and to no other.
func (match matcher) wants(ctx context.Context, s tenant.Scope, e outbox.Row) ([]Want, error) {
	if e.Depth > MaxDepth {
		return nil, nil
	}
	var matched []Want
	if e.Type != events.DestinationTestedType {
		var err error
		if matched, err = match(ctx, s, e); err != nil {
			return nil, err
		}
	}
	for _, destination := range e.To {
		matched = append(matched, Want{Destination: destination})
	}
	return matched, nil
}

func (d *Dispatcher) count(m telemetry.Metric, n int) {
	if d.Metrics != nil && n > 0 {
		d.Metrics.Count(m, int64(n))
	}
}

// Dispatch sends the deliveries of committed events. What it could not send is found by Resend.
func (d *Dispatcher) Dispatch(ctx context.Context, s tenant.Scope, list ...outbox.Row) error {
	var messages []queue.Message
	var failed []error
	for _, e := range list {
		wants, err := matcher(d.Match).wants(ctx, s, e)
		failed = append(failed, err)
		if err == nil {
			d.count(telemetry.EventsMatched, 1)
		}
		for _, w := range wants {
			messages = append(messages, MessageOf(First(e, w.Rule, w.Version, w.Destination), 0))
		}
	}
	if len(messages) > 0 {
		failed = append(failed, d.Queue.SendAll(ctx, s, messages))
	}
	return errors.Join(failed...)
}

const (
	// young is how old an event is at most whose own messages may still be on their way: spare ones are held back as long.
	young = 10 * time.Second
	// readers bounds how many deliveries are looked up at once.
	readers = 16
)

// Resend sends those deliveries of an event that nobody has begun, and returns how many they were. Where the queue does
// not take them, they are written down as due, so that the sweep sends them.
func (d *Dispatcher) Resend(ctx context.Context, s tenant.Scope, e outbox.Row) (int, error) {
	wants, err := matcher(d.Match).wants(ctx, s, e)
	if err != nil || len(wants) == 0 {
		return 0, err
	}
	begun := make([]bool, len(wants))
	g, own := errgroup.WithContext(ctx)
	g.SetLimit(readers)
	for i, w := range wants {
		g.Go(func() error {
			_, err := d.Rows.Read(own, s, IDOf(s, e.ID, w.Rule, w.Destination))
			if errors.Is(err, errs.NotFound) {
				return nil
			}
			begun[i] = err == nil
			return err
		})
	}
	if err := g.Wait(); err != nil {
		return 0, err
	}
	var tickets []Ticket
	var messages []queue.Message
	delay := time.Duration(0)
	if d.Clock.Now().Sub(id.Time(e.ID)) < young {
		delay = young
	}
	for i, w := range wants {
		if !begun[i] {
			t := First(e, w.Rule, w.Version, w.Destination)
			t.Spare = true
			tickets = append(tickets, t)
			messages = append(messages, MessageOf(t, delay))
		}
	}
	if len(tickets) == 0 {
		return 0, nil
	}
	if delay == 0 {
		d.count(telemetry.EventsResent, len(tickets))
	}
	if d.Queue.SendAll(ctx, s, messages) == nil {
		return len(tickets), nil
	}
	for _, t := range tickets {
		now := d.Clock.Now()
		_, _, err := change(ctx, d.Rows, s, begin(s, t, e, now), func(r Row) (Row, bool) { return r.due(now.Add(SweepAhead)), r.isNew() })
		if err != nil {
			return 0, err
		}
	}
	return len(tickets), nil
}
