package deliver

import (
	"context"
	"errors"
	"slices"
	"time"

	"guardrails/shared/clock"
	"guardrails/shared/errs"
	"guardrails/shared/outbox"
	"guardrails/shared/queue"
	"guardrails/shared/tenant"
)

// Order is how deliveries to a destination that wants them in order are made: not by their messages, which come in any
// order, but along the tenant's events. A cursor says up to which event everything has been delivered or given up; a message
// only says that there is something to do. So nothing depends on messages, and a delivery that fails holds up those behind
// it, at its own destination alone.
type Order struct {
	// Log reads events after one and up to a time, in their order.
	Log func(ctx context.Context, s tenant.Scope, after string, until time.Time, limit int) ([]outbox.Row, error)
	// Match says what an event calls for by the tenant's rules.
	Match func(ctx context.Context, s tenant.Scope, e outbox.Row) ([]Want, error)
	// Cursor reads how far a destination has come, "" if nowhere; Advance says so.
	Cursor  func(ctx context.Context, s tenant.Scope, destination string) (string, error)
	Advance func(ctx context.Context, s tenant.Scope, destination, event string) error
}

const (
	// settle is how old an event is before it is delivered in order: others with an earlier id may be committed until then.
	settle = 2 * time.Second
	// logPage is how many events are read at once.
	logPage = 100
	// drainFor is how long one worker goes on, where its invocation sets no end.
	drainFor = 30 * time.Second
)

// ordered goes along the events for one destination, as long as there is time. Whoever finds another at it has nothing to do:
// the other looks once more after it has ended.
func (r *round) ordered(ctx context.Context, jobs []int) {
	now := r.Clock.Now()
	end := now.Add(drainFor)
	if d, ok := ctx.Deadline(); ok {
		end = d.Add(-spare)
	}
	// The deliveries take the place of the first message, one after the other.
	r.batch, r.place = slices.Clone(r.batch), jobs[0]
	slot := slotOf(r.owner, 0)
	control, _, err := r.Controls.Claim(ctx, r.scope, r.destination.ID, Claim{Now: now, Slots: []string{slot}, Expires: end.Add(r.lease()), Cap: 1})
	r.control = control
	switch a := control.Breaker.allow(now); {
	case err == nil:
		r.slots[r.place] = slot
	case !errors.Is(err, errBusy):
		r.all(jobs, err)
		return
	case a.probe: // a slot goes with the probe
		going, err := r.probe(ctx, jobs)
		if err != nil {
			r.all(jobs, err)
		}
		if len(going) == 0 {
			return // another probes
		}
	case !a.pass:
		r.parkAll(ctx, jobs, a.until)
		return
	default:
		return
	}
	cursor, blocked, err := r.drain(ctx, end)
	if r.probing && r.attempts == 0 {
		r.learn(ctx, r.place, Result{}, r.Clock.Now()) // there was nothing to ask with: somebody else is to probe
	}
	var slots []string
	if taken := r.slots[r.place]; taken != "" {
		slots = append(slots, taken)
	}
	if given := r.Controls.Release(ctx, r.scope, r.destination.ID, slots, r.wins); given != nil {
		r.Log.WarnContext(ctx, "slot not given back; it ends by itself", "destination", r.destination.ID, "error", given.Error())
	}
	if err == nil && !blocked {
		err = r.wake(ctx, cursor)
	}
	if err != nil {
		r.all(jobs, err)
	}
}

// drain delivers in order until there is nothing more, the time is over, or a delivery has to wait, which blocks the rest.
func (r *round) drain(ctx context.Context, end time.Time) (cursor string, blocked bool, err error) {
	if cursor, err = r.Order.Cursor(ctx, r.scope, r.destination.ID); err != nil {
		return cursor, false, err
	}
	cursor = max(cursor, r.destination.OrderedFrom)
	for r.Clock.Now().Before(end) {
		page, err := r.Order.Log(ctx, r.scope, cursor, r.Clock.Now().Add(-settle), logPage)
		if err != nil || len(page) == 0 {
			return cursor, false, err
		}
		before := cursor
		for _, e := range page {
			if blocked, err = r.inOrder(ctx, e, end); blocked || err != nil {
				break
			}
			cursor = e.ID
		}
		if cursor != before {
			err = errors.Join(err, r.Order.Advance(ctx, r.scope, r.destination.ID, cursor))
		}
		if blocked || err != nil {
			return cursor, blocked, err
		}
	}
	return cursor, false, nil
}

// inOrder makes the deliveries of one event to the destination. blocked says that one of them has to be tried again later.
func (r *round) inOrder(ctx context.Context, e outbox.Row, end time.Time) (blocked bool, err error) {
	wants, err := matcher(r.Order.Match).wants(ctx, r.scope, e)
	if err != nil {
		return false, err
	}
	for _, w := range wants {
		if w.Destination != r.destination.ID {
			continue
		}
		if !r.Clock.Now().Before(end) {
			return true, r.wakeFor(ctx, e, 0)
		}
		t := First(e, w.Rule, w.Version, w.Destination)
		row, err := r.Rows.Read(ctx, r.scope, t.ID(r.scope))
		switch {
		case errors.Is(err, errs.NotFound):
		case err != nil:
			return false, err
		case row.Status.Ended():
			continue
		default:
			t = row.Ticket()
			t.Row = &e
		}
		if err := r.inRate(ctx); err != nil {
			return false, err
		}
		r.batch[r.place], r.made[r.place] = Job{Scope: r.scope, Ticket: t}, made{}
		if err := r.one(ctx, r.place); err != nil {
			return false, err
		}
		if r.made[r.place].attempted {
			r.attempts++
		}
		if r.made[r.place].arrived {
			r.wins++
			continue
		}
		if row, err = r.Rows.Read(ctx, r.scope, t.ID(r.scope)); err != nil || !row.Status.Ended() {
			return true, ignoreGone(err)
		}
	}
	return false, nil
}

// inRate waits for the destination's rate.
func (r *round) inRate(ctx context.Context) error {
	now := r.Clock.Now()
	_, turn, err := r.Controls.Claim(ctx, r.scope, r.destination.ID, Claim{Now: now, Cap: 1, Tokens: 1, Cost: r.cost(), Probe: true})
	if errors.Is(err, errBusy) {
		return nil // others changed the item all the time: the slot is ours, and that is what counts
	}
	if err != nil {
		return err
	}
	if wait := turn.Sub(now); wait > 0 {
		return clock.Pause(ctx, min(wait, time.Second))
	}
	return nil
}

// wake sends a message if there are events behind the cursor: those that were too young, and those that came while whoever
// brought them found this worker at it.
func (r *round) wake(ctx context.Context, cursor string) error {
	page, err := r.Order.Log(ctx, r.scope, cursor, r.Clock.Now().Add(time.Minute), 1)
	if err != nil || len(page) == 0 {
		return err
	}
	return r.wakeFor(ctx, page[0], settle)
}

func (r *round) wakeFor(ctx context.Context, e outbox.Row, delay time.Duration) error {
	t := First(e, "", 0, r.destination.ID)
	t.Wake, t.Row = true, nil
	return r.Queue.SendAll(ctx, r.scope, []queue.Message{MessageOf(t, delay)})
}
