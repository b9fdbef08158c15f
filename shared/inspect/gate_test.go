package inspect

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"guardrails/shared/errs"
	"guardrails/shared/internal/scope"
	"guardrails/shared/policy"
	"guardrails/shared/tenant"
)

// use makes a set of so many bytes of a tenant for a while.
func (g *gate) use(ctx context.Context, s tenant.Scope, bytes int, during func()) error {
	turn, err := g.turn(ctx, s)
	if err != nil {
		return err
	}
	defer turn()
	leave, err := g.space(ctx, bytes)
	if err != nil {
		return err
	}
	defer leave()
	during()
	return nil
}

func (g *gate) idle() bool { return len(g.turns) == 0 && g.room.TryAcquire(largeRoom) }

// TestLargeSetsOfAllTenantsShareARoom has many tenants make sets of any size at once, some of whom go before their turn
// comes: there are never more at once than there is room for, none of one tenant beside another of its own, and everybody
// who waits gets in.
func TestLargeSetsOfAllTenantsShareARoom(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		g, r := newGate(), rand.New(rand.NewPCG(1, 2))
		var mu sync.Mutex
		var large, most, made, late int
		busy := map[int]bool{}
		var all sync.WaitGroup
		for range 400 {
			who, bytes, takes, patient := r.IntN(20), r.IntN(largeSet), time.Duration(r.IntN(1000))*time.Millisecond, r.IntN(4) > 0
			if r.IntN(2) == 0 {
				bytes = largeSet + r.IntN(2*largeRoom)
			}
			begin := time.Duration(r.IntN(3000)) * time.Millisecond
			all.Go(func() {
				time.Sleep(begin)
				ctx, cancel := context.WithTimeout(t.Context(), map[bool]time.Duration{true: time.Hour, false: 2 * time.Second}[patient])
				defer cancel()
				err := g.use(ctx, scope.Mint(fmt.Sprintf("ten_%d", who)), bytes, func() {
					weight := 0
					if bytes >= largeSet {
						weight = min(bytes, largeRoom)
					}
					mu.Lock()
					if busy[who] {
						t.Errorf("two sets of tenant %d are made at once", who)
					}
					busy[who] = true
					large += weight
					most = max(most, large)
					mu.Unlock()
					time.Sleep(takes)
					mu.Lock()
					defer mu.Unlock()
					busy[who] = false
					large -= weight
				})
				mu.Lock()
				defer mu.Unlock()
				switch {
				case err == nil:
					made++
				case patient || !errors.Is(err, errs.Overloaded) || !errors.Is(err, context.DeadlineExceeded):
					t.Errorf("a set is not made: %v", err)
				default:
					late++
				}
			})
		}
		all.Wait()
		if most > largeRoom || most <= largeRoom/2 {
			t.Errorf("%d bytes of large sets at once, want at most %d, and not much less", most, largeRoom)
		}
		if made == 0 || late == 0 || !g.idle() {
			t.Errorf("%d made, %d late; the gate is idle: %v", made, late, g.idle())
		}
	})
}

// TestOthersSetsDoNotWaitForLargeOnes makes a tenant's small set while other tenants' large ones take all room and more
// wait, and while another set of theirs has its turn.
func TestOthersSetsDoNotWaitForLargeOnes(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		g := newGate()
		over := make(chan struct{})
		var all sync.WaitGroup
		for i := range 10 {
			all.Go(func() {
				if err := g.use(t.Context(), scope.Mint(fmt.Sprintf("ten_%d", i%5)), largeRoom, func() { <-over }); err != nil {
					t.Error(err)
				}
			})
		}
		synctest.Wait()
		ctx, cancel := context.WithTimeout(t.Context(), time.Nanosecond)
		defer cancel()
		if err := g.use(ctx, scope.Mint("ten_small"), largeSet-1, func() {}); err != nil {
			t.Errorf("a small set waits for others' large ones: %v", err)
		}
		close(over)
		all.Wait()
		if !g.idle() {
			t.Error("the gate is not idle")
		}
	})
}

// TestACallerWaitsNoLongerThanItsTime has a set take longer than its caller has time: the caller is told to come again, and
// then the set is there. Both who wait for one set get the one that is made.
func TestACallerWaitsNoLongerThanItsTime(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		c, made := &sets{}, 0
		slow := func(context.Context) (*policy.Set, error) {
			time.Sleep(time.Second)
			made++
			return &policy.Set{}, nil
		}
		var first error
		var all sync.WaitGroup
		all.Go(func() {
			ctx, cancel := context.WithTimeout(t.Context(), 100*time.Millisecond)
			defer cancel()
			_, first = c.await(ctx, "key", slow)
		})
		synctest.Wait()
		set, err := c.await(t.Context(), "key", slow)
		all.Wait()
		if !errors.Is(first, errs.Overloaded) || !errors.Is(first, context.DeadlineExceeded) {
			t.Errorf("whose time was over got %v", first)
		}
		if err != nil || set == nil || made != 1 {
			t.Errorf("who waited got %v, %v; it was made %d times", set, err, made)
		}
	})
}

// TestAPanicOfTheCompilerIsAnError makes a set without an engine.
func TestAPanicOfTheCompilerIsAnError(t *testing.T) {
	t.Parallel()
	c := &sets{gate: newGate()}
	if set, err := c.load(t.Context(), scope.Mint("ten_a"), []string{"hipaa"}); err == nil || set != nil {
		t.Errorf("%v, %v", set, err)
	}
}
