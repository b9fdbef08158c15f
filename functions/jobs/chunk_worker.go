package jobs

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"guardrails/shared/blob"
	"guardrails/shared/errs"
	"guardrails/shared/fn"
	"guardrails/shared/inspect"
	"guardrails/shared/outage"
	"guardrails/shared/table"
	"guardrails/shared/telemetry"
	"guardrails/shared/tenant"
)

// closingTime is what is kept of an invocation's time to record that a chunk is given up.
const closingTime = 2 * time.Second

// chunker analyzes chunks.
type chunker struct {
	jobs    *store
	content contents
	inspect *inspect.Inspector
	metrics *telemetry.Metrics
	log     *slog.Logger
}

func bindChunk() fn.Binding {
	return fn.Messages(fn.WhileServed(func(env *fn.Env) (func(context.Context, fn.Message[chunkMessage]) error, error) {
		inspector, err := inspect.New(env)
		if err != nil {
			return nil, err
		}
		c := &chunker{jobs: newStore(env), content: contents{env.Bucket(blob.Content)}, inspect: inspector, metrics: env.Metrics, log: env.Log}
		return c.handle, nil
	}))
}

// handle analyzes a chunk and counts it, once. On the queue's last try a chunk that still fails is given up: the job
// goes on without it, and the message goes to the dead-letter queue.
func (c *chunker) handle(ctx context.Context, m fn.Message[chunkMessage]) error {
	work, cancel := earlier(ctx, closingTime)
	defer cancel()
	err := c.analyze(work, m.Scope, m.Body)
	if err == nil || !m.Last {
		return err
	}
	return errors.Join(err, c.giveUp(ctx, m.Scope, m.Body))
}

// earlier ends before ctx does.
func earlier(ctx context.Context, by time.Duration) (context.Context, context.CancelFunc) {
	if d, ok := ctx.Deadline(); ok {
		return context.WithDeadline(ctx, d.Add(-by))
	}
	return context.WithCancel(ctx)
}

func (c *chunker) giveUp(ctx context.Context, s tenant.Scope, m chunkMessage) error {
	row, err := c.jobs.chunk(ctx, s, m.Job, m.Chunk)
	if err != nil {
		return err
	}
	counted, err := c.jobs.giveUp(ctx, s, m.Job, row)
	if err != nil {
		return err
	}
	if counted {
		c.metrics.Count(telemetry.ChunksPoisoned, 1)
	}
	return c.jobs.complete(ctx, s, m.Job)
}

// analyze stores the results of a chunk, then counts them. A chunk that is closed, or whose job is ended, is left.
func (c *chunker) analyze(ctx context.Context, s tenant.Scope, m chunkMessage) error {
	j, err := c.jobs.get(ctx, s, m.Job)
	switch {
	case errors.Is(err, errs.NotFound):
		return nil
	case err != nil:
		return err
	case j.Status == failed || j.Status == cancelled:
		c.content.forget(ctx, s, chunkPath(m.Job, m.Chunk), c.log)
		return nil
	}
	row, err := c.jobs.chunk(ctx, s, m.Job, m.Chunk)
	if err != nil {
		return err
	}
	switch row.State {
	case chunkOpen:
		if err := c.close(ctx, s, &j, row); err != nil {
			return c.unlessClosed(ctx, s, m, err)
		}
	case chunkDone:
		c.content.forget(ctx, s, chunkPath(m.Job, m.Chunk), c.log)
	case chunkGivenUp: // its documents are kept: the results name them
	}
	return c.jobs.complete(ctx, s, m.Job)
}

// unlessClosed is an error, or nil if another instance has closed the chunk meanwhile: then its documents are gone.
func (c *chunker) unlessClosed(ctx context.Context, s tenant.Scope, m chunkMessage, cause error) error {
	row, err := c.jobs.chunk(ctx, s, m.Job, m.Chunk)
	if err != nil || row.State == chunkOpen {
		return cause
	}
	return c.jobs.complete(ctx, s, m.Job)
}

// close counts a chunk whose results are stored. Its documents are deleted: they are not kept longer than they must.
func (c *chunker) close(ctx context.Context, s tenant.Scope, j *job, row chunk) error {
	results, t, err := c.results(ctx, s, j, row)
	if err != nil {
		return err
	}
	if err := c.content.put(ctx, s, resultsPath(j.ID, row.N), results); err != nil {
		return err
	}
	err = c.jobs.close(ctx, s, j.ID, row.N, chunkDone, t)
	if errors.Is(err, table.ErrCondition) {
		return nil // counted before, or the job was ended meanwhile
	}
	if err == nil {
		c.content.forget(ctx, s, chunkPath(j.ID, row.N), c.log)
	}
	return err
}

// results analyzes the documents of a chunk, in order. A document that cannot be analyzed fails alone; a failure that
// may pass, of a store or of time, fails the chunk.
func (c *chunker) results(ctx context.Context, s tenant.Scope, j *job, row chunk) ([]json.RawMessage, tally, error) {
	var entries []entry
	var t tally
	if err := c.content.get(ctx, s, chunkPath(j.ID, row.N), maxChunk, &entries); err != nil {
		return nil, t, err
	}
	options, err := j.options()
	if err != nil {
		return nil, t, err
	}
	out := make([]json.RawMessage, len(entries))
	for i, e := range entries {
		result, ok, err := c.result(ctx, s, options, e)
		if err != nil {
			return nil, t, err
		}
		if out[i], err = json.Marshal(result); err != nil {
			return nil, t, fmt.Errorf("encode result of job %s: %w", j.ID, err)
		}
		if len(out[i]) > maxResult {
			ok, out[i] = false, tooLarge(e.ID)
		}
		if ok {
			t.done++
		} else {
			t.failed++
		}
	}
	return out, t, nil
}

// maxResult is the largest result of one document in bytes: no page could show a larger one, nor what follows it.
const maxResult = 5 << 20

func tooLarge(documentID string) json.RawMessage {
	f := failure(documentID, string(errs.PayloadTooLarge), "The analysis is too large to be answered: ask for less or send less text at once.")
	b, err := json.Marshal(f)
	if err != nil {
		return json.RawMessage("{}") // it holds strings alone
	}
	return b
}

// result is a document's analysis, or its failure; ok tells which.
func (c *chunker) result(ctx context.Context, s tenant.Scope, o inspect.Options, e entry) (result any, ok bool, err error) {
	if e.Fault != "" {
		return failure(e.ID, string(e.Fault), e.Fault.detail()), false, nil
	}
	a, err := c.inspect.Analyze(ctx, s, inspect.Request{Value: inspect.Value{Text: &e.Text}, Options: o})
	switch {
	case err == nil:
		a.DocumentID = e.ID
		return a, true, nil
	case ctx.Err() != nil, outage.OfService(err):
		return nil, false, err
	}
	var public *errs.Error
	if errors.As(err, &public) && public.Code != errs.Internal {
		return failure(e.ID, string(public.Code), public.Message), false, nil
	}
	return failure(e.ID, string(faultAnalysis), faultAnalysis.detail()), false, nil
}
