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

func msOrZero(at time.Time) int64 {
	if at.IsZero() {
		return 0
	}
	return at.UnixMilli()
}

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
	case r.early(now):
		return r.kept(), drop
	}
	// The owner before may not be dead but late, with the same message in its hands: it deletes that when it is back.
	taken := r.Status == Delivering
	r = r.waits(Delivering, owner, now.Add(lease), time.Time{})
	if r.FirstAt == 0 {
		r.FirstAt = ms(now)
	}
	if r.DueAt != 0 || taken {
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

// park is what a message does to a row while its destination is not to be asked before until. What has to wait longer
// than that goes on waiting.
func park(r Row, t Ticket, now, until time.Time) Row {
	switch {
	case r.stale(t):
		return r
	case r.Status == Delivering && fromMS(r.LeaseUntil).After(now):
		return r.due(fromMS(r.LeaseUntil))
	case r.Status != Delivering && fromMS(r.NotBefore).After(until):
		return r.kept()
	}
	return r.waits(Parked, "", time.Time{}, until).due(until)
}

// postpone is what a message does to a row that waits until then for its turn or for a slot. sent says that a message
// goes on waiting with it; else the sweep sends one then. It returns false if the row does not wait, or waits already.
func postpone(r Row, t Ticket, now, until time.Time, sent bool) (Row, bool) {
	switch {
	case r.stale(t):
		return r, false
	case r.Status == Delivering && fromMS(r.LeaseUntil).After(now):
		return r.due(fromMS(r.LeaseUntil)), false
	case r.early(now):
		return r.kept(), false
	}
	r = r.waits(Pending, "", time.Time{}, until)
	r.Turn, r.Asked, r.Waits = t.Turn, t.Asked, t.Waits
	if sent {
		return r.due(until.Add(Grace)), true
	}
	return r.due(until), true
}

// early reports whether the row waits for a time that has not come.
func (r Row) early(now time.Time) bool {
	return r.Status != Delivering && fromMS(r.NotBefore).After(now.Add(late))
}

// kept is a row that waits, in the index of what is due: the message at hand is not needed for it.
func (r Row) kept() Row {
	if r.DueAt == 0 {
		return r.due(fromMS(r.NotBefore))
	}
	return r
}

// waits gives the row a status and what goes with it; the zero times are none.
func (r Row) waits(s Status, owner string, lease, notBefore time.Time) Row {
	r.Status, r.Owner, r.LeaseUntil, r.NotBefore = s, owner, msOrZero(lease), msOrZero(notBefore)
	r.Turn, r.Asked, r.Waits = 0, 0, 0
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
	r = r.waits(Pending, "", time.Time{}, next)
	r.Reason = a.Code
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
	r = r.waits(s, "", time.Time{}, time.Time{})
	r.Reason, r.TTL = reason, table.TTL(now.Add(keepFor))
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
	if r.UnderWay(now) {
		return r, false
	}
	if n := len(r.Attempts); n > 0 && r.Attempts[n-1].Number >= r.Attempt {
		r.Attempt = r.Attempts[n-1].Number + 1
	}
	r.Base, r.FirstAt, r.BegunAt = r.Attempt-1, 0, ms(now)
	r = r.waits(Pending, "", time.Time{}, time.Time{})
	r.Reason, r.TTL = "", table.TTL(now.Add(openFor))
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
