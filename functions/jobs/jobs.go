package jobs

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/aws/aws-sdk-go-v2/feature/dynamodb/expression"

	"guardrails/events"
	"guardrails/shared/clock"
	"guardrails/shared/inspect"
	"guardrails/shared/outbox"
	"guardrails/shared/table"
	"guardrails/shared/telemetry"
	"guardrails/shared/tenant"
)

// status is where a job is in its life.
type status string

// A job is queued until its first chunks are cut, and running until it is completed, failed or cancelled.
const (
	queued    status = "queued"
	running   status = "running"
	completed status = "completed"
	failed    status = "failed"
	cancelled status = "cancelled"
)

func (s status) finished() bool { return s == completed || s == failed || s == cancelled }

const (
	// keepFor is how long a job and its results are kept: as long as objects of the content bucket.
	keepFor = 30 * 24 * time.Hour
	// standstill is how long a job may make no progress before the watch looks at it.
	standstill = 5 * time.Minute
)

// job is a job in the jobs table.
type job struct {
	ID     string `dynamodbav:"id"`
	Status status `dynamodbav:"status"`
	Upload string `dynamodbav:"upload,omitempty"`
	// UploadTag is of the upload as it was when the job was submitted.
	UploadTag string `dynamodbav:"upload_tag,omitempty"`
	Options   string `dynamodbav:"options,omitempty"`
	Webhook   string `dynamodbav:"webhook_url,omitempty"`
	// Hook is the id of the hidden destination that stands for Webhook, "" in rows from before there were such.
	Hook string `dynamodbav:"hook,omitempty"`
	// CreatedBy is the key or user that submitted the job.
	CreatedBy   string `dynamodbav:"created_by"`
	CreatedAt   string `dynamodbav:"created_at"`
	StartedAt   string `dynamodbav:"started_at,omitempty"`
	CompletedAt string `dynamodbav:"completed_at,omitempty"`
	ExpiresAt   string `dynamodbav:"expires_at"`
	TTL         int64  `dynamodbav:"ttl"`

	// Total counts the documents, for an upload those seen so far; Done and Failed those that have a result.
	Total  int `dynamodbav:"total"`
	Done   int `dynamodbav:"done"`
	Failed int `dynamodbav:"failed"`
	// Reason says why the job failed.
	Reason reason `dynamodbav:"reason,omitempty"`

	// Offset, Documents and Chunks say how far the input is cut, Sent how many chunks' messages surely were sent, and
	// Split that it is cut to its end.
	Offset    int64 `dynamodbav:"offset"`
	Documents int   `dynamodbav:"documents"`
	Chunks    int   `dynamodbav:"chunks"`
	Sent      int   `dynamodbav:"sent"`
	Split     bool  `dynamodbav:"split"`
	// Closed counts the chunks that are done or given up.
	Closed int `dynamodbav:"closed"`

	// DueShard and DueAt put an unfinished job where the watch looks. AliveAt is when it last made progress, 0 in rows
	// from before that was kept; Resends counts how often the watch has sent its messages since.
	DueShard string `dynamodbav:"due_shard,omitempty"`
	DueAt    int64  `dynamodbav:"due_at,omitempty"`
	AliveAt  int64  `dynamodbav:"alive_at,omitempty"`
	Resends  int    `dynamodbav:"resends"`

	// Trace is the W3C trace context of the request that submitted the job, "" if it was not traced.
	Trace string `dynamodbav:"traceparent,omitempty"`
}

// reason is why a job as a whole failed.
type reason string

// The reasons.
const (
	reasonTooMany reason = "too_many_documents"
	reasonNoInput reason = "input_missing"
	reasonChanged reason = "input_changed"
	reasonStuck   reason = "split_failed"
)

// detail is the English sentence that goes with a reason.
func (r reason) detail() string {
	switch r {
	case reasonTooMany:
		return fmt.Sprintf("A job has at most %d documents.", maxDocuments)
	case reasonNoInput:
		return "The documents are no longer there."
	case reasonChanged:
		return "The upload was changed after the job was submitted."
	case reasonStuck:
		return "The documents could not be read, despite several tries."
	}
	return ""
}

// options decodes the job's options.
func (j *job) options() (inspect.Options, error) {
	var o inspect.Options
	if j.Options == "" {
		return o, nil
	}
	if err := json.Unmarshal([]byte(j.Options), &o); err != nil {
		return o, fmt.Errorf("decode options of job %s: %w", j.ID, err)
	}
	return o, nil
}

func (j *job) event(typ string) events.Event {
	e := events.Job(typ, events.JobData{JobID: j.ID, Status: string(j.Status), Total: j.Total, Done: j.Done, Failed: j.Failed, Reason: string(j.Reason)})
	if j.Hook != "" {
		e.To = []string{j.Hook}
	}
	return e
}

// store keeps jobs and chunks. Each of its writes holds under a condition, so that doing it twice changes nothing:
// it returns table.ErrCondition when the job or the chunk is no longer where the caller believed.
type store struct {
	table  *table.Table
	outbox *outbox.Outbox
	clock  clock.Clock
}

func (st *store) get(ctx context.Context, s tenant.Scope, jobID string) (job, error) {
	var j job
	err := st.table.Get(ctx, s, table.JobKey(jobID), &j)
	return j, err
}

// due is when the watch should look if nothing happens until then.
func (st *store) due() int64 { return st.clock.Now().Add(standstill).Unix() }

// create writes a new job and announces it, together with further writes.
func (st *store) create(ctx context.Context, s tenant.Scope, j job, more ...table.Op) error {
	j.DueShard, j.DueAt, j.AliveAt = table.DueShard(j.ID), st.due(), st.clock.Now().Unix()
	j.Trace = telemetry.Traceparent(ctx)
	ev, err := st.outbox.Op(ctx, s, j.event(events.JobSubmittedType))
	if err != nil {
		return err
	}
	return table.Transact(ctx, append([]table.Op{st.table.PutOp(s, table.JobKey(j.ID), j, table.IfAbsent()), ev}, more...)...)
}

func is(states ...status) expression.ConditionBuilder {
	c := expression.Name("status").Equal(expression.Value(states[0]))
	for _, st := range states[1:] {
		c = c.Or(expression.Name("status").Equal(expression.Value(st)))
	}
	return c
}

// advance records that pieces were cut: their rows, how far the input is cut now, and, with the first of them, that
// the job has started. j is the job as it was read; it is returned as it is afterwards.
func (st *store) advance(ctx context.Context, s tenant.Scope, j job, pieces []piece, at progress) (job, error) {
	was := j
	j.Offset, j.Documents, j.Chunks, j.Split = at.offset, at.documents, at.chunks, at.end
	j.Sent, j.Total = was.Chunks, max(was.Total, at.documents)
	u := st.alive().Set(expression.Name("offset"), expression.Value(j.Offset)).Set(expression.Name("documents"), expression.Value(j.Documents)).
		Set(expression.Name("chunks"), expression.Value(j.Chunks)).Set(expression.Name("sent"), expression.Value(j.Sent)).
		Set(expression.Name("split"), expression.Value(j.Split)).Set(expression.Name("total"), expression.Value(j.Total))
	here := is(was.Status).And(expression.Name("offset").Equal(expression.Value(was.Offset)), expression.Name("split").Equal(expression.Value(false)))
	var ops []table.Op
	if was.Status == queued {
		j.Status, j.StartedAt = running, clock.Format(st.clock.Now())
		u = u.Set(expression.Name("status"), expression.Value(j.Status)).Set(expression.Name("started_at"), expression.Value(j.StartedAt))
		ev, err := st.outbox.Op(ctx, s, j.event(events.JobStartedType))
		if err != nil {
			return was, err
		}
		ops = append(ops, ev)
	}
	ops = append(ops, st.table.UpdateOp(s, table.JobKey(j.ID), u, here))
	for _, p := range pieces {
		c := chunk{N: p.n, First: p.first, Documents: len(p.entries), IDs: p.ids, State: chunkOpen, TTL: j.TTL}
		ops = append(ops, st.table.PutOp(s, table.ChunkKey(j.ID, p.n), c, table.Always()))
	}
	if err := table.Transact(ctx, ops...); err != nil {
		return was, err
	}
	return j, nil
}

// progress is how far an input is cut.
type progress struct {
	offset            int64
	documents, chunks int
	end               bool
}

// alive is the part of an update that says that the job has made progress.
func (st *store) alive() expression.UpdateBuilder {
	return expression.Set(expression.Name("due_at"), expression.Value(st.due())).Set(expression.Name("alive_at"), expression.Value(st.clock.Now().Unix())).
		Set(expression.Name("resends"), expression.Value(0))
}

// end is the part of an update that ends a job's life.
func (st *store) end(to status) expression.UpdateBuilder {
	return expression.Set(expression.Name("status"), expression.Value(to)).
		Set(expression.Name("completed_at"), expression.Value(clock.Format(st.clock.Now()))).
		Remove(expression.Name("due_shard")).Remove(expression.Name("due_at"))
}

// complete ends a running job whose chunks are all closed, and announces it. A job that is not there yet, or is ended
// already, stays as it is.
func (st *store) complete(ctx context.Context, s tenant.Scope, jobID string) error {
	j, err := st.get(ctx, s, jobID)
	if err != nil || j.Status != running || !j.Split || j.Closed < j.Chunks {
		return err
	}
	j.Status = completed
	ev, err := st.outbox.Op(ctx, s, j.event(events.JobCompletedType))
	if err != nil {
		return err
	}
	err = table.Transact(ctx, st.table.UpdateOp(s, table.JobKey(jobID), st.end(completed), is(running)), ev)
	if errors.Is(err, table.ErrCondition) {
		return nil
	}
	return err
}

// failSplit ends a job that cannot be cut on, unless another invocation has cut it further than j says: messages come
// twice, and the one that is behind may find the input deleted that the other has cut to its end.
func (st *store) failSplit(ctx context.Context, s tenant.Scope, j job, why reason, total int) error {
	here := expression.Name("split").Equal(expression.Value(false)).And(expression.Name("offset").Equal(expression.Value(j.Offset)))
	return st.fail(ctx, s, j.ID, why, total, func(now job) bool { return !now.Split && now.Offset == j.Offset }, here)
}

// failTries bounds how often fail starts anew because chunks are counted meanwhile.
const failTries = 20

// fail ends a job for a reason, and announces it. The job has total documents; those without a result count as
// failed. A job that is ended already, or to which the reason does not apply, stays as it is; the condition says the
// latter to the table.
func (st *store) fail(ctx context.Context, s tenant.Scope, jobID string, why reason, total int, applies func(job) bool, condition expression.ConditionBuilder) error {
	for range failTries {
		j, err := st.get(ctx, s, jobID)
		if err != nil || j.Status.finished() || !applies(j) {
			return err
		}
		err = st.failNow(ctx, s, j, why, max(total, j.Total), condition)
		if !errors.Is(err, table.ErrCondition) {
			return err
		}
	}
	return table.ErrCondition
}

func (st *store) failNow(ctx context.Context, s tenant.Scope, j job, why reason, total int, condition expression.ConditionBuilder) error {
	j.Status, j.Reason, j.Total, j.Failed = failed, why, total, total-j.Done
	ev, err := st.outbox.Op(ctx, s, j.event(events.JobFailedType))
	if err != nil {
		return err
	}
	u := st.end(failed).Set(expression.Name("reason"), expression.Value(why)).Set(expression.Name("total"), expression.Value(j.Total)).
		Set(expression.Name("failed"), expression.Value(j.Failed))
	unchanged := is(queued, running).And(expression.Name("done").Equal(expression.Value(j.Done)), condition)
	return table.Transact(ctx, st.table.UpdateOp(s, table.JobKey(j.ID), u, unchanged), ev)
}

// cancel ends a job because somebody wants it so, together with further writes.
func (st *store) cancel(ctx context.Context, s tenant.Scope, j job, more ...table.Op) error {
	j.Status = cancelled
	ev, err := st.outbox.Op(ctx, s, j.event(events.JobCancelledType))
	if err != nil {
		return err
	}
	ops := append([]table.Op{st.table.UpdateOp(s, table.JobKey(j.ID), st.end(cancelled), is(queued, running)), ev}, more...)
	return table.Transact(ctx, ops...)
}

// aliveAt is when the job last made progress, as far as known.
func (j *job) aliveAt() time.Time {
	if j.AliveAt > 0 {
		return time.Unix(j.AliveAt, 0)
	}
	created, err := time.Parse(clock.Layout, j.CreatedAt)
	if err != nil {
		return time.Time{}
	}
	return created
}

// claim takes a job that is due for one look of the watch, says when the next one is, and returns the job so.
func (st *store) claim(ctx context.Context, s tenant.Scope, j job, next time.Time) (job, error) {
	u := expression.Set(expression.Name("due_at"), expression.Value(next.Unix()))
	err := st.table.Update(ctx, s, table.JobKey(j.ID), u, is(queued, running).And(expression.Name("due_at").Equal(expression.Value(j.DueAt))))
	j.DueAt = next.Unix()
	return j, err
}

// resent counts that a claimed job's messages were sent, unless it has made progress since.
func (st *store) resent(ctx context.Context, s tenant.Scope, j job) error {
	u := expression.Set(expression.Name("resends"), expression.Value(j.Resends+1))
	return st.table.Update(ctx, s, table.JobKey(j.ID), u, is(queued, running).And(expression.Name("due_at").Equal(expression.Value(j.DueAt))))
}
