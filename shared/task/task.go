package task

import (
	"context"
	"errors"
	"time"

	"github.com/aws/aws-sdk-go-v2/feature/dynamodb/expression"

	"guardrails/events"
	"guardrails/shared/clock"
	"guardrails/shared/errs"
	"guardrails/shared/outbox"
	"guardrails/shared/table"
	"guardrails/shared/telemetry"
	"guardrails/shared/tenant"
)

// Status is where a task is in its life, in the older API's spelling.
type Status string

// A task that was cancelled is a failed one.
const (
	Pending Status = "PENDING"
	Started Status = "STARTED"
	Success Status = "SUCCESS"
	Failure Status = "FAILURE"
)

// Finished reports whether nothing more will happen.
func (s Status) Finished() bool { return s == Success || s == Failure }

// Name is what a task does.
type Name string

// The tasks.
const (
	Analyze    Name = "analyze"
	Detect     Name = "detect_pii"
	Compliance Name = "check_compliance"
	Redact     Name = "redact"
)

// Message asks to run a task.
type Message struct {
	Task string `json:"task"`
}

// Task is a task in the jobs table. Its text and its result are sealed objects.
type Task struct {
	ID     string `dynamodbav:"id"`
	Name   Name   `dynamodbav:"name"`
	Status Status `dynamodbav:"status"`
	// Options are the request's own, as JSON.
	Options string `dynamodbav:"options"`
	// Hook is the id of the hidden destination that the task's events go to, "" if nobody wants to hear of them.
	Hook        string `dynamodbav:"hook,omitempty"`
	CreatedBy   string `dynamodbav:"created_by"`
	SubmittedAt string `dynamodbav:"submitted_at"`
	// Error says why a task failed, in a sentence for its owner.
	Error string `dynamodbav:"error,omitempty"`
	TTL   int64  `dynamodbav:"ttl"`

	// DueShard and DueAt put an unfinished task where the watch looks; Resends counts how
	// often the watch has sent it again.
	DueShard string `dynamodbav:"due_shard,omitempty"`
	DueAt    int64  `dynamodbav:"due_at,omitempty"`
	Resends  int    `dynamodbav:"resends"`

	// Trace is the W3C trace context of the request that submitted the task, "" if it was not traced.
	Trace string `dynamodbav:"traceparent,omitempty"`
}

const (
	// keepFor is how long a task and its result are kept.
	keepFor = 7 * 24 * time.Hour
	// standstill is how long a task may wait before the watch looks at it.
	standstill = 5 * time.Minute
)

// Cancelled is the Error of a task that its owner cancelled.
const Cancelled = "The task was cancelled."

// Store keeps tasks. Every change of state announces itself in the same transaction, and returns table.ErrCondition
// when the task is no longer where the caller believed.
type Store struct {
	table  *table.Table
	outbox *outbox.Outbox
	clock  clock.Clock
}

// NewStore returns a store on the jobs table. The outbox may be nil where tasks are only read.
func NewStore(jobs *table.Table, o *outbox.Outbox, c clock.Clock) *Store { return &Store{jobs, o, c} }

// Get reads a task; errs.NotFound if there is none.
func (st *Store) Get(ctx context.Context, s tenant.Scope, taskID string) (Task, error) {
	var t Task
	err := st.table.Get(ctx, s, table.TaskKey(taskID), &t)
	return t, err
}

func (t Task) event(typ string, why errs.Code) events.Event {
	e := events.Task(typ, events.TaskData{TaskID: t.ID, Name: string(t.Name), Status: string(t.Status), Reason: string(why)})
	if t.Hook != "" {
		e.To = []string{t.Hook}
	}
	return e
}

// Expires is until when a task that is submitted now is kept.
func Expires(now time.Time) time.Time { return now.Add(keepFor) }

// Submit writes a new task, pending and due from the store's clock on, together with further writes, and returns it.
func (st *Store) Submit(ctx context.Context, s tenant.Scope, t Task, more ...table.Op) (Task, error) {
	now := st.clock.Now()
	t.Status, t.SubmittedAt, t.TTL = Pending, clock.Format(now), table.TTL(Expires(now))
	t.DueShard, t.DueAt = table.DueShard(t.ID), now.Add(standstill).Unix()
	t.Trace = telemetry.Traceparent(ctx)
	ev, err := st.outbox.Op(ctx, s, t.event(events.TaskSubmittedType, ""))
	if err != nil {
		return t, err
	}
	return t, table.Transact(ctx, append([]table.Op{st.table.PutOp(s, table.TaskKey(t.ID), t, table.IfAbsent()), ev}, more...)...)
}

func is(states ...Status) expression.ConditionBuilder {
	c := expression.Name("status").Equal(expression.Value(states[0]))
	for _, st := range states[1:] {
		c = c.Or(expression.Name("status").Equal(expression.Value(st)))
	}
	return c
}

// Start says that a pending task is being run. One that was started before stays as it is.
func (st *Store) Start(ctx context.Context, s tenant.Scope, t Task) error {
	if t.Status != Pending {
		return nil
	}
	t.Status = Started
	ev, err := st.outbox.Op(ctx, s, t.event(events.TaskStartedType, ""))
	if err != nil {
		return err
	}
	u := expression.Set(expression.Name("status"), expression.Value(Started))
	err = table.Transact(ctx, st.table.UpdateOp(s, table.TaskKey(t.ID), u, is(Pending)), ev)
	if errors.Is(err, table.ErrCondition) {
		return nil // another delivery of the message was first; the end is decided under its own condition
	}
	return err
}

// Succeed ends a task whose result is stored.
func (st *Store) Succeed(ctx context.Context, s tenant.Scope, t Task) error {
	return st.end(ctx, s, t, Success, "", events.TaskCompletedType, "")
}

// Fail ends a task for a reason that its owner may read. Its code is what the event says.
func (st *Store) Fail(ctx context.Context, s tenant.Scope, t Task, why errs.Code, reason string) error {
	return st.end(ctx, s, t, Failure, reason, events.TaskFailedType, why)
}

// Cancel ends a task because its owner wants it so.
func (st *Store) Cancel(ctx context.Context, s tenant.Scope, t Task) error {
	return st.end(ctx, s, t, Failure, Cancelled, events.TaskCancelledType, "")
}

func (st *Store) end(ctx context.Context, s tenant.Scope, t Task, to Status, reason, typ string, why errs.Code) error {
	t.Status = to
	ev, err := st.outbox.Op(ctx, s, t.event(typ, why))
	if err != nil {
		return err
	}
	u := expression.Set(expression.Name("status"), expression.Value(to)).Set(expression.Name("error"), expression.Value(reason)).
		Remove(expression.Name("due_shard")).Remove(expression.Name("due_at"))
	return table.Transact(ctx, st.table.UpdateOp(s, table.TaskKey(t.ID), u, is(Pending, Started)), ev)
}

// Submitted is when the task was submitted.
func (t Task) Submitted() time.Time {
	at, err := time.Parse(clock.Layout, t.SubmittedAt)
	if err != nil {
		return time.Time{}
	}
	return at
}

// Claim takes a task that is due for one look of the watch, says when the next one is, and returns the task so.
func (st *Store) Claim(ctx context.Context, s tenant.Scope, t Task, next time.Time) (Task, error) {
	u := expression.Set(expression.Name("due_at"), expression.Value(next.Unix()))
	err := st.table.Update(ctx, s, table.TaskKey(t.ID), u, st.claimed(t))
	t.DueAt = next.Unix()
	return t, err
}

// Resent counts that a claimed task's message was sent again.
func (st *Store) Resent(ctx context.Context, s tenant.Scope, t Task) error {
	u := expression.Set(expression.Name("resends"), expression.Value(t.Resends+1))
	return st.table.Update(ctx, s, table.TaskKey(t.ID), u, st.claimed(t))
}

// claimed holds while nobody else has claimed the task.
func (st *Store) claimed(t Task) expression.ConditionBuilder {
	return is(Pending, Started).And(expression.Name("due_at").Equal(expression.Value(t.DueAt)))
}
