package deliver

import (
	"context"
	"encoding/json"
	"errors"
	"log/slog"
	"slices"
	"sync/atomic"
	"time"

	"golang.org/x/sync/errgroup"

	"guardrails/events"
	"guardrails/shared/clock"
	"guardrails/shared/errs"
	"guardrails/shared/id"
	"guardrails/shared/outbox"
	"guardrails/shared/queue"
	"guardrails/shared/retry"
	"guardrails/shared/table"
	"guardrails/shared/telemetry"
	"guardrails/shared/tenant"
)

// Plan is what a rule says about its deliveries to one destination. The zero Plan sends the event's own data, by the
// default retry policy.
type Plan struct {
	Retry retry.Policy
	// Quiet records a delivery that fails for good, and nothing more. Alert makes an event of it.
	Quiet, Alert bool
	// Render makes the data to send; nil sends the event's own. It is the same for the same event.
	Render func(ctx context.Context, e Event) (json.RawMessage, error)
}

// Job is one message: whose it is and what it asks for. In returns a context in its own trace.
type Job struct {
	Scope  tenant.Scope
	Ticket Ticket
	In     func(context.Context) context.Context
}

// Sender puts tickets on the queue of deliveries.
type Sender interface {
	SendAll(ctx context.Context, s tenant.Scope, messages []queue.Message) error
}

// Parts are what a Worker works with.
type Parts struct {
	Rows     rows
	Controls controls
	Queue    Sender
	// Destination reads a destination; errs.NotFound if it is gone. Open opens its secrets.
	Destination func(ctx context.Context, s tenant.Scope, id string) (Destination, error)
	Open        func(ctx context.Context, s tenant.Scope, d Destination, now time.Time) (Target, error)
	// Disable ends a destination for a reason.
	Disable func(ctx context.Context, s tenant.Scope, d Destination, reason string) error
	// Event reads an event; errs.NotFound if it is gone.
	Event func(ctx context.Context, s tenant.Scope, id string) (outbox.Row, error)
	// Plan reads what a version of a rule says; errs.NotFound if it is gone.
	Plan func(ctx context.Context, s tenant.Scope, rule string, version int, destination string) (Plan, error)
	// Hidden is the plan of all deliveries to hidden destinations.
	Hidden Plan
	// Tell writes an event of ours.
	Tell func(ctx context.Context, s tenant.Scope, e events.Event) error
	// Served reports whether work may be done for the tenant now.
	Served func(ctx context.Context, s tenant.Scope) (bool, error)
	// Late hears how long after its event a delivery came to its turn.
	Late func(ctx context.Context, s tenant.Scope, lag time.Duration)
	// Redact makes a response fit to be kept.
	Redact func(ctx context.Context, response []byte) string
	Kinds  []Kind
	// Order serves destinations that want their events in order; nil where nobody does.
	Order *Order

	Clock clock.Clock
	IDs   *id.Generator
	// Random is uniform in [0, 1) and safe for concurrent use.
	Random  func() float64
	Metrics *telemetry.Metrics
	Log     *slog.Logger
}

// Worker makes attempts of deliveries. It is safe for concurrent use.
type Worker struct{ Parts }

// NewWorker returns a worker.
func NewWorker(p Parts) *Worker { return &Worker{p} }

const (
	// leaseBeyond is how long a lease lasts beyond the attempt's own time: to record what came of it.
	leaseBeyond = 10 * time.Second
	// ahead is how much earlier than its turn an attempt may begin, rather than waiting for the next whole second.
	ahead = 250 * time.Millisecond
	// putOff is how long a delivery waits for a destination that has all its attempts under way, at least; up to five times
	// as long by chance.
	putOff = time.Second
	// spare is the time that is left to record attempts before the invocation ends.
	spare = 2 * time.Second
)

// Handle works on a batch and tells for each message whether it is done with. Those to one destination go together:
// what is asked of its control item is asked once.
func (w *Worker) Handle(ctx context.Context, batch []Job) []error {
	failed := make([]error, len(batch))
	type place struct {
		scope       tenant.Scope
		destination string
	}
	var order []place
	groups := map[place][]int{}
	for i, j := range batch {
		p := place{j.Scope, j.Ticket.Destination}
		if groups[p] == nil {
			order = append(order, p)
		}
		groups[p] = append(groups[p], i)
	}
	var g errgroup.Group
	for _, p := range order {
		g.Go(func() error {
			r := &round{Worker: w, scope: p.scope, owner: w.IDs.New(id.Request), batch: batch, failed: failed}
			r.run(ctx, p.destination, groups[p])
			return nil
		})
	}
	_ = g.Wait() // each message's failure is its own
	return failed
}

// round is the work for one destination within a batch.
type round struct {
	*Worker
	scope  tenant.Scope
	owner  string
	batch  []Job
	failed []error

	destination Destination
	kind        Kind
	limits      Limits
	control     Control
}

// run is the stages in their order. Until a delivery is claimed nothing has happened that would have to be undone.
func (r *round) run(ctx context.Context, destinationID string, jobs []int) {
	served, err := r.Served(ctx, r.scope)
	if err != nil {
		r.all(jobs, err)
		return
	}
	if !served {
		r.parkAll(ctx, jobs, r.Clock.Now().Add(notServed))
		return
	}
	r.late(ctx, jobs)
	usable, err := r.find(ctx, destinationID)
	if err != nil {
		r.all(jobs, err)
		return
	}
	if usable != "" {
		r.each(ctx, jobs, func(ctx context.Context, j Job) error { return r.refuse(ctx, j, usable) })
		return
	}
	if r.destination.Ordered && r.Order != nil {
		r.ordered(ctx, jobs)
		return
	}
	if jobs = slices.DeleteFunc(slices.Clone(jobs), func(i int) bool { return r.batch[i].Ticket.Wake }); len(jobs) == 0 {
		return
	}
	going, slots, err := r.admit(ctx, jobs)
	if err != nil {
		r.all(jobs, err)
		return
	}
	if len(going) == 0 {
		return
	}
	var wins atomic.Int64
	r.each(ctx, going, func(ctx context.Context, j Job) error {
		arrived, err := r.one(ctx, j)
		if arrived {
			wins.Add(1)
		}
		return err
	})
	if err := r.Controls.Release(ctx, r.scope, r.destination.ID, slots, int(wins.Load())); err != nil {
		r.Log.WarnContext(ctx, "slots not given back; they end by themselves", "destination", r.destination.ID, "error", err.Error())
	}
}

// notServed is after how long it is looked at again whether a tenant is served.
const notServed = 15 * time.Minute

// late tells how long after their events the deliveries of a batch came to their turn for the first time.
func (r *round) late(ctx context.Context, jobs []int) {
	var most time.Duration
	for _, i := range jobs {
		if t := r.batch[i].Ticket; t.Attempt == 1 && t.Turn == 0 {
			most = max(most, r.Clock.Now().Sub(id.Time(t.Event)))
		}
	}
	if most > 0 {
		r.Late(ctx, r.scope, most)
	}
}

// all says the same of several messages.
func (r *round) all(jobs []int, err error) {
	for _, i := range jobs {
		r.failed[i] = err
	}
}

// each does something for several messages at once: a batch has ten at most.
func (r *round) each(ctx context.Context, jobs []int, do func(context.Context, Job) error) {
	var g errgroup.Group
	for _, i := range jobs {
		g.Go(func() error {
			own := ctx
			if r.batch[i].In != nil {
				own = r.batch[i].In(ctx)
			}
			r.failed[i] = do(own, r.batch[i])
			return nil
		})
	}
	_ = g.Wait() // see failed
}

// The codes of deliveries that end without an attempt.
const (
	codeGone     = "destination_deleted"
	codeDisabled = "destination_disabled"
	codeNoEvent  = "event_expired"
	codeNoRule   = "rule_expired"
	codeTemplate = "template_failed"
	codeKind     = "destination_type_unknown"
)

// find reads the destination. It returns a code if nothing can be sent there.
func (r *round) find(ctx context.Context, destinationID string) (string, error) {
	d, err := r.Destination(ctx, r.scope, destinationID)
	switch {
	case errors.Is(err, errs.NotFound):
		return codeGone, nil
	case err != nil:
		return "", err
	case !d.usable(r.Clock.Now()):
		return codeDisabled, nil
	}
	i := slices.IndexFunc(r.Kinds, func(k Kind) bool { return k.Name() == d.Type })
	if i < 0 {
		return codeKind, nil
	}
	r.destination, r.kind, r.limits = d, r.Kinds[i], d.Limits(r.Kinds[i])
	return "", nil
}

// refuse ends a delivery that cannot be sent. What goes to a destination that is gone is canceled, what goes to a disabled
// one is dead and can be retried.
func (r *round) refuse(ctx context.Context, j Job, code string) error {
	if j.Ticket.Wake {
		return nil
	}
	e, err := r.event(ctx, j)
	if errors.Is(err, errs.NotFound) {
		e, err = outbox.Row{ID: j.Ticket.Event}, nil
	}
	if err != nil {
		return err
	}
	_, _, err = r.change(ctx, j, e, func(row Row) (Row, bool) {
		if row.stale(j.Ticket) {
			return row, false
		}
		if code == codeGone {
			return cancel(row, code, r.Clock.Now()), true
		}
		return row.end(Dead, code, r.Clock.Now()), true
	})
	return ignoreGone(err)
}

// ignoreGone takes a row that vanished for one that has ended.
func ignoreGone(err error) error {
	if errors.Is(err, errs.NotFound) {
		return nil
	}
	return err
}

// event is the event of a delivery: from the message, or from the table.
func (r *round) event(ctx context.Context, j Job) (outbox.Row, error) {
	if j.Ticket.Row != nil && j.Ticket.Row.ID == j.Ticket.Event {
		return *j.Ticket.Row, nil
	}
	return r.Event(ctx, r.scope, j.Ticket.Event)
}

// change changes the delivery of a message. One whose first attempt is asked for is thought not to be there yet.
func (r *round) change(ctx context.Context, j Job, e outbox.Row, f func(Row) (Row, bool)) (Row, bool, error) {
	guess := begin(r.scope, j.Ticket, e, r.Clock.Now())
	if j.Ticket.Attempt > 1 {
		row, err := r.Rows.Read(ctx, r.scope, guess.ID)
		if err != nil {
			return row, false, err
		}
		guess = row
	}
	return change(ctx, r.Rows, r.scope, guess, f)
}

// lease is how long an attempt is its owner's.
func (r *round) lease() time.Duration { return r.limits.Timeout + leaseBeyond }

// admit asks the destination's control item which of the deliveries may be attempted now. The others are parked or put
// off. It returns the slots that were taken.
func (r *round) admit(ctx context.Context, jobs []int) (going []int, slots []string, err error) {
	want := jobs
	for range 4 {
		now := r.Clock.Now()
		claim := Claim{Now: now, Expires: now.Add(r.lease()), Cap: r.destination.InFlight(), Cost: r.cost(now)}
		want = want[:min(len(want), claim.Cap)]
		var turns []int // those that have not had their turn yet
		for i, k := range want {
			claim.Slots = append(claim.Slots, slotOf(r.owner, i))
			if r.batch[k].Ticket.Turn == 0 {
				turns = append(turns, k)
			}
		}
		claim.Tokens = len(turns)
		control, from, err := r.Controls.Claim(ctx, r.scope, r.destination.ID, claim)
		r.control = control
		if err == nil {
			going = r.inTurn(ctx, want, turns, from, claim.Cost)
			r.putOff(ctx, jobs[len(want):])
			return going, claim.Slots, nil
		}
		if !errors.Is(err, errBusy) {
			return nil, nil, err
		}
		switch a := control.Breaker.allow(now); {
		case a.probe:
			return r.probe(ctx, jobs)
		case !a.pass:
			r.parkAll(ctx, jobs, a.until)
			return nil, nil, nil
		}
		room := claim.Cap - control.busy(now)
		if room <= 0 {
			break
		}
		want = want[:min(room, len(want))]
	}
	r.putOff(ctx, jobs)
	return nil, nil, nil
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
func (r *round) cost(now time.Time) time.Duration {
	return time.Duration(float64(time.Second) / r.control.Breaker.rate(r.limits.PerSecond, now))
}

// inTurn returns those whose turn is now. The others come again when it is.
func (r *round) inTurn(ctx context.Context, want, turns []int, from time.Time, cost time.Duration) []int {
	var going []int
	for _, k := range want {
		i := slices.Index(turns, k)
		turn := from.Add(time.Duration(max(i, 0)) * cost)
		if now := r.Clock.Now(); i < 0 || !turn.After(now.Add(ahead)) {
			going = append(going, k)
			continue
		}
		r.failed[k] = r.later(ctx, r.batch[k], turn)
	}
	return going
}

// later sends a message again for when its turn is. One that is further away than a message can wait is a matter of the
// index of what is due.
func (r *round) later(ctx context.Context, j Job, turn time.Time) error {
	r.Metrics.Count(telemetry.DeliveriesDelayed, 1)
	delay := turn.Sub(r.Clock.Now())
	if delay > maxDelay {
		e, err := r.event(ctx, j)
		if err == nil {
			_, _, err = r.change(ctx, j, e, func(row Row) (Row, bool) { return postpone(row, j.Ticket, r.Clock.Now(), turn), true })
		}
		return ignoreGone(err)
	}
	t := j.Ticket
	t.Turn = ms(turn)
	return r.Queue.SendAll(ctx, r.scope, []queue.Message{MessageOf(t, delay)})
}

// MessageOf is a ticket as a message of the queue of deliveries.
func MessageOf(t Ticket, delay time.Duration) queue.Message {
	delay = min((max(delay, 0) + time.Second - 1).Truncate(time.Second), maxDelay)
	m := queue.Message{Body: t, Group: t.Destination, Delay: delay}
	if t.Row != nil && t.Row.Trace != "" {
		m.Body = queue.Traced{Body: t, Trace: t.Row.Trace}
	}
	return m
}

// putOff sends messages again that found all attempts of their destination under way.
func (r *round) putOff(ctx context.Context, jobs []int) {
	r.each(ctx, jobs, func(ctx context.Context, j Job) error {
		r.Metrics.Count(telemetry.DeliveriesDelayed, 1)
		delay := putOff + time.Duration(r.Random()*float64(4*putOff))
		return r.Queue.SendAll(ctx, r.scope, []queue.Message{MessageOf(j.Ticket, delay)})
	})
}

// parkAll parks deliveries until the destination may be asked again.
func (r *round) parkAll(ctx context.Context, jobs []int, until time.Time) {
	r.each(ctx, jobs, func(ctx context.Context, j Job) error {
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

// probe tries to be the one who asks a destination that was unwell. Whoever does not win waits until that is over.
func (r *round) probe(ctx context.Context, jobs []int) (going []int, slots []string, err error) {
	now := r.Clock.Now()
	next := r.control.Breaker.takeProbe(r.owner, now, r.lease())
	control, err := r.Controls.Swap(ctx, r.scope, r.destination.ID, r.control.Rev, next)
	if errors.Is(err, table.ErrCondition) {
		until := now.Add(r.lease())
		if a := control.Breaker.allow(now); !a.pass && !a.probe {
			until = a.until
		}
		r.parkAll(ctx, jobs, until)
		return nil, nil, nil
	}
	if err != nil {
		return nil, nil, err
	}
	r.control = control
	slots = []string{slotOf(r.owner, 0)}
	_, _, err = r.Controls.Claim(ctx, r.scope, r.destination.ID, Claim{
		Now: now, Slots: slots, Expires: now.Add(r.lease()), Cap: max(r.destination.InFlight(), 1), Probe: true,
	})
	if err != nil && !errors.Is(err, errBusy) {
		return nil, nil, err
	}
	r.parkAll(ctx, jobs[1:], now.Add(r.lease()))
	return jobs[:1], slots, nil
}

// one makes an attempt of one delivery: claim, render, sign and send, record. It reports whether it arrived.
func (r *round) one(ctx context.Context, j Job) (bool, error) {
	e, err := r.event(ctx, j)
	if errors.Is(err, errs.NotFound) {
		return false, r.refuse(ctx, j, codeNoEvent)
	}
	if err != nil {
		return false, err
	}
	v := drop
	row, changed, err := r.change(ctx, j, e, func(row Row) (Row, bool) {
		var next Row
		next, v = claim(row, j.Ticket, r.Clock.Now(), r.owner, r.lease())
		return next, v == attempt || next.DueAt != row.DueAt
	})
	if err != nil || v != attempt || !changed {
		return false, ignoreGone(err)
	}
	if row.Attempt == 1 {
		r.Metrics.Observe(telemetry.DeliveryLatency, r.Clock.Now().Sub(id.Time(e.ID)))
	}
	plan, result, took := r.attempt(ctx, row, e)
	return result.Class == Delivered, r.record(ctx, row, plan, result, took)
}

// attempt renders, signs and sends.
func (r *round) attempt(ctx context.Context, row Row, e outbox.Row) (Plan, Result, time.Duration) {
	plan := Plan{}
	if r.destination.Hidden {
		plan = r.Hidden
	}
	if row.Rule != "" {
		var err error
		plan, err = r.Plan(ctx, r.scope, row.Rule, row.RuleVersion, row.Destination)
		if errors.Is(err, errs.NotFound) {
			return plan, Result{Class: Permanent, Code: codeNoRule}, 0
		}
		if err != nil {
			return plan, Result{Class: Retryable, Code: "rule_unavailable"}, 0
		}
	}
	event := Event{
		ID: e.PublicID(), Type: e.Type, Source: e.Source, Subject: e.Subject, Version: e.Version, Time: e.Time,
		Data: json.RawMessage(e.Data), Previous: json.RawMessage(e.Previous),
	}
	data := event.Data
	if plan.Render != nil {
		var err error
		if data, err = plan.Render(ctx, event); err != nil {
			return plan, Result{Class: Permanent, Code: codeTemplate}, 0
		}
	}
	now := r.Clock.Now()
	target, err := r.Open(ctx, r.scope, r.destination, now)
	if err != nil {
		return plan, Result{Class: Retryable, Code: "secrets_unavailable"}, 0
	}
	limit := r.limits.Timeout
	if end, ok := ctx.Deadline(); ok {
		limit = min(limit, end.Sub(now)-spare)
	}
	own, cancel := context.WithTimeout(ctx, limit)
	defer cancel()
	r.Metrics.Count(telemetry.DeliveryAttempts, 1)
	result := r.kind.Send(own, target, Message{
		ID: row.ID, Attempt: row.Attempt, At: now, Event: event, Data: data, Link: "/api/v1/deliveries/" + row.ID,
	})
	return plan, result, r.Clock.Now().Sub(now)
}

// record writes what came of an attempt, and sends the message of the next one.
func (r *round) record(ctx context.Context, row Row, plan Plan, result Result, took time.Duration) error {
	// What was sent was sent: that is recorded even if the batch is being stopped.
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), spare)
	defer cancel()
	now := r.Clock.Now()
	a := Attempt{Number: row.Attempt, At: ms(now.Add(-took)), Took: took.Milliseconds(), Status: result.Status, Code: result.Code, Sent: result.Headers}
	if len(result.Response) > 0 {
		a.Response = r.Redact(ctx, result.Response)
	}
	if len(a.Response) > keptResponse {
		if err := r.Rows.Keep(ctx, r.scope, row.ID, a); err != nil {
			r.Log.WarnContext(ctx, "whole response not kept", "delivery", row.ID, "error", err.Error())
		} else {
			a.More = true
		}
		a.Response = cut(a.Response, keptResponse)
	}
	delay, retry := time.Duration(0), false
	if result.Class == Retryable {
		delay, retry = plan.Retry.Delay(row.Attempt-row.Base, fromMS(row.FirstAt), now, result.RetryAfter, r.Random())
	}
	var next settled
	written, changed, err := change(ctx, r.Rows, r.scope, row, func(row Row) (Row, bool) {
		if !row.owns(r.owner, a.Number) {
			return row, false
		}
		if result.Class == Delivered {
			return succeed(row, a, now), true
		}
		next = fail(row, a, now, delay, retry)
		next.row.Quiet = next.row.Status == Dead && plan.Quiet
		return next.row, true
	})
	if err != nil {
		return ignoreGone(err)
	}
	r.learn(ctx, result, now)
	if !changed {
		return nil // canceled meanwhile, or taken over by another after the lease was over
	}
	if next.again > 0 {
		if err := r.Queue.SendAll(ctx, r.scope, []queue.Message{MessageOf(written.Ticket(), next.again)}); err != nil {
			// The row is in the index of what is due: the delivery is late, not lost.
			r.Log.WarnContext(ctx, "next attempt not sent, left to the sweep", "delivery", row.ID, "error", err.Error())
		}
	}
	return r.tell(ctx, written, plan)
}

// cut shortens a text to n bytes and no half character.
func cut(s string, n int) string {
	for n > 0 && n < len(s) && s[n]&0xC0 == 0x80 {
		n--
	}
	return s[:n]
}

// tell counts how a delivery ended, and makes an event of one that failed for good where its rule asks for that.
func (r *round) tell(ctx context.Context, row Row, plan Plan) error {
	switch row.Status {
	case Done:
		r.Metrics.Count(telemetry.DeliveriesDone, 1)
		return nil
	case Dead:
		r.Metrics.Count(telemetry.DeliveriesDead, 1)
	case Pending, Parked, Delivering, Cancelled:
	}
	if row.Status != Dead || !plan.Alert {
		return nil
	}
	err := r.Tell(ctx, r.scope, failure(row))
	if err != nil {
		r.Log.WarnContext(ctx, "failure of a delivery not told", "delivery", row.ID, "error", err.Error())
	}
	return nil
}

// learn tells the breaker. What it could not be told is told by the next attempt.
func (r *round) learn(ctx context.Context, result Result, now time.Time) {
	if result.Class != Delivered {
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
			next, opened = control.Breaker.failed(1, r.owner, control.Wins, r.limits.BreakerFailures, now, r.Random())
			changed = true
		case control.Breaker.State == HalfOpen && control.Breaker.Probe == r.owner:
			// The probe never got as far as the receiver. Somebody else is to probe.
			next, changed = control.Breaker, true
			next.ProbeUntil = ms(now)
		}
		if !changed {
			return
		}
		fresh, err := r.Controls.Swap(ctx, r.scope, r.destination.ID, control.Rev, next)
		control = fresh
		switch {
		case errors.Is(err, table.ErrCondition):
			continue
		case err != nil:
			r.Log.WarnContext(ctx, "breaker not told", "destination", r.destination.ID, "error", err.Error())
			return
		}
		if opened {
			r.Metrics.Count(telemetry.BreakersOpened, 1)
			r.say(ctx, events.DestinationFailing(events.DestinationFailingData{
				ID: r.destination.ID, Reason: result.Code, Failures: r.limits.BreakerFailures, Until: clock.Format(fromMS(next.OpenUntil)),
			}))
		}
		if result.Class == Delivered && control.Breaker.ClosedAt == ms(now) {
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

// failure is the event of a delivery that failed for good.
func failure(row Row) events.Event {
	return events.DeliveryFailed(events.DeliveryFailedData{
		DeliveryID: row.ID, EventID: row.EventID, EventType: row.EventType, RuleID: row.Rule, DestinationID: row.Destination, Reason: row.Reason,
		Attempts: row.Attempt, CausationDepth: row.Depth + 1,
	})
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
