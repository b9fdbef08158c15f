package deliver

import (
	"cmp"
	"context"
	"errors"
	"slices"
	"time"

	"guardrails/shared/clock"
	"guardrails/shared/table"
)

// admit asks the destination's control item which of the deliveries may be attempted now. The others are parked or put
// off.
func (r *round) admit(ctx context.Context, jobs []int) (going []int, err error) {
	// Those that waited for their turn come in crowds, since messages wait for whole seconds: a batch of them shares a slot.
	jobs = slices.Clone(jobs)
	slices.SortStableFunc(jobs, func(a, b int) int {
		return cmp.Compare(r.batch[a].Ticket.waited(), r.batch[b].Ticket.waited())
	})
	want := jobs
	if i := slices.IndexFunc(jobs, func(i int) bool { return r.batch[i].Ticket.waited() > 0 }); i >= 0 {
		want = jobs[:i+1]
	}
	for range 4 {
		now := r.Clock.Now()
		claim := Claim{Now: now, Expires: now.Add(r.lease()), Cap: r.destination.InFlight(), Cost: r.cost(), Known: r.control}
		want = want[:min(len(want), claim.Cap)]
		for i := range want {
			claim.Slots = append(claim.Slots, slotOf(r.owner, i))
		}
		// Those without a slot ask for their turn too: so each asks once.
		turns := r.turnless(jobs, now)
		if claim.Tokens = len(turns); len(want)+len(turns) == 0 {
			break
		}
		control, from, err := r.Controls.Claim(ctx, r.scope, r.destination.ID, claim)
		r.control = control
		if err == nil {
			for i, k := range want {
				r.slots[k] = claim.Slots[i]
			}
			if err := r.share(ctx, want); err != nil {
				return nil, err
			}
			return r.inTurn(ctx, jobs, turns, from), nil
		}
		if !errors.Is(err, errBusy) {
			return nil, err
		}
		switch a := control.Breaker.allow(now); {
		case a.probe:
			return r.probe(ctx, jobs)
		case !a.pass:
			r.parkAll(ctx, jobs, a.until)
			return nil, nil
		}
		want = want[:min(max(claim.Cap-control.busy(now), 0), len(want))]
	}
	return r.inTurn(ctx, jobs, nil, time.Time{}), nil
}

// busy is how many attempts are under way.
func (c Control) busy(now time.Time) int {
	n := 0
	for _, until := range c.Slots {
		if until > ms(now) {
			n++
		}
	}
	return n
}

// cost is how long the destination's rate makes one attempt wait for the one before.
func (r *round) cost() time.Duration {
	return time.Duration(float64(time.Second) / r.limits.PerSecond)
}

// queueUp waits a moment for a slot for messages that waited for their turn: to come late is to come beside others whose
// turn that is. It returns false if there was none.
func (r *round) queueUp(ctx context.Context, busy []int) bool {
	if len(busy) == 0 || r.slow || r.batch[busy[0]].Ticket.waited() == 0 || r.batch[busy[0]].Ticket.Waits > 0 {
		return false
	}
	for range 5 {
		if clock.Pause(ctx, slotAfter+time.Duration(r.Random()*float64(slotAfter))) != nil {
			return false
		}
		now := r.Clock.Now()
		slot := slotOf(r.owner, len(r.batch))
		control, _, err := r.Controls.Claim(ctx, r.scope, r.destination.ID, Claim{
			Now: now, Slots: []string{slot}, Expires: now.Add(r.lease()), Cap: r.destination.InFlight(), Known: r.control,
		})
		if err == nil {
			r.slots[busy[0]], r.control = slot, control
			return true
		}
		if !errors.Is(err, errBusy) || !control.Breaker.allow(now).pass {
			return false
		}
		r.control = control
	}
	return false
}

// turnless are the messages that have no turn, or one from before the destination was unwell.
func (r *round) turnless(jobs []int, now time.Time) []int {
	b := r.control.Breaker
	var out []int
	for _, i := range jobs {
		if t := r.batch[i].Ticket; t.Turn == 0 || b.recovering(now) && t.Asked < b.ClosedAt {
			out = append(out, i)
		}
	}
	return out
}

// inTurn returns those whose turn is now and who have a slot. The others come again.
func (r *round) inTurn(ctx context.Context, jobs, turns []int, from time.Time) []int {
	var going, busy, early []int
	now := r.Clock.Now()
	for _, i := range jobs {
		t := &r.batch[i].Ticket
		if n := slices.Index(turns, i); n >= 0 {
			t.Turn, t.Asked = ms(r.control.Breaker.turn(from, n, r.cost())), ms(now)
		}
		switch {
		case fromMS(t.Turn).After(now.Add(ahead)):
			early = append(early, i)
		case r.slots[i] == "":
			busy = append(busy, i)
		default:
			going = append(going, i)
		}
	}
	r.wait(ctx, early, func(i int) (Ticket, time.Time) { return r.batch[i].Ticket, fromMS(r.batch[i].Ticket.Turn) })
	if len(going) == 0 && r.queueUp(ctx, busy) {
		going, busy = busy[:1], busy[1:]
	}
	if len(going) == 0 {
		r.putOff(ctx, busy)
		return nil
	}
	r.next = map[int]bool{}
	for _, i := range busy {
		r.next[i] = true
	}
	return append(going, busy...)
}

// probe tries to be the one who asks a destination that was unwell. Whoever does not win waits until that is over.
func (r *round) probe(ctx context.Context, jobs []int) (going []int, err error) {
	now := r.Clock.Now()
	next := r.control.Breaker.takeProbe(r.owner, now, r.lease())
	control, err := r.Controls.Swap(ctx, r.scope, r.destination.ID, r.control.Rev, next)
	if errors.Is(err, table.ErrCondition) {
		until := now.Add(r.lease())
		if a := control.Breaker.allow(now); !a.pass && !a.probe {
			until = a.until
		}
		r.parkAll(ctx, jobs, until)
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	r.control, r.probing = control, true
	slot := slotOf(r.owner, 0)
	_, _, err = r.Controls.Claim(ctx, r.scope, r.destination.ID, Claim{
		Now: now, Slots: []string{slot}, Expires: now.Add(r.lease()), Cap: max(r.destination.InFlight(), 1), Probe: true,
	})
	switch {
	case err == nil:
		r.slots[jobs[0]] = slot
	case !errors.Is(err, errBusy):
		return nil, err
	}
	r.parkAll(ctx, jobs[1:], now.Add(r.lease()))
	return jobs[:1], nil
}
