package gateway

import (
	"sync"
	"time"

	"guardrails/shared/errs"
)

// A body takes up about five times its size until it is answered: as it came, in the event, and as the function reads it.
const (
	// maxBodies is how many bytes of bodies may be in work together, maxOwnBodies how many of them for one tenant, so that
	// no tenant can fill the room of all.
	maxBodies    = 128 << 20
	maxOwnBodies = 32 << 20
	// bodiesRetryAfter is when a caller may try again for whom there was no room.
	bodiesRetryAfter = time.Second
)

// bodies counts the bytes of bodies that are being read and worked on, all together and for each tenant.
type bodies struct {
	mu    sync.Mutex
	total int64
	of    map[string]int64
}

// take makes room for a body of a tenant, or says that there is none. The caller gives it back by done.
func (b *bodies) take(tenant string, size int64) (done func(), err error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.total+size > maxBodies || b.of[tenant]+size > maxOwnBodies {
		return nil, errs.New(errs.Overloaded, "Too many large requests are being worked on.").WithRetryAfter(bodiesRetryAfter)
	}
	b.total += size
	b.of[tenant] += size
	return func() { b.give(tenant, size) }, nil
}

func (b *bodies) give(tenant string, size int64) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.total -= size
	if b.of[tenant] -= size; b.of[tenant] == 0 {
		delete(b.of, tenant)
	}
}
