package deliver

import (
	"cmp"
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
	// Served reports whether work may be done for the tenant now; nil means always.
	Served func(ctx context.Context, s tenant.Scope) (bool, error)
	// Late hears how long after its event a delivery came to its turn; it may be nil.
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
	// moment is how long a message waits without a word in the table: the net would not look sooner.
	moment = 5 * time.Second
	// slotAfter is how long those who waited for their turn wait for a slot, at least; up to twice as long by chance.
	slotAfter = 100 * time.Millisecond
	// patience is how long messages of a batch wait for slots of the same batch.
	patience = 2 * time.Second
	// longestPutOff is how long a delivery waits between two looks for a free slot.
	longestPutOff = 4 * time.Minute
)

// Handle works on a batch and tells for each message whether it is done with. Those to one destination go together:
// what is asked of its control item is asked once.
func (w *Worker) Handle(ctx context.Context, batch []Job) []error {
	failed := make([]error, len(batch))
	batch = slices.Clone(batch) // messages get their turns
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
			r := &round{Worker: w, scope: p.scope, owner: w.IDs.New(id.Request), batch: batch, failed: failed, slots: map[int]string{}, made: make([]made, len(batch))}
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
	// slots are what was taken for messages, made is what came of them.
	slots map[int]string
	made  []made
	// probing says that the round holds the probe.
	probing bool
	// next are messages that have no slot of their own, and follow in those of others while until is not over and every
	// attempt arrives.
	next   map[int]bool
	until  time.Time
	unwell atomic.Bool
	// place is where deliveries in order stand in the batch; attempts and wins count them.
	place, attempts, wins int
}

// made is what came of a message.
type made struct {
	begun, attempted, arrived bool
	// held says that its slot is not given back: see learn.
	held bool
}

// run is the stages in their order. Until a delivery is claimed nothing has happened that would have to be undone.
func (r *round) run(ctx context.Context, destinationID string, jobs []int) {
	served, err := true, error(nil)
	if r.Served != nil {
		served, err = r.Served(ctx, r.scope)
	}
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
		r.unlock(ctx, destinationID, jobs)
		r.each(ctx, jobs, func(ctx context.Context, i int) error { return r.refuse(ctx, r.batch[i], usable) })
		return
	}
	if r.destination.Ordered && r.Order != nil {
		r.ordered(ctx, jobs)
		return
	}
	if jobs = slices.DeleteFunc(slices.Clone(jobs), func(i int) bool { return r.batch[i].Ticket.Wake }); len(jobs) == 0 {
		return
	}
	if jobs = r.sift(ctx, jobs); len(jobs) == 0 {
		return
	}
	going, err := r.admit(ctx, jobs)
	if err != nil {
		r.all(jobs, err)
		return
	}
	r.release(ctx, func(i int) bool { return !slices.Contains(going, i) })
	if len(going) == 0 {
		return
	}
	r.until = r.Clock.Now().Add(patience)
	r.some(ctx, going, max(len(r.slots), 1), r.one)
	var left []int
	for _, i := range going {
		if r.next[i] && !r.made[i].begun {
			left = append(left, i)
		}
	}
	r.putOff(ctx, left)
	if r.probing && !r.made[going[0]].attempted {
		r.learn(ctx, going[0], Result{}, r.Clock.Now()) // the message asked for nothing: somebody else is to probe
	}
	r.release(ctx, func(i int) bool { return !r.made[i].held })
}

// unlock closes the breaker of a destination to which nothing is sent any more: nobody would probe it, and the sweep would
// let what is parked go one by one.
func (r *round) unlock(ctx context.Context, destinationID string, jobs []int) {
	if !slices.ContainsFunc(jobs, func(i int) bool { return r.batch[i].Ticket.Spare }) {
		return // the sweep sent none of them
	}
	c, err := r.Controls.Get(ctx, r.scope, destinationID)
	if err == nil && !c.Breaker.allow(r.Clock.Now()).pass {
		_, err = r.Controls.Swap(ctx, r.scope, destinationID, c.Rev, Breaker{})
	}
	if err != nil && !errors.Is(err, table.ErrCondition) {
		r.Log.WarnContext(ctx, "breaker not closed", "destination", destinationID, "error", err.Error())
	}
}

// release gives slots back that are not needed any more, and tells what arrived.
func (r *round) release(ctx context.Context, free func(i int) bool) {
	var slots []string
	wins := 0
	for i, m := range r.made {
		if slot := r.slots[i]; slot != "" && free(i) {
			slots = append(slots, slot)
			delete(r.slots, i)
		}
		if m.arrived {
			wins++
		}
	}
	if len(slots)+wins == 0 {
		return
	}
	if err := r.Controls.Release(ctx, r.scope, r.destination.ID, slots, wins); err != nil {
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
	if most > 0 && r.Late != nil {
		r.Late(ctx, r.scope, most)
	}
}

// sift drops those spare messages whose delivery goes on without them: nothing is asked of the destination for them.
func (r *round) sift(ctx context.Context, jobs []int) []int {
	gone := make([]bool, len(r.batch))
	var g errgroup.Group
	for _, i := range jobs {
		t := r.batch[i].Ticket
		if !t.Spare {
			continue
		}
		g.Go(func() error {
			row, err := r.Rows.Read(ctx, r.scope, t.ID(r.scope))
			switch {
			case errors.Is(err, errs.NotFound):
			case err != nil:
				r.failed[i], gone[i] = err, true
			default:
				gone[i] = row.stale(t) || row.early(r.Clock.Now()) && row.DueAt != 0
			}
			return nil
		})
	}
	_ = g.Wait() // each message's failure is its own
	return slices.DeleteFunc(slices.Clone(jobs), func(i int) bool { return gone[i] })
}

// all says the same of several messages.
func (r *round) all(jobs []int, err error) {
	for _, i := range jobs {
		r.failed[i] = err
	}
}

// each does something for several messages at once: a batch has ten at most.
func (r *round) each(ctx context.Context, jobs []int, do func(ctx context.Context, i int) error) {
	r.some(ctx, jobs, max(len(jobs), 1), do)
}

// some does it for so many at once.
func (r *round) some(ctx context.Context, jobs []int, most int, do func(ctx context.Context, i int) error) {
	var g errgroup.Group
	g.SetLimit(most)
	for _, i := range jobs {
		g.Go(func() error {
			own := ctx
			if r.batch[i].In != nil {
				own = r.batch[i].In(ctx)
			}
			r.failed[i] = do(own, i)
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
	if len(busy) == 0 || r.batch[busy[0]].Ticket.waited() == 0 || r.batch[busy[0]].Ticket.Waits > 0 {
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
	m := queue.Message{Body: t, Group: t.Destination, Delay: delay}
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

// one makes an attempt of one delivery: claim, render, sign and send, record.
func (r *round) one(ctx context.Context, i int) error {
	if r.next[i] && (r.unwell.Load() || r.Clock.Now().After(r.until)) {
		return nil // run puts it off
	}
	r.made[i].begun = true
	j := r.batch[i]
	e, err := r.event(ctx, j)
	if errors.Is(err, errs.NotFound) {
		return r.refuse(ctx, j, codeNoEvent)
	}
	if err != nil {
		return err
	}
	v := drop
	row, changed, err := r.change(ctx, j, e, func(row Row) (Row, bool) {
		var next Row
		next, v = claim(row, j.Ticket, r.Clock.Now(), r.owner, r.lease())
		return next, v == attempt || next.DueAt != row.DueAt
	})
	if err != nil || v != attempt || !changed {
		return ignoreGone(err)
	}
	if row.Attempt == 1 {
		r.Metrics.Observe(telemetry.DeliveryLatency, r.Clock.Now().Sub(id.Time(e.ID)))
	}
	plan, result, took := r.attempt(ctx, row, e)
	r.made[i].attempted, r.made[i].arrived = true, result.Class == Delivered
	if result.Class != Delivered {
		r.unwell.Store(true)
	}
	return r.record(ctx, i, row, plan, result, took)
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
func (r *round) record(ctx context.Context, i int, row Row, plan Plan, result Result, took time.Duration) error {
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
	r.learn(ctx, i, result, now)
	if err != nil {
		return ignoreGone(err)
	}
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
		r.made[i].held = result.Unwell && next.suspect(control.Wins, r.destination.InFlight()/2, now)
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
