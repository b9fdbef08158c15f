package ministack

import (
	"context"
	"errors"
	"fmt"
	"time"

	"guardrails/shared/clock"
	"guardrails/shared/emulator"
)

// watch starts the instance again whenever it has died, until ctx ends.
func (k *Keeper) watch(ctx context.Context) {
	for {
		if !k.untilDead(ctx) {
			return
		}
		k.deaths.Add(1)
		k.cfg.Log.WarnContext(ctx, "MiniStack died; what it had not saved in the last seconds is lost", "pid", k.PID())
		k.revive(ctx)
	}
}

// untilDead returns true when the instance is dead and false when ctx has ended.
func (k *Keeper) untilDead(ctx context.Context) bool {
	k.mu.Lock()
	inst := k.current
	k.mu.Unlock()
	var done <-chan struct{}
	if inst.process != nil {
		done = inst.process.Done()
	}
	tick := time.NewTicker(watchPoll)
	defer tick.Stop()
	for misses := 0; misses < deadAfter; {
		select {
		case <-ctx.Done():
			return false
		case <-done:
			return ctx.Err() == nil
		case <-tick.C:
			misses = k.missed(ctx, inst, misses)
		}
	}
	return true
}

// missed calls the instance, which also keeps it from idling out, and counts failed calls of a process that is gone.
// One that lives but does not answer is busy or stopped by somebody: it is left alone.
func (k *Keeper) missed(ctx context.Context, inst instance, misses int) int {
	id, err := emulator.Identify(ctx, k.endpoint)
	if (err == nil && id.Token == inst.token) || exists(inst.pid) {
		return 0
	}
	return misses + 1
}

// revive starts the instance again on its old port, since the endpoint is fixed, as often as it takes.
func (k *Keeper) revive(ctx context.Context) {
	backoff := minBackoff
	for ctx.Err() == nil {
		err := k.restart(ctx)
		if err == nil {
			k.cfg.Log.InfoContext(ctx, "MiniStack runs again", "pid", k.PID())
			return
		}
		k.cfg.Log.WarnContext(ctx, "MiniStack did not start; trying again", "error", err, "wait", backoff)
		if clock.Pause(ctx, backoff) != nil {
			return
		}
		backoff = min(2*backoff, maxBackoff)
	}
}

func (k *Keeper) restart(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, startWithin)
	defer cancel()
	if !exists(k.PID()) {
		if err := k.startOn(ctx, k.port); err != nil {
			return err
		}
	}
	if k.cfg.Restarted == nil {
		return nil
	}
	if err := k.cfg.Restarted(ctx, k.endpoint); err != nil {
		return fmt.Errorf("set it up again: %w", err)
	}
	return nil
}

// errStillSaving says that Close ran out of time; the instance finishes by itself.
var errStillSaving = errors.New("MiniStack is still saving; it goes on by itself and the next start waits for it")

// Close asks the instance to save and stop, and waits for it until ctx ends.
func (k *Keeper) Close(ctx context.Context) error {
	k.cancel()
	k.watching.Wait()
	k.mu.Lock()
	inst := k.current
	k.mu.Unlock()
	if err := terminate(inst.pid); err != nil {
		return err
	}
	if inst.process != nil {
		select {
		case <-inst.process.Done():
			return nil
		case <-ctx.Done():
			return errStillSaving
		}
	}
	for exists(inst.pid) {
		if clock.Pause(ctx, watchPoll/20) != nil {
			return errStillSaving
		}
	}
	return nil
}
