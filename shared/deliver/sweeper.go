package deliver

import (
	"context"
	"errors"
	"slices"
	"sync"
	"time"

	"golang.org/x/sync/errgroup"

	"guardrails/shared/clock"
	"guardrails/shared/errs"
	"guardrails/shared/queue"
	"guardrails/shared/table"
	"guardrails/shared/tenant"
)

// DueItem is a delivery that is due.
type DueItem struct {
	Scope tenant.Scope
	ID    string
}

// Sweeper sends messages for deliveries that are due and have none: those that waited longer than a message can, those
// whose destination was unwell, and those whose message was lost.
type Sweeper struct {
	// Due lists what is due in a shard of the index until a time, oldest first.
	Due      func(ctx context.Context, shard string, until time.Time, limit int) ([]DueItem, error)
	Rows     rows
	Controls controls
	Queue    Sender
	Clock    clock.Clock
	// Random is uniform in [0, 1) and safe for concurrent use.
	Random func() float64
}

const (
	// perLook is how many due deliveries are read at once from a shard.
	perLook = 100
	// sweepers is how many deliveries of a shard are looked at at once.
	sweepers = 8
	// maxSweepErrors is after how many failures a shard is left: that is no single delivery any more.
	maxSweepErrors = 200
	// endBefore is how much earlier than its time the sweep ends: the rest is there a minute later.
	endBefore = 5 * time.Second
)

// Sweep looks through every shard, until nothing is due or its time is nearly over.
func (w *Sweeper) Sweep(ctx context.Context) error {
	run := &sweepRun{Sweeper: w, controls: map[string]Control{}, probed: map[string]bool{}}
	failed := make([]error, len(table.DueShards()))
	var g errgroup.Group
	for i, shard := range table.DueShards() {
		g.Go(func() error {
			failed[i] = run.shard(ctx, shard)
			return nil
		})
	}
	_ = g.Wait() // each shard's failure is its own
	return errors.Join(failed...)
}

// sweepRun is one look. It asks for each destination once whether it is well.
type sweepRun struct {
	*Sweeper
	mu       sync.Mutex
	controls map[string]Control
	probed   map[string]bool
}

func (w *sweepRun) shard(ctx context.Context, shard string) error {
	// The index lags behind what was just written: what was looked at is passed over.
	seen := map[DueItem]bool{}
	var all []error
	for w.inTime(ctx) && len(all) < maxSweepErrors {
		due, err := w.Due(ctx, shard, w.Clock.Now().Add(SweepAhead), perLook+len(seen))
		if err != nil {
			return errors.Join(append(all, err)...)
		}
		due = slices.DeleteFunc(due, func(d DueItem) bool { return seen[d] })
		if len(due) == 0 {
			break
		}
		failed := make([]error, len(due))
		var g errgroup.Group
		g.SetLimit(sweepers)
		for i, d := range due {
			seen[d] = true
			g.Go(func() error {
				failed[i] = w.one(ctx, d)
				return nil
			})
		}
		_ = g.Wait() // see failed
		// One that fails is no reason to leave the others: it is the oldest each minute.
		all = append(all, slices.DeleteFunc(failed, func(err error) bool { return err == nil })...)
	}
	return errors.Join(all...)
}

func (w *sweepRun) inTime(ctx context.Context) bool {
	end, ok := ctx.Deadline()
	return ctx.Err() == nil && (!ok || end.Sub(w.Clock.Now()) > endBefore)
}

// one sends a message for a due delivery and then has it looked at again later: whoever is killed in between only sends it
// once more.
func (w *sweepRun) one(ctx context.Context, d DueItem) error {
	row, err := w.Rows.Read(ctx, d.Scope, d.ID)
	if errors.Is(err, errs.NotFound) {
		return nil
	}
	if err != nil {
		return err
	}
	now := w.Clock.Now()
	next, send := sweep(row, now)
	if send {
		until, well, err := w.well(ctx, d.Scope, row, now)
		if err != nil {
			return err
		}
		if !well {
			next, send = park(row, row.Ticket(), now, until), false
		}
	}
	if send {
		t := row.Ticket()
		t.Spare = true
		if err := w.Queue.SendAll(ctx, d.Scope, []queue.Message{MessageOf(t, fromMS(row.NotBefore).Sub(now))}); err != nil {
			return err
		}
	}
	if next.DueAt == row.DueAt {
		return nil
	}
	_, err = w.Rows.Swap(ctx, d.Scope, row.Rev, next)
	if errors.Is(err, table.ErrCondition) {
		return nil // it has moved on by itself
	}
	return err
}

// well reports whether the destination of a due delivery may be asked. Of one that is to be probed, one delivery goes.
func (w *sweepRun) well(ctx context.Context, s tenant.Scope, row Row, now time.Time) (time.Time, bool, error) {
	key := s.TenantID() + "#" + row.Destination
	w.mu.Lock()
	c, known := w.controls[key]
	w.mu.Unlock()
	if !known {
		var err error
		if c, err = w.Controls.Get(ctx, s, row.Destination); err != nil {
			return time.Time{}, false, err
		}
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	w.controls[key] = c
	a := c.Breaker.allow(now)
	switch {
	case a.pass:
		return time.Time{}, true, nil
	case a.probe && !w.probed[key]:
		w.probed[key] = true
		return time.Time{}, true, nil
	}
	// The others come when it is known what the probe found; not all at once, and not before this look is over.
	until := a.until
	if soon := now.Add(SweepAhead); until.Before(soon) {
		until = soon
	}
	return until.Add(time.Second + time.Duration(w.Random()*float64(SweepAhead))), false, nil
}
