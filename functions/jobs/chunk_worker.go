package jobs

import (
	"context"
	"encoding/json"
	"errors"
	"log/slog"
	"strings"
	"time"

	"guardrails/shared/blob"
	"guardrails/shared/clock"
	"guardrails/shared/errs"
	"guardrails/shared/fn"
	"guardrails/shared/id"
	"guardrails/shared/inspect"
	"guardrails/shared/outage"
	"guardrails/shared/table"
	"guardrails/shared/telemetry"
	"guardrails/shared/tenant"
)

const (
	// closingTime is what is kept of an invocation's time to record what became of its work.
	closingTime = 2 * time.Second
	// scanTime is what the documents of a chunk share. Together with closingTime and the reads before it fits into the
	// function's time.
	scanTime = 6500 * time.Millisecond
	// slowTries is how often a chunk is tried before documents that are too slow fail: the first time it may have been
	// the machine.
	slowTries = 2
)

// chunker analyzes chunks.
type chunker struct {
	jobs    *store
	content contents
	inspect *inspect.Inspector
	clock   clock.Clock
	ids     *id.Generator
	metrics *telemetry.Metrics
	log     *slog.Logger
}

func bindChunk() fn.Binding {
	return fn.Messages(fn.WhileServed(func(env *fn.Env) (func(context.Context, fn.Message[chunkMessage]) error, error) {
		inspector, err := inspect.New(env)
		if err != nil {
			return nil, err
		}
		c := &chunker{
			jobs: newStore(env), content: contents{env.Bucket(blob.Content)}, inspect: inspector, clock: env.Clock, ids: env.IDs,
			metrics: env.Metrics, log: env.Log,
		}
		return c.handle, nil
	}))
}

// handle analyzes a chunk and counts it, once. On the queue's last try a chunk that still fails is given up: the job
// goes on without it, and the message goes to the dead-letter queue. Only its own faults count: while a store does not
// answer, or refuses, nobody knows whether the chunk is good, so it stays open, and the watch sends it again when the queue has given
// up the message.
func (c *chunker) handle(ctx context.Context, m fn.Message[chunkMessage]) error {
	work, cancel := earlier(ctx, closingTime)
	defer cancel()
	err := c.analyze(work, m)
	if err == nil || !m.Last || outage.OfService(err) || work.Err() != nil {
		return err
	}
	closing, done := afterwards(work)
	defer done()
	return errors.Join(err, c.giveUp(closing, m.Scope, m.Body))
}

// earlier ends before ctx does.
func earlier(ctx context.Context, by time.Duration) (context.Context, context.CancelFunc) {
	if d, ok := ctx.Deadline(); ok {
		return context.WithDeadline(ctx, d.Add(-by))
	}
	return context.WithCancel(ctx)
}

// afterwards is a context to record what became of work: it has what is left of the work's time, and closingTime.
func afterwards(work context.Context) (context.Context, context.CancelFunc) {
	fresh := context.WithoutCancel(work)
	if d, ok := work.Deadline(); ok && work.Err() == nil {
		return context.WithDeadline(fresh, d.Add(closingTime))
	}
	return context.WithTimeout(fresh, closingTime)
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
func (c *chunker) analyze(ctx context.Context, m fn.Message[chunkMessage]) error {
	s, jobID, n := m.Scope, m.Body.Job, m.Body.Chunk
	j, err := c.jobs.get(ctx, s, jobID)
	switch {
	case errors.Is(err, errs.NotFound):
		return nil
	case err != nil:
		return err
	case j.Status == failed || j.Status == cancelled:
		c.content.forget(ctx, s, chunkPath(jobID, n), c.log)
		return nil
	}
	row, err := c.jobs.chunk(ctx, s, jobID, n)
	if err != nil {
		return err
	}
	switch row.State {
	case chunkOpen:
		results, t, err := c.results(ctx, s, &j, row, m.Receive >= slowTries)
		if err != nil {
			return c.unlessClosed(ctx, s, m.Body, err)
		}
		// The documents had their time; that they used it up must not lose what they came to.
		closing, cancel := afterwards(ctx)
		defer cancel()
		if err := c.close(closing, s, &j, row, results, t); err != nil {
			return err
		}
		return c.jobs.complete(closing, s, jobID)
	case chunkDone:
		c.content.forget(ctx, s, chunkPath(jobID, n), c.log)
	case chunkGivenUp: // its documents are kept: the results name them
	}
	return c.jobs.complete(ctx, s, jobID)
}

// unlessClosed is an error, or nil if another instance has closed the chunk meanwhile: then its documents are gone.
func (c *chunker) unlessClosed(ctx context.Context, s tenant.Scope, m chunkMessage, cause error) error {
	row, err := c.jobs.chunk(ctx, s, m.Job, m.Chunk)
	if err != nil || row.State == chunkOpen {
		return cause
	}
	return c.jobs.complete(ctx, s, m.Job)
}

// close stores results under a name of their own and counts the chunk with them. Of two instances one is counted; the
// other's results go. The documents are deleted: they are not kept longer than they must.
func (c *chunker) close(ctx context.Context, s tenant.Scope, j *job, row chunk, results []json.RawMessage, t tally) error {
	name := strings.TrimPrefix(c.ids.New(id.Request), string(id.Request)+"_")
	path := resultsPath(j.ID, row.N, name)
	if err := c.content.put(ctx, s, path, results); err != nil {
		return err
	}
	err := c.jobs.close(ctx, s, j.ID, row.N, chunkDone, name, t)
	if errors.Is(err, table.ErrCondition) {
		c.content.forget(ctx, s, path, c.log)
		return nil // counted before, or the job was ended meanwhile
	}
	if err == nil {
		c.content.forget(ctx, s, chunkPath(j.ID, row.N), c.log)
	}
	return err
}

// errSlow says that documents were not done in the chunk's time.
var errSlow = errors.New("jobs: documents of the chunk take too long")

// results analyzes the documents of a chunk. One that cannot be analyzed fails alone, and so does, once conclude is
// set, one that is too slow; a failure of a store, which may pass, fails the chunk.
func (c *chunker) results(ctx context.Context, s tenant.Scope, j *job, row chunk, conclude bool) ([]json.RawMessage, tally, error) {
	var entries []entry
	var t tally
	if err := c.content.get(ctx, s, chunkPath(j.ID, row.N), maxChunk, &entries); err != nil {
		return nil, t, err
	}
	options, err := j.options()
	if err != nil {
		return nil, t, err
	}
	// The first document would pay for the policies otherwise. What is wrong with them each document says itself.
	if err := c.inspect.Check(ctx, s, options, ""); outage.OfService(err) {
		return nil, t, err
	}
	out, good := make([]json.RawMessage, len(entries)), make([]bool, len(entries))
	start := c.clock.Now()
	slow, err := share(c.clock, scanTime, len(entries), func(i int, limit time.Duration) (bool, error) {
		within, cancel := context.WithTimeout(ctx, limit)
		defer cancel()
		raw, ok, err := c.result(within, s, options, entries[i])
		if err == nil && within.Err() == nil {
			out[i], good[i] = raw, ok
			return true, nil
		}
		if outage.OfService(err) || within.Err() == nil {
			return false, err
		}
		return false, nil
	})
	if err != nil {
		return nil, t, err
	}
	if len(slow) > 0 && ctx.Err() != nil && c.clock.Now().Sub(start) < scanTime {
		return nil, t, ctx.Err() // the stores took the time, not the documents
	}
	if len(slow) > 0 && !conclude {
		return nil, t, errSlow
	}
	for _, i := range slow {
		if out[i], err = encodeResult(failure(entries[i].ID, string(faultAnalysis), tooSlow)); err != nil {
			return nil, t, err
		}
	}
	for _, ok := range good {
		if ok {
			t.done++
		} else {
			t.failed++
		}
	}
	return out, t, nil
}

// tooSlow is the sentence for a document that uses up its part of the chunk's time.
const tooSlow = "The document takes too long to analyze: send less text at once."

// maxResult is the heaviest result of one document: no page could show a heavier one, nor what follows it. What Lambda
// passes on is some 6.2 MB, of which the answer's frame takes a little.
const maxResult = 5_500_000

func tooLarge(documentID string) json.RawMessage {
	f := failure(documentID, string(errs.PayloadTooLarge), "The analysis is too large to be answered: ask for less or send less text at once.")
	b, err := encodeResult(f)
	if err != nil {
		return json.RawMessage("{}") // it holds strings alone
	}
	return b
}

// result is a document's analysis, or its failure; ok tells which.
func (c *chunker) result(ctx context.Context, s tenant.Scope, o inspect.Options, e entry) (raw json.RawMessage, ok bool, err error) {
	v, ok, err := c.analysis(ctx, s, o, e)
	if err != nil {
		return nil, false, err
	}
	if raw, err = encodeResult(v); err != nil {
		return nil, false, err
	}
	if weight(raw) > maxResult {
		return tooLarge(e.ID), false, nil
	}
	return raw, ok, nil
}

func (c *chunker) analysis(ctx context.Context, s tenant.Scope, o inspect.Options, e entry) (result any, ok bool, err error) {
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
	if errors.As(err, &public) && len(public.Fields) > 0 && strings.HasPrefix(public.Fields[0].Location, "/policies/") {
		return failure(e.ID, string(faultPolicy), faultPolicy.detail()), false, nil // the options were good when the job was made
	}
	if errors.As(err, &public) && public.Code != errs.Internal {
		return failure(e.ID, string(public.Code), public.Message), false, nil
	}
	return failure(e.ID, string(faultAnalysis), faultAnalysis.detail()), false, nil
}
