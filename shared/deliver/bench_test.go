package deliver

import (
	"context"
	"slices"
	"strconv"
	"sync/atomic"
	"testing"
	"time"

	"guardrails/events"
	"guardrails/shared/id"
	"guardrails/shared/outbox"
	"guardrails/shared/queue"
	"guardrails/shared/table"
	"guardrails/shared/tenant"
)

// quick are stores that answer at once: what is measured is the code's own work.
type quick struct {
	*process
	sent []queue.Message
}

func (q *quick) Read(_ context.Context, _ tenant.Scope, deliveryID string) (Row, error) {
	q.mu.Lock()
	defer q.mu.Unlock()
	return q.rows[deliveryID].row, nil
}

func (q *quick) Swap(_ context.Context, s tenant.Scope, rev int64, next Row, _ ...events.Event) (Row, error) {
	q.mu.Lock()
	defer q.mu.Unlock()
	if old := q.rows[next.ID].row; old.Rev != rev {
		return old, table.ErrCondition
	}
	next.Rev = rev + 1
	q.rows[next.ID] = stored{next, s}
	return next, nil
}

func (q *quick) Keep(context.Context, tenant.Scope, string, Attempt) error { return nil }

func (q *quick) SendAll(_ context.Context, _ tenant.Scope, messages []queue.Message) error {
	q.sent = append(q.sent, messages...)
	return nil
}

// open are control items that let everything pass.
type open struct{ controls }

func (open) Claim(_ context.Context, _ tenant.Scope, _ string, q Claim) (Control, time.Time, error) {
	return Control{Slots: map[string]int64{}}, q.Now, nil
}
func (open) Slow(context.Context, tenant.Scope, string, time.Time) error        { return nil }
func (open) Release(context.Context, tenant.Scope, string, []string, int) error { return nil }

// arrive is a kind whose receivers take everything at once, and says when.
type arrive struct {
	receiver
	at func()
}

func (k arrive) Send(context.Context, Target, Message) Result {
	if k.at != nil {
		k.at()
	}
	return Result{Class: Delivered, Status: 200}
}

func bench(at func()) (*quick, *Worker) {
	w := newWorld(1)
	q := &quick{process: &process{world: w, name: "worker"}}
	for i := range 4 {
		w.destination("dst_"+strconv.Itoa(i), Destination{Concurrency: 50})
	}
	parts := q.worker().Parts
	parts.Rows, parts.Controls, parts.Queue, parts.Kinds = q, open{}, q, []Kind{arrive{receiver{q.process}, at}}
	return q, NewWorker(parts)
}

// BenchmarkWorker makes deliveries, ten a batch: deliveries/s is of one core.
func BenchmarkWorker(b *testing.B) {
	_, w := bench(nil)
	var n atomic.Int64
	b.SetParallelism(1)
	b.ReportAllocs()
	b.RunParallel(func(pb *testing.PB) {
		for pb.Next() {
			jobs := make([]Job, 10)
			for i := range jobs {
				k := n.Add(1)
				e := outbox.Row{ID: id.Derived(id.Event, time.UnixMilli(k), []byte("e")), Type: "orders.order.created", Data: `{"n":1}`}
				jobs[i] = Job{Scope: tenantOf(0), Ticket: First(e, "rul_1", 1, "dst_"+strconv.Itoa(int(k%4)))}
			}
			for _, err := range w.Handle(context.Background(), jobs) {
				if err != nil {
					b.Error(err)
				}
			}
		}
	})
	b.ReportMetric(float64(n.Load())/b.Elapsed().Seconds(), "deliveries/s")
}

// BenchmarkOverhead is from the commit of an event to the call that sends its delivery: match, message, batch, claim.
func BenchmarkOverhead(b *testing.B) {
	var took []time.Duration
	var from time.Time
	q, w := bench(func() { took = append(took, time.Since(from)) })
	d := &Dispatcher{
		Match: func(context.Context, tenant.Scope, outbox.Row) ([]Want, error) {
			return []Want{{Rule: "rul_1", Version: 1, Destination: "dst_0"}}, nil
		},
		Queue: q, Rows: q, Clock: virtual{},
	}
	n := int64(0)
	for b.Loop() {
		n++
		e := outbox.Row{ID: id.Derived(id.Event, time.UnixMilli(n), []byte("e")), Type: "orders.order.created", Data: `{"n":1}`}
		q.sent, from = nil, time.Now()
		if err := d.Dispatch(context.Background(), tenantOf(0), e); err != nil {
			b.Fatal(err)
		}
		ticket, _ := q.sent[0].Body.(Ticket)
		if err := w.Handle(context.Background(), []Job{{Scope: tenantOf(0), Ticket: ticket}})[0]; err != nil {
			b.Fatal(err)
		}
	}
	slices.Sort(took)
	b.ReportMetric(float64(took[len(took)*95/100].Microseconds()), "p95-us")
}
