package deliver

import (
	"context"
	"errors"
	"slices"
	"time"

	"guardrails/shared/clock"
	"guardrails/shared/errs"
	"guardrails/shared/id"
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
	// drainFor is how long one worker goes on: then the rest waits for its turn among what all tenants want.
	drainFor = 5 * time.Second
	// longestPause is how long a worker sleeps for the destination's rate; for more, a message comes back.
	longestPause = time.Second
)

// ordered goes along the events for one destination, as long as there is time. Before that it makes the deliveries that the
// cursor has passed: those that were begun anew by hand, and those of events that were committed late.
func (r *round) ordered(ctx context.Context, jobs []int) {
	end := r.Clock.Now().Add(drainFor)
	if d, ok := ctx.Deadline(); ok && d.Add(-spare).Before(end) {
		end = d.Add(-spare)
	}
	// The deliveries take the place of the first message, one after the other.
	r.batch, r.place = slices.Clone(r.batch), jobs[0]
	going, err := r.take(ctx, jobs, end)
	if err != nil {
		r.all(jobs, err)
	}
	if !going {
		return
	}
	cursor, blocked, err := r.along(ctx, jobs, end)
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

// take asks for the destination's one slot. It returns false if the destination is not to be asked now, or if another is at
// it, who looks once more after it has ended.
func (r *round) take(ctx context.Context, jobs []int, end time.Time) (going bool, err error) {
	slot := slotOf(r.owner, 0)
	for range 4 {
		now := r.Clock.Now()
		control, _, err := r.Controls.Claim(ctx, r.scope, r.destination.ID, Claim{Now: now, Slots: []string{slot}, Expires: end.Add(r.lease()), Cap: 1, Known: r.control})
		r.control = control
		switch a := control.Breaker.allow(now); {
		case err == nil:
			r.slots[r.place] = slot
			return true, nil
		case !errors.Is(err, errBusy):
			return false, err
		case a.probe: // a slot goes with the probe
			going, err := r.probe(ctx, jobs)
			return len(going) > 0, err
		case !a.pass:
			r.parkAll(ctx, jobs, a.until)
			return false, nil
		case control.busy(now) > 0:
			return false, r.leave(ctx, jobs, now)
		}
		// It recovers, and the claim did not know that.
	}
	var messages []queue.Message
	for _, i := range jobs {
		messages = append(messages, MessageOf(r.batch[i].Ticket, putOff))
	}
	return false, r.Queue.SendAll(ctx, r.scope, messages)
}

// leave lets another worker have what it will come to: events that are too young for it to have passed them. The others it
// may have passed, and they come again.
func (r *round) leave(ctx context.Context, jobs []int, now time.Time) error {
	var messages []queue.Message
	for _, i := range jobs {
		if t := r.batch[i].Ticket; !t.Wake && id.Time(t.Event).Before(now.Add(-settle/2)) {
			messages = append(messages, MessageOf(t, drainFor))
		}
	}
	if len(messages) == 0 {
		return nil
	}
	return r.Queue.SendAll(ctx, r.scope, messages)
}

// along makes what the cursor has passed, and then what comes in order.
func (r *round) along(ctx context.Context, jobs []int, end time.Time) (cursor string, blocked bool, err error) {
	if cursor, err = r.Order.Cursor(ctx, r.scope, r.destination.ID); err != nil {
		return cursor, false, err
	}
	cursor = max(cursor, r.destination.OrderedFrom)
	now := r.Clock.Now()
	for _, i := range jobs {
		if t := r.batch[i].Ticket; t.Wake && t.Turn != 0 {
			if fromMS(t.Turn).After(now.Add(ahead)) { // it waited as long as a message can
				return cursor, true, r.Queue.SendAll(ctx, r.scope, []queue.Message{MessageOf(t, fromMS(t.Turn).Sub(now))})
			}
			r.turn = true
		}
	}
	if err := r.behind(ctx, jobs, cursor, end); err != nil {
		return cursor, false, err
	}
	if r.unwell.Load() {
		return cursor, false, nil // what waits in order is asked for by the message that wake sends
	}
	return r.drain(ctx, cursor, end)
}

// behind attempts the deliveries that the cursor has passed. Their order is lost; they come first, since their events did.
func (r *round) behind(ctx context.Context, jobs []int, cursor string, end time.Time) error {
	var again []queue.Message
	for _, i := range jobs {
		t := r.batch[i].Ticket
		if t.Wake || t.Event > cursor {
			continue
		}
		if r.unwell.Load() || !r.fits(ctx, end) {
			again = append(again, MessageOf(t, putOff))
			continue
		}
		if r.turn = r.turn || t.Turn != 0; r.turn && fromMS(t.Turn).After(r.Clock.Now().Add(ahead)) {
			again, r.turn = append(again, MessageOf(t, fromMS(t.Turn).Sub(r.Clock.Now()))), false
			continue
		}
		far, err := r.inRate(ctx)
		if err != nil {
			return err
		}
		if !far.IsZero() {
			t.Turn = ms(far)
			again = append(again, MessageOf(t, far.Sub(r.Clock.Now())))
			continue
		}
		own := ctx
		if r.batch[i].In != nil {
			own = r.batch[i].In(ctx)
		}
		r.failed[i] = r.one(own, i)
		r.counts(i)
	}
	if len(again) == 0 {
		return nil
	}
	return r.Queue.SendAll(ctx, r.scope, again)
}

// counts counts an attempt and whether it arrived.
func (r *round) counts(i int) {
	if r.made[i].attempted {
		r.attempts++
	}
	if r.made[i].arrived {
		r.wins++
	}
}

// fits reports whether there is time for one more attempt. One that is cut off by the end of the invocation would look like
// a receiver that hangs; the first is made whatever there is.
func (r *round) fits(ctx context.Context, end time.Time) bool {
	now := r.Clock.Now()
	if !now.Before(end) {
		return false
	}
	d, ok := ctx.Deadline()
	return !ok || r.attempts == 0 || d.Sub(now) >= r.limits.Timeout+spare
}

// drain delivers in order until there is nothing more, the time is over, or a delivery has to wait, which blocks the rest.
func (r *round) drain(ctx context.Context, after string, end time.Time) (cursor string, blocked bool, err error) {
	cursor = after
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
		if !r.fits(ctx, end) {
			return true, r.wakeFor(ctx, e, 0, time.Time{})
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
		switch far, err := r.inRate(ctx); {
		case err != nil:
			return false, err
		case !far.IsZero():
			return true, r.wakeFor(ctx, e, 0, far)
		}
		r.batch[r.place], r.made[r.place] = Job{Scope: r.scope, Ticket: t}, made{}
		if err := r.one(ctx, r.place); err != nil {
			return false, err
		}
		r.counts(r.place)
		if r.made[r.place].arrived {
			continue
		}
		if row, err = r.Rows.Read(ctx, r.scope, t.ID(r.scope)); err != nil || !row.Status.Ended() {
			return true, ignoreGone(err)
		}
	}
	return false, nil
}

// inRate asks for a turn at the destination's rate and waits for it. One that is far is returned: it is to be waited for by
// a message, which has it then.
func (r *round) inRate(ctx context.Context) (far time.Time, err error) {
	if r.turn { // a message waited for it
		r.turn = false
		return far, nil
	}
	now := r.Clock.Now()
	_, turn, err := r.Controls.Claim(ctx, r.scope, r.destination.ID, Claim{Now: now, Cap: 1, Tokens: 1, Cost: r.cost(), Probe: true})
	if errors.Is(err, errBusy) {
		return far, nil // others changed the item all the time: the slot is ours, and that is what counts
	}
	if err != nil {
		return far, err
	}
	switch wait := turn.Sub(now); {
	case wait > longestPause:
		return turn, nil
	case wait > 0:
		return far, clock.Pause(ctx, wait)
	}
	return far, nil
}

// wake sends a message if there are events behind the cursor: those that were too young, and those that came while whoever
// brought them found this worker at it.
func (r *round) wake(ctx context.Context, cursor string) error {
	page, err := r.Order.Log(ctx, r.scope, cursor, r.Clock.Now().Add(time.Minute), 1)
	if err != nil || len(page) == 0 {
		return err
	}
	return r.wakeFor(ctx, page[0], settle, time.Time{})
}

// wakeFor sends a message that comes after a delay; or at a turn at the destination's rate, which it then has.
func (r *round) wakeFor(ctx context.Context, e outbox.Row, delay time.Duration, turn time.Time) error {
	t := First(e, "", 0, r.destination.ID)
	t.Wake, t.Row = true, nil
	if !turn.IsZero() {
		delay, t.Turn = turn.Sub(r.Clock.Now()), ms(turn)
	}
	return r.Queue.SendAll(ctx, r.scope, []queue.Message{MessageOf(t, delay)})
}
