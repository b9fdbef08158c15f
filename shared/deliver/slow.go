package deliver

import (
	"context"
	"errors"
	"slices"
	"time"
)

// All tenants share the workers, and a receiver that takes half a minute for an answer, each time a good one, holds one of
// them for as long without ever being unwell. So a tenant's slow destinations share a few attempts at a time.

const (
	// slowAttempt is from when on an attempt makes its destination a slow one, and slowFor how long that holds.
	slowAttempt = 2 * time.Second
	slowFor     = 10 * time.Minute
	// SlowShare is how many attempts the slow destinations of a tenant have under way together.
	SlowShare = 10
	// slowDestinations is the name of the control item that they share; a destination's id is another.
	slowDestinations = "slow"
)

// share asks for a part of what slow destinations have, for those of the messages that have a slot, and takes the slots
// of the others away. It does nothing for destinations that are quick.
func (r *round) share(ctx context.Context, jobs []int) error {
	now := r.Clock.Now()
	if !fromMS(r.control.SlowUntil).After(now) {
		return nil
	}
	r.slow = true
	var holders []int
	for _, i := range jobs {
		if r.slots[i] != "" {
			holders = append(holders, i)
		}
	}
	granted := len(holders)
	for granted > 0 {
		claim := Claim{Now: now, Expires: now.Add(r.lease()), Cap: SlowShare}
		for i := range granted {
			claim.Slots = append(claim.Slots, slotOf(r.owner, i))
		}
		control, _, err := r.Controls.Claim(ctx, r.scope, slowDestinations, claim)
		if err == nil {
			r.shared = claim.Slots
			break
		}
		if !errors.Is(err, errBusy) {
			return err
		}
		granted = min(granted-1, max(SlowShare-control.busy(now), 0))
	}
	if without := holders[granted:]; len(without) > 0 {
		r.release(ctx, func(i int) bool { return slices.Contains(without, i) })
	}
	return nil
}

// giveShare gives back what share took, and says of a destination that it is slow.
func (r *round) giveShare(ctx context.Context) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), spare)
	defer cancel()
	if len(r.shared) > 0 {
		if err := r.Controls.Release(ctx, r.scope, slowDestinations, r.shared, 0); err != nil {
			r.Log.WarnContext(ctx, "share of slow destinations not given back; it ends by itself", "error", err.Error())
		}
	}
	now := r.Clock.Now()
	if r.lagged.Load() && fromMS(r.control.SlowUntil).Before(now.Add(slowFor/2)) {
		if err := r.Controls.Slow(ctx, r.scope, r.destination.ID, now.Add(slowFor)); err != nil {
			r.Log.WarnContext(ctx, "slow destination not noted", "destination", r.destination.ID, "error", err.Error())
		}
	}
}
