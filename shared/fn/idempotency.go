package fn

import (
	"bytes"
	"compress/gzip"
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"time"

	"github.com/aws/aws-sdk-go-v2/feature/dynamodb/expression"

	"guardrails/shared/blob"
	"guardrails/shared/clock"
	"guardrails/shared/errs"
	"guardrails/shared/id"
	"guardrails/shared/seal"
	"guardrails/shared/table"
	"guardrails/shared/telemetry"
)

const (
	idempotencyFor = 24 * time.Hour
	// idempotencyAfter is how long a request's record may take to be written when the request has ended.
	idempotencyAfter = 2 * time.Second
	// inlineAnswer is the largest sealed answer that is kept in the item; larger ones go to the content bucket.
	inlineAnswer = 256 << 10
	maxAnswer    = 32 << 20
)

// idempotency keeps the first answer to a request with an Idempotency-Key for 24 hours, sealed with the tenant's key.
// A record belongs to the principal: another key of the tenant cannot read an answer through it.
type idempotency struct {
	table   *table.Table
	content *blob.Store
	keys    *seal.Keys
	clock   clock.Clock
	timeout time.Duration
}

type idempotencyItem struct {
	// Request is the SHA-256 of method, path and body.
	Request []byte `dynamodbav:"request"`
	Done    bool   `dynamodbav:"done"`
	// LockedUntil is when a request that never finished may be made again, in Unix milliseconds.
	LockedUntil int64 `dynamodbav:"locked_until"`
	// Owner is the request that holds the lock. Seed and SeedAt are what the ids of created things follow from; they stay
	// when a later request takes over a lock. Rows from before that have none of the three.
	Owner  string `dynamodbav:"owner,omitempty"`
	Seed   []byte `dynamodbav:"seed,omitempty"`
	SeedAt int64  `dynamodbav:"seed_at,omitempty"`
	KID    string `dynamodbav:"kid,omitempty"`
	Answer []byte `dynamodbav:"answer,omitempty"`
	// Object says that the answer is in the content bucket.
	Object bool  `dynamodbav:"object,omitempty"`
	TTL    int64 `dynamodbav:"ttl"`
}

// storedAnswer is what is sealed.
type storedAnswer struct {
	Status int               `json:"status"`
	Header map[string]string `json:"header"`
	Body   []byte            `json:"body"`
}

var replayedHeaders = []string{"Content-Type", "Location", "ETag"}

// idempotent answers a repeated request with the first answer.
func idempotent(r *route, next step) step {
	return func(ctx context.Context, x *exchange) error {
		key := x.header.Get("Idempotency-Key")
		if r.idem == nil || key == "" {
			return next(ctx, x)
		}
		if err := checkIdempotencyKey(key); err != nil {
			return err
		}
		return r.runOnce(ctx, x, key, next)
	}
}

func checkIdempotencyKey(key string) error {
	ok := len(key) <= 255
	for i := range len(key) {
		ok = ok && key[i] >= ' ' && key[i] <= '~'
	}
	if ok {
		return nil
	}
	return errs.Invalid(errs.Field{Location: "header.Idempotency-Key", Message: "expected 1 to 255 printable ASCII characters"})
}

// runOnce claims the key, runs the request and keeps its answer, or replays the one that is kept.
func (r *route) runOnce(ctx context.Context, x *exchange, key string, next step) error {
	digest := sha256.Sum256([]byte(x.call.Principal.ID() + "\x00" + key))
	at := table.IdempotencyKey(hex.EncodeToString(digest[:]))
	owner := r.env.IDs.New(id.Request)
	first, err := r.idem.claim(ctx, x, at, owner)
	if errors.Is(err, errs.Overloaded) {
		r.release(ctx, x, at, owner, true) // the claim may stand all the same, with the seed of one that it took over
	}
	if err != nil {
		return err
	}
	if first != nil {
		r.env.Metrics.Count(telemetry.IdempotentReplays, 1)
		return r.idem.replay(ctx, x, at, first)
	}
	err = next(ctx, x)
	if err != nil || x.status >= http.StatusInternalServerError {
		unclear := err == nil || errs.RowOf(errs.CodeOf(err)).Status >= http.StatusInternalServerError
		r.release(ctx, x, at, owner, unclear || x.call.Repeated)
		return err
	}
	// What follows must happen even if the caller has gone.
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), idempotencyAfter)
	defer cancel()
	if keep := r.idem.keep(ctx, x, at, r.once); keep != nil {
		r.env.Log.ErrorContext(ctx, "idempotency record not kept", "request_id", LogID(x.call.RequestID), "error", keep.Error())
	}
	return nil
}

// release lets the same request be made again at once. A refused one leaves nothing behind. One whose outcome is unclear,
// since a store failed that may have done its work, leaves its seed: the next one then finds what it made.
func (r *route) release(ctx context.Context, x *exchange, at table.Key, owner string, unclear bool) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), idempotencyAfter)
	defer cancel()
	own := expression.Name("owner").Equal(expression.Value(owner)).And(expression.Name("done").Equal(expression.Value(false)))
	var err error
	if unclear {
		err = r.idem.table.Update(ctx, x.call.Scope, at, expression.Set(expression.Name("locked_until"), expression.Value(0)), own)
	} else {
		err = r.idem.table.Delete(ctx, x.call.Scope, at, own)
	}
	if err != nil && !errors.Is(err, table.ErrCondition) {
		r.env.Log.WarnContext(ctx, "idempotency record not released", "request_id", LogID(x.call.RequestID), "error", err.Error())
	}
}

func requestDigest(x *exchange) []byte {
	h := sha256.New()
	for _, part := range [][]byte{[]byte(x.method), []byte(x.url.Path), []byte(x.url.RawQuery), x.body} {
		_, _ = fmt.Fprintf(h, "%d:", len(part)) // a hash never fails to write
		h.Write(part)
	}
	return h.Sum(nil)
}

// claim takes the key for this request. It returns the record of an earlier, finished request with the same body, or
// nil if this one is to run: as the first, or in place of one that never came to its end.
func (i *idempotency) claim(ctx context.Context, x *exchange, at table.Key, owner string) (*idempotencyItem, error) {
	now := i.clock.Now()
	item := idempotencyItem{
		Request: requestDigest(x), LockedUntil: now.Add(i.timeout).UnixMilli(), TTL: table.TTL(now.Add(idempotencyFor)),
		Owner: owner, Seed: []byte(rand.Text()), SeedAt: now.UnixMilli(),
	}
	expired := expression.Name("ttl").LessThan(expression.Value(now.Unix()))
	err := i.table.Put(ctx, x.call.Scope, at, item, table.IfAbsent().Or(expired))
	if err == nil {
		x.call.seed, x.call.seedAt = item.Seed, now
		return nil, nil //nolint:nilnil // no earlier record is the usual case
	}
	if !errors.Is(err, table.ErrCondition) {
		return nil, err
	}
	var first idempotencyItem
	err = i.table.Get(ctx, x.call.Scope, at, &first)
	if errors.Is(err, errs.NotFound) {
		return nil, errs.New(errs.Conflict, "A request with this idempotency key has just ended; send it again.").WithRetryAfter(time.Second)
	}
	if err != nil {
		return nil, err
	}
	switch left := time.UnixMilli(first.LockedUntil).Sub(now); {
	case !bytes.Equal(first.Request, item.Request):
		return nil, errs.New(errs.IdempotencyMismatch, "The idempotency key was used for another request; use a fresh one.")
	case first.Done:
		return &first, nil
	case left >= 0:
		return nil, errs.New(errs.Conflict, "A request with this idempotency key is still running.").WithRetryAfter(max(left, time.Second))
	}
	return nil, i.takeOver(ctx, x, at, first, item)
}

// takeOver makes own the holder of a lock that was left behind. The seed stays.
func (i *idempotency) takeOver(ctx context.Context, x *exchange, at table.Key, first, own idempotencyItem) error {
	if first.Seed == nil {
		first.Seed, first.SeedAt = own.Seed, own.SeedAt
	}
	u := expression.Set(expression.Name("owner"), expression.Value(own.Owner)).Set(expression.Name("locked_until"), expression.Value(own.LockedUntil)).
		Set(expression.Name("seed"), expression.Value(first.Seed)).Set(expression.Name("seed_at"), expression.Value(first.SeedAt))
	left := expression.Name("done").Equal(expression.Value(false)).And(expression.Name("locked_until").Equal(expression.Value(first.LockedUntil)))
	err := i.table.Update(ctx, x.call.Scope, at, u, left)
	if errors.Is(err, table.ErrCondition) {
		return errs.New(errs.Conflict, "A request with this idempotency key is still running.").WithRetryAfter(time.Second)
	}
	if err != nil {
		return err
	}
	x.call.Repeated, x.call.seed, x.call.seedAt = true, first.Seed, time.UnixMilli(first.SeedAt)
	return nil
}

// keep seals the answer and stores it, without what may be shown only once.
func (i *idempotency) keep(ctx context.Context, x *exchange, at table.Key, once []string) error {
	a := storedAnswer{Status: x.status, Header: map[string]string{}, Body: without(x.out.Bytes(), once)}
	for _, h := range replayedHeaders {
		if v := x.outHeader.Get(h); v != "" {
			a.Header[h] = v
		}
	}
	plain, err := pack(a)
	if err != nil {
		return err
	}
	now := i.clock.Now()
	item := idempotencyItem{Request: requestDigest(x), Done: true, TTL: table.TTL(now.Add(idempotencyFor))}
	if len(plain) > inlineAnswer {
		item.Object = true
		err = i.content.Put(ctx, x.call.Scope, objectPath(at), plain)
	} else {
		item.KID, item.Answer, err = i.keys.Tenant(x.call.Scope).Seal(ctx, plain, []byte(at.Sort))
	}
	if err != nil {
		return err
	}
	return i.table.Put(ctx, x.call.Scope, at, item, table.Always())
}

func objectPath(at table.Key) string { return "idempotency/" + at.Sort }

// replay writes the kept answer.
func (i *idempotency) replay(ctx context.Context, x *exchange, at table.Key, first *idempotencyItem) error {
	var plain []byte
	var err error
	if first.Object {
		plain, err = i.content.Get(ctx, x.call.Scope, objectPath(at), maxAnswer)
	} else {
		plain, err = i.keys.Tenant(x.call.Scope).Open(ctx, first.KID, first.Answer, []byte(at.Sort))
	}
	if err != nil {
		return fmt.Errorf("open the first answer: %w", err)
	}
	a, err := unpack(plain)
	if err != nil {
		return err
	}
	for k, v := range a.Header {
		x.outHeader.Set(k, v)
	}
	x.outHeader.Set("Idempotent-Replayed", "true")
	x.status = a.Status
	x.out.Write(a.Body)
	return nil
}

// without sets top-level fields of a JSON object to null.
func without(body []byte, fields []string) []byte {
	if len(fields) == 0 {
		return body
	}
	var m map[string]json.RawMessage
	if json.Unmarshal(body, &m) != nil {
		return body
	}
	for _, f := range fields {
		if _, ok := m[f]; ok {
			m[f] = json.RawMessage("null")
		}
	}
	out, err := json.Marshal(m)
	if err != nil {
		return []byte("null")
	}
	return out
}

func pack(a storedAnswer) ([]byte, error) {
	var buf bytes.Buffer
	z := gzip.NewWriter(&buf)
	if err := json.NewEncoder(z).Encode(a); err != nil {
		return nil, fmt.Errorf("encode answer: %w", err)
	}
	if err := z.Close(); err != nil {
		return nil, fmt.Errorf("compress answer: %w", err)
	}
	return buf.Bytes(), nil
}

func unpack(b []byte) (storedAnswer, error) {
	var a storedAnswer
	z, err := gzip.NewReader(bytes.NewReader(b))
	if err != nil {
		return a, fmt.Errorf("decompress answer: %w", err)
	}
	if err := json.NewDecoder(io.LimitReader(z, maxAnswer)).Decode(&a); err != nil {
		return a, fmt.Errorf("decode answer: %w", err)
	}
	return a, nil
}
