package jobs

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"github.com/aws/aws-sdk-go-v2/feature/dynamodb/expression"

	"guardrails/shared/blob"
	"guardrails/shared/table"
	"guardrails/shared/tenant"
)

// chunkState is where a chunk is in its life.
type chunkState string

// A chunk is open until it is done, or given up after its last try.
const (
	chunkOpen    chunkState = "open"
	chunkDone    chunkState = "done"
	chunkGivenUp chunkState = "given_up"
)

// chunk is a chunk in the jobs table. Its documents and its results are objects in the content bucket.
type chunk struct {
	N int `dynamodbav:"n"`
	// First is the position of its first document among the job's, from 1.
	First     int        `dynamodbav:"first"`
	Documents int        `dynamodbav:"documents"`
	IDs       []byte     `dynamodbav:"ids"`
	State     chunkState `dynamodbav:"state"`
	// Results is the name of the results' object among the chunk's; empty in rows from before there were several.
	Results string `dynamodbav:"results,omitempty"`
	TTL     int64  `dynamodbav:"ttl"`
}

// tally counts what became of documents.
type tally struct{ done, failed int }

// close counts a chunk once: as done, with the results that have this name, or as given up, with none. It returns
// table.ErrCondition if it was counted before, or if the job runs no more.
func (st *store) close(ctx context.Context, s tenant.Scope, jobID string, n int, to chunkState, results string, t tally) error {
	open := expression.Name("state").Equal(expression.Value(chunkOpen))
	u := st.alive().Add(expression.Name("done"), expression.Value(t.done)).Add(expression.Name("failed"), expression.Value(t.failed)).
		Add(expression.Name("closed"), expression.Value(1))
	closed := expression.Set(expression.Name("state"), expression.Value(to)).Set(expression.Name("results"), expression.Value(results))
	return table.Transact(ctx,
		st.table.UpdateOp(s, table.ChunkKey(jobID, n), closed, open),
		st.table.UpdateOp(s, table.JobKey(jobID), u, is(running)))
}

// giveUp counts all documents of a chunk as failed. It reports false if the chunk was closed before.
func (st *store) giveUp(ctx context.Context, s tenant.Scope, jobID string, c chunk) (bool, error) {
	err := st.close(ctx, s, jobID, c.N, chunkGivenUp, "", tally{failed: c.Documents})
	if errors.Is(err, table.ErrCondition) {
		return false, nil
	}
	return err == nil, err
}

func (st *store) chunk(ctx context.Context, s tenant.Scope, jobID string, n int) (chunk, error) {
	var c chunk
	err := st.table.Get(ctx, s, table.ChunkKey(jobID, n), &c)
	return c, err
}

// page is how many chunks are read at once.
const page = 500

// chunks reads the job's chunks from number n on, in order, at most limit.
func (st *store) chunks(ctx context.Context, s tenant.Scope, jobID string, n, limit int) ([]chunk, error) {
	q := table.Page{Part: table.ChunkPart(jobID), Oldest: true}
	if n > 0 {
		q.After = table.ChunkKey(jobID, n-1).Sort
	}
	var out []chunk
	for len(out) < limit {
		q.Limit = min(page, limit-len(out))
		var some []chunk
		next, err := st.table.Query(ctx, s, q, &some)
		if err != nil {
			return nil, err
		}
		out = append(out, some...)
		if next == "" {
			break
		}
		q.After = next
	}
	return out, nil
}

// maxChunks is more than a job can have: a chunk that is not the last has a document at least.
const maxChunks = maxDocuments + 1

// splitMessage asks to cut a job, or to go on cutting it.
type splitMessage struct {
	Job string `json:"job"`
	// Sent is how many chunks' messages were sent before this one.
	Sent int `json:"sent,omitempty"`
	// Spare marks the relay's message: it counts only if the job's own was lost.
	Spare bool `json:"spare,omitempty"`
}

// chunkMessage asks to analyze a chunk.
type chunkMessage struct {
	Job   string `json:"job"`
	Chunk int    `json:"chunk"`
}

// contents keeps what callers sent and what was found in it, sealed, in the content bucket.
type contents struct{ bucket *blob.Store }

const (
	maxInput   = 8 << 20
	maxChunk   = 16 << 20
	maxResults = 128 << 20
)

func inputPath(jobID string) string        { return "jobs/" + jobID + "/input" }
func chunkPath(jobID string, n int) string { return fmt.Sprintf("jobs/%s/chunks/%06d", jobID, n) }

// resultsPath is where the results of a chunk are that have a name. Two instances that analyze a chunk at once store two
// objects; the row names the one that was counted, so that what was read once is read again.
func resultsPath(jobID string, n int, name string) string {
	path := fmt.Sprintf("jobs/%s/results/%06d", jobID, n)
	if name == "" {
		return path
	}
	return path + "-" + name
}

func (c contents) put(ctx context.Context, s tenant.Scope, path string, v any) error {
	b, err := json.Marshal(v)
	if err != nil {
		return fmt.Errorf("encode %s: %w", path, err)
	}
	return c.bucket.Put(ctx, s, path, b)
}

func (c contents) get(ctx context.Context, s tenant.Scope, path string, limit int64, v any) error {
	b, err := c.bucket.Get(ctx, s, path, limit)
	if err != nil {
		return fmt.Errorf("read %s: %w", path, err)
	}
	if err := json.Unmarshal(b, v); err != nil {
		return fmt.Errorf("decode %s: %w", path, errDamaged) // the cause may quote the content
	}
	return nil
}

// forget deletes content that nobody needs any more. What stays by mistake expires with the bucket's objects.
func (c contents) forget(ctx context.Context, s tenant.Scope, path string, log *slog.Logger) {
	if err := c.bucket.Delete(ctx, s, path); err != nil {
		log.WarnContext(ctx, "content not deleted", slog.String("path", path), slog.String("error", err.Error()))
	}
}

var errDamaged = errors.New("the content does not decode")

// expires is when what is made now is deleted.
func expires(now time.Time) time.Time { return now.Add(keepFor) }
