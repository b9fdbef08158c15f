package jobs

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"

	"golang.org/x/sync/errgroup"

	"guardrails/shared/blob"
	"guardrails/shared/errs"
	"guardrails/shared/fn"
	"guardrails/shared/queue"
	"guardrails/shared/table"
	"guardrails/shared/telemetry"
	"guardrails/shared/tenant"
)

const (
	// groupChunks is how many chunks are recorded in one transaction.
	groupChunks = 25
	// writers is how many chunks are stored at once.
	writers = 8
)

// budget is how much one invocation cuts before it leaves the rest to the next one. The largest upload takes fifteen at
// worst, eleven that end by bytes and four by chunks: Lambda stops a function that has sent itself sixteen messages in a
// row.
type budget struct {
	bytes  int64
	chunks int
}

func defaultBudget() budget { return budget{bytes: 96 << 20, chunks: 600} }

// splitter cuts jobs into chunks.
type splitter struct {
	jobs    *store
	content contents
	uploads *blob.Store
	split   *queue.Queue
	chunks  *queue.Queue
	budget  budget
	metrics *telemetry.Metrics
	log     *slog.Logger
}

func bindSplit() fn.Binding {
	return fn.Messages(fn.WhileServed(func(env *fn.Env) (func(context.Context, fn.Message[splitMessage]) error, error) {
		sp := &splitter{
			jobs: newStore(env), content: contents{env.Bucket(blob.Content)}, uploads: env.Bucket(blob.Uploads),
			split: env.Queue(queue.JobSplit), chunks: env.Queue(queue.JobChunks), budget: defaultBudget(), metrics: env.Metrics, log: env.Log,
		}
		return sp.handle, nil
	}))
}

// handle cuts a job on from where its row says. What another invocation has cut meanwhile is left alone.
func (sp *splitter) handle(ctx context.Context, m fn.Message[splitMessage]) error {
	j, err := sp.jobs.get(ctx, m.Scope, m.Body.Job)
	switch {
	case errors.Is(err, errs.NotFound):
		return nil
	case err != nil:
		return err
	case j.Status.finished():
		sp.forget(ctx, m.Scope, j)
		return nil
	case m.Body.Spare && j.Status != queued:
		return nil // the job's own message did arrive
	case m.Body.Spare:
		sp.metrics.Count(telemetry.JobsResent, 1)
	}
	if err := sp.resend(ctx, m.Scope, j, max(j.Sent, m.Body.Sent)); err != nil {
		return err
	}
	if j.Split {
		sp.forget(ctx, m.Scope, j)
		return sp.jobs.complete(ctx, m.Scope, j.ID)
	}
	return sp.handleCut(ctx, m.Scope, j)
}

// handleCut cuts, and ends a job that cannot be cut.
func (sp *splitter) handleCut(ctx context.Context, s tenant.Scope, j job) error {
	start := j.Offset
	j, err := sp.cut(ctx, s, j)
	switch {
	case errors.Is(err, table.ErrCondition):
		return nil // somebody else cuts this job, or it is ended
	case errors.Is(err, errs.NotFound):
		return sp.jobs.failSplit(ctx, s, j, reasonNoInput, 0)
	case errors.Is(err, blob.ErrChanged):
		return sp.jobs.failSplit(ctx, s, j, reasonChanged, 0)
	case errors.Is(err, errTooMany):
		return sp.jobs.failSplit(ctx, s, j, reasonTooMany, maxDocuments+1)
	case errors.Is(err, errs.Overloaded) && j.Offset > start:
		// A fresh message goes on sooner than this one, which stays hidden for minutes, and it costs no try.
		again, cancel := context.WithTimeout(context.WithoutCancel(ctx), closingTime)
		defer cancel()
		if sp.split.Send(again, s, splitMessage{Job: j.ID}) == nil {
			sp.log.WarnContext(ctx, "split interrupted, it goes on from its checkpoint", slog.String("job", j.ID), slog.String("error", err.Error()))
			return nil
		}
	}
	return err
}

// resend sends the messages of chunks that were recorded by an invocation which may have ended before it sent them.
func (sp *splitter) resend(ctx context.Context, s tenant.Scope, j job, sent int) error {
	if sent >= j.Chunks {
		return nil
	}
	rows, err := sp.jobs.chunks(ctx, s, j.ID, sent, j.Chunks-sent)
	if err != nil {
		return err
	}
	return sendOpen(ctx, sp.chunks, s, j.ID, rows)
}

// sendOpen asks for the analysis of the chunks that are open.
func sendOpen(ctx context.Context, q *queue.Queue, s tenant.Scope, jobID string, rows []chunk) error {
	var messages []any
	for _, c := range rows {
		if c.State == chunkOpen {
			messages = append(messages, chunkMessage{Job: jobID, Chunk: c.N})
		}
	}
	return q.SendBatch(ctx, s, messages)
}

// cut cuts groups of chunks until the input or the budget ends. It returns the job as it left it.
func (sp *splitter) cut(ctx context.Context, s tenant.Scope, j job) (job, error) {
	in, err := sp.open(ctx, s, j)
	if err != nil {
		return j, err
	}
	defer in.Close()
	c := &cutter{in: newLines(in, j.Offset), seen: map[digest]bool{}, documents: j.Documents, chunks: j.Chunks}
	if err := sp.recall(ctx, s, j, c); err != nil {
		return j, err
	}
	start := j
	for !c.done {
		if j.Offset-start.Offset >= sp.budget.bytes || j.Chunks-start.Chunks >= sp.budget.chunks {
			return j, sp.split.Send(ctx, s, splitMessage{Job: j.ID, Sent: j.Chunks})
		}
		if j, err = sp.group(ctx, s, j, c); err != nil {
			return j, err
		}
	}
	sp.forget(ctx, s, j)
	return j, sp.jobs.complete(ctx, s, j.ID)
}

// forget deletes what nobody needs any more: the documents of a job that is cut. Uploads expire by themselves, since
// other jobs may name them.
func (sp *splitter) forget(ctx context.Context, s tenant.Scope, j job) {
	if j.Upload == "" {
		sp.content.forget(ctx, s, inputPath(j.ID), sp.log)
	}
}

// open reads the job's input from where it is cut.
func (sp *splitter) open(ctx context.Context, s tenant.Scope, j job) (io.ReadCloser, error) {
	if j.Upload != "" {
		return sp.uploads.OpenAt(ctx, s, uploadPath(j.Upload), j.UploadTag, j.Offset)
	}
	b, err := sp.content.bucket.Get(ctx, s, inputPath(j.ID), maxInput)
	if err != nil {
		return nil, err
	}
	if j.Offset > int64(len(b)) {
		return nil, fmt.Errorf("input of job %s: %w", j.ID, errDamaged)
	}
	return io.NopCloser(bytes.NewReader(b[j.Offset:])), nil
}

// recall tells the cutter the ids of the documents that are cut already.
func (sp *splitter) recall(ctx context.Context, s tenant.Scope, j job, c *cutter) error {
	if j.Chunks == 0 {
		return nil
	}
	rows, err := sp.jobs.chunks(ctx, s, j.ID, 0, j.Chunks)
	if err != nil {
		return err
	}
	for _, r := range rows {
		c.remember(r.IDs)
	}
	return nil
}

// group cuts one group: first the chunks' documents are stored, then the chunks are recorded, then sent. Whatever
// ends in between is done again, with the same outcome.
func (sp *splitter) group(ctx context.Context, s tenant.Scope, j job, c *cutter) (job, error) {
	pieces, err := c.group(groupChunks)
	if err != nil {
		return j, err
	}
	g, storing := errgroup.WithContext(ctx)
	g.SetLimit(writers)
	for _, p := range pieces {
		g.Go(func() error { return sp.content.put(storing, s, chunkPath(j.ID, p.n), p.entries) })
	}
	if err := g.Wait(); err != nil {
		return j, err
	}
	j, err = sp.jobs.advance(ctx, s, j, pieces, progress{offset: c.in.offset, documents: c.documents, chunks: c.chunks, end: c.done})
	if err != nil {
		return j, err
	}
	rows := make([]chunk, len(pieces))
	for i, p := range pieces {
		rows[i] = chunk{N: p.n, State: chunkOpen}
	}
	return j, sendOpen(ctx, sp.chunks, s, j.ID, rows)
}
