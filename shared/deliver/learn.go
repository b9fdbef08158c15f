package deliver

import (
	"context"
	"errors"
	"time"

	"guardrails/events"
	"guardrails/shared/clock"
	"guardrails/shared/table"
	"guardrails/shared/telemetry"
)

// learn tells the breaker. What it could not be told is told by the next attempt. The slots of the first failures are
// not given back before their time while it looks as if the breaker will open: a receiver that hangs gets no new requests
// for those that it swallowed.
func (r *round) learn(ctx context.Context, i int, result Result, now time.Time) {
	if r.made[i].attempted && result.Class != Delivered {
		r.Metrics.Count(telemetry.DeliveryFailures, 1)
	}
	if result.Class == Gone {
		r.disable(ctx, DisabledGone)
		return
	}
	control, since := r.control, r.control.Breaker.FailingSince
	for range swapTries {
		var next Breaker
		changed, opened := false, false
		switch {
		case result.Class == Delivered, result.Status > 0 && !result.Unwell:
			next, changed = control.Breaker.succeeded(r.owner, now)
		case result.Unwell:
			next, opened = control.Breaker.failed(1, r.owner, control.Wins+int64(r.wins), r.limits.BreakerFailures, now, r.Random())
			changed = true
		case control.Breaker.State == HalfOpen && control.Breaker.Probe == r.owner:
			// The probe never got as far as the receiver. Somebody else is to probe.
			next, changed = control.Breaker, true
			next.ProbeUntil = ms(now)
		}
		if !changed {
			return
		}
		closed := control.Breaker.State == HalfOpen && next.State == ""
		fresh, err := r.Controls.Swap(ctx, r.scope, r.destination.ID, control.Rev, next)
		control = fresh
		switch {
		case errors.Is(err, table.ErrCondition):
			continue
		case err != nil:
			r.Log.WarnContext(ctx, "breaker not told", "destination", r.destination.ID, "error", err.Error())
			return
		}
		r.made[i].held = result.Unwell && next.suspect(control.Wins+int64(r.wins), r.destination.InFlight()/2, now)
		if opened {
			r.Metrics.Count(telemetry.BreakersOpened, 1)
			r.say(ctx, events.DestinationFailing(events.DestinationFailingData{
				ID: r.destination.ID, Reason: result.Code, Failures: r.limits.BreakerFailures, Until: clock.Format(fromMS(next.OpenUntil)),
			}))
		}
		if closed { // also by an answer that refuses the event: the receiver is there
			r.say(ctx, events.DestinationRecovered(events.DestinationRecoveredData{ID: r.destination.ID, Since: clock.Format(fromMS(since))}))
		}
		if next.hopeless(now) {
			r.disable(ctx, DisabledFailing)
		}
		return
	}
}

func (r *round) disable(ctx context.Context, reason string) {
	if err := r.Disable(ctx, r.scope, r.destination, reason); err != nil {
		r.Log.WarnContext(ctx, "destination not disabled", "destination", r.destination.ID, "error", err.Error())
	}
}

// say makes an event of what became of the destination. It is one deeper than any other, so that its own delivery makes no
// more of them. Of a hidden destination there is nothing to say: its id means nothing to anybody.
func (r *round) say(ctx context.Context, e events.Event) {
	if r.destination.Hidden {
		return
	}
	e.Depth = MaxDepth
	if err := r.Tell(ctx, r.scope, e); err != nil {
		r.Log.WarnContext(ctx, "state of a destination not told", "destination", r.destination.ID, "error", err.Error())
	}
}
