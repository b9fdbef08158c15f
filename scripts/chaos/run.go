package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"sync/atomic"
	"syscall"
	"time"

	"golang.org/x/sync/errgroup"

	"guardrails/shared/clock"
)

// settleWithin is how long the last deliveries may take to be recorded after they arrived.
const settleWithin = 2 * time.Minute

// run is one chaos run.
func run(ctx context.Context, w io.Writer, root string, o options) (err error) {
	h, err := newHost(ctx, root)
	if err != nil {
		return err
	}
	defer func() {
		err = errors.Join(err, h.stop(context.WithoutCancel(ctx), err != nil))
		if err != nil {
			fmt.Fprintln(w, "the host's log and data are left in", h.folder)
		}
	}()
	r, err := newReceiver(ctx, o.seed)
	if err != nil {
		return err
	}
	defer r.server.Close() //nolint:errcheck // it holds nothing
	if err := h.start(); err != nil {
		return err
	}
	if err := h.ready(ctx); err != nil {
		return err
	}
	key, err := h.key()
	if err != nil {
		return err
	}
	c := newClient(h.url(), key)
	if err := c.watch(ctx, "all", r.url(allPath), ""); err != nil {
		return err
	}
	if err := c.watch(ctx, "some", r.url(somePath), someOnly); err != nil {
		return err
	}
	return drive(ctx, w, h, r, &publisher{client: c, seed: o.seed}, o)
}

// drive publishes and kills, waits, and judges.
func drive(ctx context.Context, w io.Writer, h *host, r *receiver, p *publisher, o options) error {
	begin := time.Now()
	work, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	go func() {
		select {
		case err := <-h.failed:
			cancel(err)
		case <-work.Done():
		}
	}()
	var kills atomic.Int64
	g, both := errgroup.WithContext(work)
	g.Go(func() error { return p.publish(both, o.events, time.Duration(max(o.kills, 1))*o.every) })
	g.Go(func() error { return killAll(both, w, h, o, &kills) })
	if err := g.Wait(); err != nil {
		return errors.Join(err, context.Cause(work))
	}
	published, want := time.Now(), places(o.events)
	if err := await(work, o.drain, func() (bool, error) { return r.has(want), nil }); err != nil && !errors.Is(err, errLate) {
		return err
	}
	arrived := time.Now()
	v := judge(r.history(), want)
	err := await(work, settleWithin, func() (bool, error) {
		var err error
		v.open, err = p.notDelivered(work, begin)
		return len(v.open) == 0, err
	})
	if err != nil && !errors.Is(err, errLate) {
		return err
	}
	open := v.open
	v = judge(r.history(), want) // what came since counts
	v.open = open
	return errors.Join(v.print(w, o, int(kills.Load()), int(p.again.Load()), time.Since(begin), arrived.Sub(published)), v.fault(o.most))
}

// killAll kills the host at random moments and starts it again at once.
func killAll(ctx context.Context, w io.Writer, h *host, o options, done *atomic.Int64) error {
	random := rand.New(rand.NewPCG(o.seed, 1)) //nolint:gosec // the moments are to be repeatable
	for n := range o.kills {
		if err := clock.Pause(ctx, time.Duration((0.5+random.Float64())*float64(o.every))); err != nil {
			return err
		}
		if err := h.end(syscall.SIGKILL); err != nil {
			return err
		}
		if err := h.start(); err != nil {
			return err
		}
		done.Add(1)
		fmt.Fprintf(w, "killed %d of %d\n", n+1, o.kills)
	}
	return nil
}

// errLate says that a condition did not come true in time.
var errLate = errors.New("it did not happen in time")

// await asks again and again whether something has happened.
func await(ctx context.Context, within time.Duration, happened func() (bool, error)) error {
	for end := time.Now().Add(within); ; {
		ok, err := happened()
		if ok || err != nil {
			return err
		}
		if time.Now().After(end) {
			return errLate
		}
		if err := clock.Pause(ctx, pollEvery); err != nil {
			return errors.Join(err, context.Cause(ctx))
		}
	}
}
