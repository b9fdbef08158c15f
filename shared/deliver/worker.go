package deliver

import (
	"context"
	"encoding/json"
	"log/slog"
	"slices"
	"sync/atomic"
	"time"

	"golang.org/x/sync/errgroup"

	"guardrails/events"
	"guardrails/shared/clock"
	"guardrails/shared/id"
	"guardrails/shared/outbox"
	"guardrails/shared/queue"
	"guardrails/shared/retry"
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
	// slow says that the destination shares attempts with the tenant's other slow ones, shared are those that it has;
	// lagged says that an attempt took long.
	slow   bool
	shared []string
	lagged atomic.Bool
	// place is where deliveries in order stand in the batch; attempts and wins count them.
	place, attempts, wins int
	// turn says that a message waited for the turn of the next attempt in order.
	turn bool
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
	defer r.giveShare(ctx)
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

// lease is how long an attempt is its owner's.
func (r *round) lease() time.Duration { return r.limits.Timeout + leaseBeyond }
