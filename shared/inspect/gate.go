package inspect

import (
	"context"
	"encoding/json"
	"sync"
	"time"

	"golang.org/x/sync/semaphore"

	"guardrails/shared/errs"
	"guardrails/shared/policy"
	"guardrails/shared/tenant"
)

const (
	// largeSet is from how many stored bytes on a set waits for room. Smaller ones cost too little to wait for others.
	largeSet = 256 << 10
	// largeRoom is how many stored bytes of large sets are read and compiled at once, by one process. A larger set is
	// compiled while no other large one is.
	largeRoom = 4 << 20
	// packed is about how much smaller a definition is in the store than as JSON.
	packed = 4
)

// gate bounds how many sets are made at once. A tenant makes one after the other; large ones of all tenants share a room,
// in which nobody waits for those who came later.
type gate struct {
	room  *semaphore.Weighted
	mu    sync.Mutex
	turns map[string]*turn
}

// turn is held by the one who makes a set of a tenant. It is forgotten when nobody uses it.
type turn struct {
	held chan struct{}
	// users are who holds it and who waits for it.
	users int
}

func newGate() *gate {
	return &gate{room: semaphore.NewWeighted(largeRoom), turns: map[string]*turn{}}
}

// turn waits until no other set of the tenant is made.
func (g *gate) turn(ctx context.Context, s tenant.Scope) (leave func(), err error) {
	g.mu.Lock()
	t := g.turns[s.TenantID()]
	if t == nil {
		t = &turn{held: make(chan struct{}, 1)}
		g.turns[s.TenantID()] = t
	}
	t.users++
	g.mu.Unlock()
	gone := func() {
		g.mu.Lock()
		defer g.mu.Unlock()
		if t.users--; t.users == 0 {
			delete(g.turns, s.TenantID())
		}
	}
	select {
	case t.held <- struct{}{}:
		return func() { <-t.held; gone() }, nil
	case <-ctx.Done():
		gone()
		return nil, notYet(ctx.Err())
	}
}

// space waits until there is room for a set of so many stored bytes.
func (g *gate) space(ctx context.Context, bytes int) (leave func(), err error) {
	if bytes < largeSet {
		return func() {}, nil
	}
	n := int64(min(bytes, largeRoom))
	if err := g.room.Acquire(ctx, n); err != nil {
		return nil, notYet(err)
	}
	return func() { g.room.Release(n) }, nil
}

// notYet is what a caller hears whose time was over before its set was made.
func notYet(err error) error {
	return errs.Wrap(errs.Overloaded, "The policies are still being read; try again.", err).WithRetryAfter(time.Second)
}

// sizeOf is about how many bytes a definition that is not stored would take in the store.
func sizeOf(d *policy.Definition) (int, error) {
	var n counter
	err := json.NewEncoder(&n).Encode(d)
	return int(n) / packed, err
}

// counter counts what is written to it.
type counter int

func (c *counter) Write(b []byte) (int, error) {
	*c += counter(len(b))
	return len(b), nil
}
