package deliver

import (
	"time"

	"guardrails/shared/outbox"
	"guardrails/shared/table"
	"guardrails/shared/tenant"
)

// Grace is how long after the time at which something should have happened the sweep looks whether it has: longer than a
// message stays hidden, so that what is only late is not begun a second time.
const Grace = 7 * time.Minute

// late is how much too early a message may come: clocks differ, and queues count whole seconds.
const late = time.Second

// The functions below are the whole life of a delivery: each takes a row as it is and says how it goes on. They read no
// clock and no store, and hold the one promise that everything rests on: a delivery that has not ended has an undeleted
// message or is in the index of what is due.

// verdict says what a worker does after a transition.
type verdict int

const (
	// drop deletes the message: there is nothing to do for it. The row is written if it changed.
	drop verdict = iota
	// attempt writes the row, makes the attempt and keeps the message until that is recorded.
	attempt
)

// begin is the row of a delivery that nobody has worked on.
func begin(s tenant.Scope, t Ticket, e outbox.Row, now time.Time) Row {
	return Row{
		ID: t.ID(s), Event: e.ID, EventID: e.PublicID(), EventType: e.Type, Depth: e.Depth, Rule: t.Rule, RuleVersion: t.RuleVersion, Destination: t.Destination,
		Status: Pending, Attempt: 1, CreatedAt: now.UnixMilli(), Trace: e.Trace, TTL: table.TTL(now.Add(openFor)),
	}
}

// isNew reports whether the row was never written.
func (r Row) isNew() bool { return r.Rev == 0 }

// due puts the row into the index of what is due.
func (r Row) due(at time.Time) Row {
	r.DueShard, r.DueAt = table.DueShard(r.ID), at.Unix()
	return r
}

// notDue takes it out.
func (r Row) notDue() Row {
	r.DueShard, r.DueAt = "", 0
	return r
}

// stale reports whether a message asks for what has been done, or is not to be done.
func (r Row) stale(t Ticket) bool { return r.Status.Ended() || t.Attempt != r.Attempt }

func ms(at time.Time) int64 { return at.UnixMilli() }

func fromMS(v int64) time.Time { return time.UnixMilli(v).UTC() }

// claim is what a message does to a row: owner attempts the delivery, and has until lease is over.
func claim(r Row, t Ticket, now time.Time, owner string, lease time.Duration) (Row, verdict) {
	switch {
	case r.stale(t):
		return r.orphan(t, now), drop
	case r.Status == Delivering && fromMS(r.LeaseUntil).After(now):
		// Another has it. This message may be its only one: the queue can give a message to two. When the lease is over the
		// other is dead, and there is nothing to be patient for.
		return r.due(fromMS(r.LeaseUntil)), drop
	case r.Status != Delivering && fromMS(r.NotBefore).After(now.Add(late)):
		if r.DueAt == 0 {
			r = r.due(fromMS(r.NotBefore))
		}
		return r, drop
	}
	r.Status, r.Owner, r.LeaseUntil, r.NotBefore = Delivering, owner, ms(now.Add(lease)), 0
	if r.FirstAt == 0 {
		r.FirstAt = ms(now)
	}
	if r.DueAt != 0 {
		r = r.due(now.Add(lease + Grace))
	}
	return r, attempt
}

// orphan is a row that was recorded after an attempt whose message came once more: whoever made it died before the message
// was deleted, and perhaps before the next one was sent. The sweep sends that when it is time, and not after the grace.
func (r Row) orphan(t Ticket, now time.Time) Row {
	if r.Status != Pending || t.Attempt != r.Attempt-1 || r.DueAt == 0 {
		return r
	}
	if next := fromMS(r.NotBefore); next.After(now) {
		return r.due(next)
	}
	return r.due(now)
}

// park is what a message does to a row while its destination is not to be asked before until.
func park(r Row, t Ticket, now, until time.Time) Row {
	switch {
	case r.stale(t):
		return r
	case r.Status == Delivering && fromMS(r.LeaseUntil).After(now):
		return r.due(fromMS(r.LeaseUntil))
	}
	r.Status, r.Owner, r.LeaseUntil, r.NotBefore = Parked, "", 0, ms(until)
	return r.due(until)
}

// postpone is what a message does to a row whose turn comes later than a message can wait. The rate has been asked, so
// the row waits for its turn and nothing else.
func postpone(r Row, t Ticket, now, turn time.Time) Row {
	if r = park(r, t, now, turn); r.Status == Parked {
		r.Status = Pending
	}
	return r
}

// settled is how a delivery goes on after an attempt.
type settled struct {
	row Row
	// again is after what delay a message for the next attempt is sent; 0 if none is, and the index of what is due has it.
	again time.Duration
}

// owns reports whether the row is still in the hands of the owner of the attempt: whoever was late must not overwrite
// what came after.
func (r Row) owns(owner string, n int) bool {
	return r.Status == Delivering && r.Owner == owner && r.Attempt == n
}

// succeed ends a delivery that arrived.
func succeed(r Row, a Attempt, now time.Time) Row {
	return r.with(a).end(Done, "", now)
}

// fail is a failed attempt: retry says whether and after what delay there is another.
func fail(r Row, a Attempt, now time.Time, delay time.Duration, retry bool) settled {
	r = r.with(a)
	if !retry {
		return settled{row: r.end(Dead, a.Code, now)}
	}
	next := now.Add(delay)
	r.Status, r.Owner, r.LeaseUntil, r.Reason, r.NotBefore = Pending, "", 0, a.Code, ms(next)
	r.Attempt++
	if delay > maxDelay {
		return settled{row: r.due(next)}
	}
	return settled{row: r.due(next.Add(Grace)), again: delay}
}

// maxDelay is how long a message can wait on the queue.
const maxDelay = 15 * time.Minute

// end ends the delivery.
func (r Row) end(s Status, reason string, now time.Time) Row {
	r.Status, r.Reason, r.Owner, r.LeaseUntil, r.NotBefore = s, reason, "", 0, 0
	r.TTL = table.TTL(now.Add(keepFor))
	return r.notDue()
}

// with adds an attempt to the log.
func (r Row) with(a Attempt) Row {
	kept := append(append([]Attempt(nil), r.Attempts...), a)
	r.Attempts = kept[max(0, len(kept)-keptAttempts):]
	return r
}

// again begins a delivery anew by hand, whatever its state but for one under way: the attempts go on counting, the retry
// policy begins. It returns false if it is under way.
func again(r Row, now time.Time) (Row, bool) {
	if r.Status == Delivering && fromMS(r.LeaseUntil).After(now) {
		return r, false
	}
	if n := len(r.Attempts); n > 0 && r.Attempts[n-1].Number >= r.Attempt {
		r.Attempt = r.Attempts[n-1].Number + 1
	}
	r.Base, r.FirstAt, r.BegunAt = r.Attempt-1, 0, ms(now)
	r.Status, r.Reason, r.Owner, r.LeaseUntil, r.NotBefore = Pending, "", "", 0, 0
	r.TTL = table.TTL(now.Add(openFor))
	// A message for the attempt that was waiting would otherwise count for this one: it does, and that is right.
	return r.due(now.Add(Grace)), true
}

// cancel ends a delivery that has not ended, at once; an attempt under way is not called back, and does not count.
func cancel(r Row, reason string, now time.Time) Row {
	if r.Status.Ended() {
		return r
	}
	return r.end(Cancelled, reason, now)
}

// sweep is what the sweep does with a row that is due: a message is to be sent for it, and it is looked at again later.
// It returns false if there is nothing to send.
func sweep(r Row, now time.Time) (Row, bool) {
	if r.Status.Ended() || r.DueAt == 0 || r.DueAt > now.Add(SweepAhead).Unix() {
		return r, false
	}
	if until := fromMS(r.LeaseUntil); r.Status == Delivering && until.After(now) {
		return r.due(until), false
	}
	return r.due(now.Add(SweepAhead + Grace)), true
}

// SweepAhead is how far the sweep looks ahead: it comes once in that time.
const SweepAhead = time.Minute
