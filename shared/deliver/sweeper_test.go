package deliver

import (
	"context"
	"errors"
	"fmt"
	"sync/atomic"
	"testing"
	"time"

	"guardrails/events"
	"guardrails/shared/clock"
	"guardrails/shared/queue"
	"guardrails/shared/table"
	"guardrails/shared/tenant"
)

// faulty are rows of which one cannot be read.
type faulty struct {
	rows
	bad string
}

func (f faulty) Read(_ context.Context, _ tenant.Scope, deliveryID string) (Row, error) {
	if deliveryID == f.bad {
		return Row{}, errors.New("no answer")
	}
	return Row{ID: deliveryID, Rev: 1, Status: Pending, Attempt: 1, DueAt: 1, DueShard: "x"}, nil
}

func (faulty) Swap(_ context.Context, _ tenant.Scope, _ int64, next Row, _ ...events.Event) (Row, error) {
	return next, nil
}

func (open) Get(context.Context, tenant.Scope, string) (Control, error) { return Control{}, nil }

// counted counts messages.
type counted struct{ n atomic.Int64 }

func (c *counted) SendAll(_ context.Context, _ tenant.Scope, messages []queue.Message) error {
	c.n.Add(int64(len(messages)))
	return nil
}

// TestTheSweepPassesWhatFails has a delivery that fails each time and is older than all others.
func TestTheSweepPassesWhatFails(t *testing.T) {
	t.Parallel()
	const n = 250
	shard := table.DueShards()[0]
	var sent counted
	w := &Sweeper{
		Due: func(_ context.Context, of string, _ time.Time, limit int) ([]DueItem, error) {
			var out []DueItem
			for i := 0; of == shard && i < min(limit, n); i++ {
				out = append(out, DueItem{tenantOf(0), fmt.Sprintf("dlv_%03d", i)})
			}
			return out, nil
		},
		Rows: faulty{bad: "dlv_000"}, Controls: open{}, Queue: &sent, Clock: clock.System(), Random: func() float64 { return 0 },
	}
	if err := w.Sweep(t.Context()); err == nil {
		t.Error("the failure is not told")
	}
	if sent.n.Load() != n-1 {
		t.Errorf("%d messages sent, want %d", sent.n.Load(), n-1)
	}
}
