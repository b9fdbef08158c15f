package jobs

import (
	"context"
	"encoding/json"
	"fmt"

	"guardrails/shared/authz"
	"guardrails/shared/blob"
	"guardrails/shared/fn"
	"guardrails/shared/outage"
	"guardrails/shared/table"
	"guardrails/shared/tenant"
)

// pageBytes is about how much a page of results may weigh: Lambda answers with 6 MB at most. A single result may be
// heavier, up to maxResult.
const pageBytes = 4 << 20

const readFindingsText authz.Permission = "read:findings_text"

type resultsInput struct {
	ID string `path:"id" doc:"The job's id." example:"job_01jd3k5v8q2w4x6y8z0a1b2c3d"`
	fn.Page
}

// resultReader pages through a job's results.
type resultReader struct {
	jobs    *store
	content contents
}

func bindResults() fn.Binding {
	return fn.Route(func(env *fn.Env) (fn.Handler[resultsInput, fn.List[Result]], error) {
		cursors := env.Cursors()
		r := &resultReader{jobs: &store{table: env.Table(table.Jobs), clock: env.Clock}, content: contents{env.Bucket(blob.Content)}}
		return func(ctx context.Context, call *fn.Call, in *resultsInput) (*fn.List[Result], error) {
			filter := []string{in.ID}
			at, err := cursors.Decode(ctx, call.Scope, "results", filter, in.Cursor)
			if err != nil {
				return nil, err
			}
			j, err := r.jobs.get(ctx, call.Scope, in.ID)
			if err != nil {
				return nil, err
			}
			found, last, err := r.page(ctx, call, j, at, in.Limit)
			if err != nil {
				return nil, err
			}
			next, err := cursors.Encode(ctx, call.Scope, "results", filter, last)
			if err != nil {
				return nil, err
			}
			return fn.NewList(found, next), nil
		}, nil
	}, fn.Find(func(env *fn.Env) fn.Finder {
		jobs := &store{table: env.Table(table.Jobs)}
		return func(ctx context.Context, call *fn.Call, params map[string]string) error {
			_, err := jobs.find(ctx, call, params["id"])
			return err
		}
	}))
}

// place is where a page begins: a chunk and a document in it.
type place struct{ chunk, document int }

func parsePlace(s string) place {
	var p place
	_, _ = fmt.Sscanf(s, "%d:%d", &p.chunk, &p.document) // the cursor is ours; an empty one is the beginning
	return p
}

func (p place) String() string { return fmt.Sprintf("%d:%d", p.chunk, p.document) }

// page collects up to limit results from a place on, in the order of the documents, and tells where the next page
// begins. It stops before a chunk that is still open: while the job runs, the same place may have more later. An
// ended job has no results for chunks that were left open.
func (r *resultReader) page(ctx context.Context, call *fn.Call, j job, from string, limit int) ([]Result, string, error) {
	at, c := parsePlace(from), collector{limit: limit}
	for {
		rows, err := r.jobs.chunks(ctx, call.Scope, j.ID, at.chunk, limit)
		if err != nil {
			return nil, "", err
		}
		for _, row := range rows {
			if row.State == chunkOpen && !j.Status.finished() {
				return c.out, at.String(), nil
			}
			if err := r.collect(ctx, call, j, row, &at, &c); err != nil || c.full() {
				return c.out, at.String(), err
			}
			at = place{chunk: row.N + 1}
		}
		switch {
		case len(rows) == limit:
		case j.Status.finished():
			return c.out, "", nil
		default:
			return c.out, at.String(), nil
		}
	}
}

// collector is a page that fills up.
type collector struct {
	out   []Result
	limit int
	bytes int
	// heavy says that the next result would make the page too heavy.
	heavy bool
}

func (c *collector) full() bool { return len(c.out) >= c.limit || c.heavy }

// add puts a result on the page if it fits; the first one always does.
func (c *collector) add(raw json.RawMessage) bool {
	heft := weight(raw)
	c.heavy = len(c.out) > 0 && c.bytes+heft > pageBytes
	if !c.heavy {
		c.out, c.bytes = append(c.out, Result{raw}), c.bytes+heft
	}
	return !c.heavy
}

// collect adds the results of a chunk to the page and moves the place behind those that fit.
func (r *resultReader) collect(ctx context.Context, call *fn.Call, j job, row chunk, at *place, c *collector) error {
	results, err := r.results(ctx, call.Scope, j.ID, row)
	if err != nil {
		return err
	}
	strip := !call.Can(readFindingsText)
	for at.document < len(results) && !c.full() {
		raw := results[at.document]
		if strip {
			if raw, err = withoutText(raw, j.CreatedBy == call.Principal.ID()); err != nil {
				return err
			}
		}
		if weight(raw) > maxResult {
			raw = tooLarge(documentOf(raw)) // stored before results were weighed as they are sent
		}
		if c.add(raw) {
			at.document++
		}
	}
	if at.document >= len(results) {
		*at = place{chunk: row.N + 1}
	}
	return nil
}

// results reads the results of a closed chunk. Of one that was given up, each document failed.
func (r *resultReader) results(ctx context.Context, s tenant.Scope, jobID string, row chunk) ([]json.RawMessage, error) {
	var out []json.RawMessage
	switch row.State {
	case chunkOpen:
		return nil, nil
	case chunkDone:
		err := r.content.get(ctx, s, resultsPath(jobID, row.N, row.Results), maxResults, &out)
		return out, err
	case chunkGivenUp:
	}
	ids, err := r.documentIDs(ctx, s, jobID, row)
	if err != nil {
		return nil, err
	}
	for _, documentID := range ids {
		b, err := encodeResult(failure(documentID, string(faultChunk), faultChunk.detail()))
		if err != nil {
			return nil, err
		}
		out = append(out, b)
	}
	return out, nil
}

// documentIDs reads the ids of a chunk's documents; where they cannot be read, positions stand for them.
func (r *resultReader) documentIDs(ctx context.Context, s tenant.Scope, jobID string, row chunk) ([]string, error) {
	var entries []entry
	err := r.content.get(ctx, s, chunkPath(jobID, row.N), maxChunk, &entries)
	if outage.OfService(err) || ctx.Err() != nil {
		return nil, err
	}
	ids := make([]string, row.Documents)
	for i := range ids {
		ids[i] = number(row.First + i)
		if err == nil && i < len(entries) {
			ids[i] = entries[i].ID
		}
	}
	return ids, nil
}
