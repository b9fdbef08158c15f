package deliver

import (
	"context"
	"errors"
	"time"

	"guardrails/shared/errs"
	"guardrails/shared/queue"
	"guardrails/shared/telemetry"
)

// notServed is after how long it is looked at again whether a tenant is served.
const notServed = 15 * time.Minute

// wait has messages come again at a time. Those that wait longer than a moment are written down, or the net and the sweep
// would send more of them; those that wait longer than the sweep looks ahead do so in the table alone.
func (r *round) wait(ctx context.Context, jobs []int, how func(i int) (Ticket, time.Time)) {
	r.Metrics.Count(telemetry.DeliveriesDelayed, int64(len(jobs)))
	now := r.Clock.Now()
	var soon, later []int
	var messages []queue.Message
	tickets, until := map[int]Ticket{}, map[int]time.Time{}
	for _, i := range jobs {
		tickets[i], until[i] = how(i)
		if delay := until[i].Sub(now); delay <= moment {
			soon, messages = append(soon, i), append(messages, MessageOf(tickets[i], delay))
		} else {
			later = append(later, i)
		}
	}
	if len(messages) > 0 {
		r.all(soon, r.Queue.SendAll(ctx, r.scope, messages))
	}
	r.each(ctx, later, func(ctx context.Context, i int) error { return r.postpone(ctx, r.batch[i], tickets[i], now, until[i]) })
}

func (r *round) postpone(ctx context.Context, j Job, t Ticket, now, until time.Time) error {
	e, err := r.event(ctx, j)
	if errors.Is(err, errs.NotFound) {
		return r.refuse(ctx, j, codeNoEvent)
	}
	if err != nil {
		return err
	}
	near, waits := until.Sub(now) <= 2*SweepAhead, false
	_, _, err = r.change(ctx, j, e, func(row Row) (Row, bool) {
		var next Row
		next, waits = postpone(row, t, now, until, near)
		return next, waits || next.DueAt != row.DueAt
	})
	if err != nil || !waits || !near {
		return ignoreGone(err)
	}
	return r.Queue.SendAll(ctx, r.scope, []queue.Message{MessageOf(t, until.Sub(now))})
}

// MessageOf is a ticket as a message of the queue of deliveries.
func MessageOf(t Ticket, delay time.Duration) queue.Message {
	delay = min((max(delay, 0) + time.Second - 1).Truncate(time.Second), maxDelay)
	m := queue.Message{Body: t, Delay: delay}
	if t.Row != nil && t.Row.Trace != "" {
		m.Body = queue.Traced{Body: t, Trace: t.Row.Trace}
	}
	return m
}

// putOff has messages come again that found all attempts of their destination under way: each time after twice as long,
// or a large backlog of a slow receiver would do nothing else.
func (r *round) putOff(ctx context.Context, jobs []int) {
	now := r.Clock.Now()
	r.wait(ctx, jobs, func(i int) (Ticket, time.Time) {
		t := r.batch[i].Ticket
		delay := (putOff + time.Duration(r.Random()*float64(4*putOff))) << min(t.Waits, 16)
		t.Waits++
		return t, now.Add(min(delay, longestPutOff))
	})
}

// parkAll parks deliveries until the destination may be asked again.
func (r *round) parkAll(ctx context.Context, jobs []int, until time.Time) {
	r.each(ctx, jobs, func(ctx context.Context, i int) error {
		j := r.batch[i]
		if j.Ticket.Wake {
			return r.Queue.SendAll(ctx, r.scope, []queue.Message{MessageOf(j.Ticket, min(until.Sub(r.Clock.Now()), maxDelay))})
		}
		e, err := r.event(ctx, j)
		if errors.Is(err, errs.NotFound) {
			return r.refuse(ctx, j, codeNoEvent)
		}
		if err != nil {
			return err
		}
		_, _, err = r.change(ctx, j, e, func(row Row) (Row, bool) {
			if row.stale(j.Ticket) {
				return row, false
			}
			return park(row, j.Ticket, r.Clock.Now(), until), true
		})
		r.Metrics.Count(telemetry.DeliveriesParked, 1)
		return ignoreGone(err)
	})
}
