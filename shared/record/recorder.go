package record

import (
	"context"
	"encoding/json"
	"errors"
	"sync"
	"time"

	"guardrails/shared/errs"
	"guardrails/shared/inspect"
	"guardrails/shared/outage"
	"guardrails/shared/queue"
	"guardrails/shared/telemetry"
	"guardrails/shared/tenant"
)

const (
	// maxSenders is how many calls to the queue are under way at most. A second one starts when a full batch waits: until
	// then records that come during a call go together in the next, so that a busy process makes few calls and an idle
	// one sends at once.
	maxSenders = 4
	// maxBatch and maxBatchBytes bound what goes in one call.
	maxBatch      = 10
	maxBatchBytes = 200 << 10
	// maxWaiting bounds the records that are not yet sent; more are missed.
	maxWaiting   = 1024
	sendBudget   = 2 * time.Second
	standardWait = 50 * time.Millisecond
)

// Recorder sends records. It is safe for concurrent use.
type Recorder struct {
	queue   *queue.Queue
	metrics *telemetry.Metrics

	mu      sync.Mutex
	waiting []*pending
	senders int
}

// pending is a record on its way.
type pending struct {
	// ctx carries what the request's context holds, not its end.
	ctx   context.Context //nolint:containedctx // the record outlives the call that it belongs to
	scope tenant.Scope
	body  json.RawMessage
	done  chan error
}

// NewRecorder returns a recorder on the analyses queue.
func NewRecorder(q *queue.Queue, m *telemetry.Metrics) *Recorder {
	return &Recorder{queue: q, metrics: m}
}

var errBusy = errors.New("too many records are waiting")

// Send makes the record durable. With failClosed it returns errs.Overloaded unless the queue acknowledged; without, it
// waits at most 50 ms, counts a miss and does not fail. A queue that refuses fails both: then every record would be lost.
func (r *Recorder) Send(ctx context.Context, s tenant.Scope, a *inspect.Analysis, failClosed bool) error {
	body, err := NewMessage(a).Encode()
	if err != nil {
		return err
	}
	p := &pending{ctx: context.WithoutCancel(ctx), scope: s, body: body, done: make(chan error, 1)}
	wait := standardWait
	if failClosed {
		wait = sendBudget
	}
	if err = r.enqueue(p); err == nil { //nolint:contextcheck // a sender serves many requests, each record has its own context
		err = p.await(ctx, wait)
	}
	if err == nil {
		return nil
	}
	if errors.Is(err, outage.ErrRefused) {
		return err
	}
	if failClosed {
		return errs.Wrap(errs.Overloaded, "The analysis could not be recorded, so it is not answered.", err).WithRetryAfter(2 * time.Second)
	}
	r.metrics.Count(telemetry.RecordsMissed, 1)
	return nil
}

func (p *pending) await(ctx context.Context, limit time.Duration) error {
	timer := time.NewTimer(limit)
	defer timer.Stop()
	select {
	case err := <-p.done:
		return err
	case <-timer.C:
		return context.DeadlineExceeded
	case <-ctx.Done():
		return ctx.Err()
	}
}

// enqueue hands the record to a sender, and starts one if there are few. A sender ends when nothing waits; each of its
// calls ends within sendBudget.
func (r *Recorder) enqueue(p *pending) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	if len(r.waiting) >= maxWaiting {
		return errBusy
	}
	r.waiting = append(r.waiting, p)
	if r.senders == 0 || r.senders < maxSenders && len(r.waiting) >= maxBatch {
		r.senders++
		go r.sendAll()
	}
	return nil
}

func (r *Recorder) sendAll() {
	for batch := r.next(); len(batch) > 0; batch = r.next() {
		err := r.send(batch)
		var some *queue.PartialError
		for i, p := range batch {
			if errors.As(err, &some) && !some.Failed[i] {
				p.done <- nil
				continue
			}
			p.done <- err
		}
	}
}

// next takes the oldest records of one tenant that fit in a call. With nothing left the sender is counted out.
func (r *Recorder) next() []*pending {
	r.mu.Lock()
	defer r.mu.Unlock()
	var batch, rest []*pending
	size := 0
	for _, p := range r.waiting {
		fits := len(batch) == 0 || len(batch) < maxBatch && size+len(p.body) <= maxBatchBytes && p.scope == batch[0].scope
		if !fits {
			rest = append(rest, p)
			continue
		}
		batch, size = append(batch, p), size+len(p.body)
	}
	r.waiting = rest
	if len(batch) == 0 {
		r.senders--
	}
	return batch
}

func (r *Recorder) send(batch []*pending) error {
	ctx, cancel := context.WithTimeout(batch[0].ctx, sendBudget)
	defer cancel()
	bodies := make([]any, len(batch))
	for i, p := range batch {
		bodies[i] = queue.Traced{Body: p.body, Trace: telemetry.Traceparent(p.ctx)}
	}
	return r.queue.SendBatch(ctx, batch[0].scope, bodies)
}
