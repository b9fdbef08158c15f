package events

import (
	"context"
	"math/rand/v2"
	"sync"
	"time"

	"github.com/hashicorp/golang-lru/v2/simplelru"

	"guardrails/shared/clock"
	"guardrails/shared/fn"
	"guardrails/shared/pressure"
	"guardrails/shared/registry"
	"guardrails/shared/table"
	"guardrails/shared/tenant"
)

// gate decides whether events are taken in while deliveries cannot keep up, as the tenant wants it.
type gate struct {
	*pressure.Gate
	tenants *registry.Registry
	clock   clock.Clock
	fresh   time.Duration
	mu      sync.Mutex
	modes   *simplelru.LRU[tenant.Scope, modeAt]
}

type modeAt struct {
	mode pressure.Mode
	read time.Time
}

// maxModes is how many tenants' settings a process remembers.
const maxModes = 4096

func newGate(env *fn.Env) *gate {
	lru, err := simplelru.NewLRU[tenant.Scope, modeAt](maxModes, nil)
	if err != nil {
		panic(err) // the size is a positive constant
	}
	return &gate{
		Gate: pressure.NewGate(env.Table(table.Deliveries), env.Clock, rand.Float64), tenants: registry.At(registry.Stores{Tenants: env.Table(table.Tenants)}),
		clock: env.Clock, fresh: env.Config.ConfigTTL, modes: lru,
	}
}

// admit returns errs.Overloaded if the tenant's setting refuses so many events now.
func (g *gate) admit(ctx context.Context, s tenant.Scope, events int) error {
	now := g.clock.Now()
	g.mu.Lock()
	at, ok := g.modes.Get(s)
	g.mu.Unlock()
	if !ok || now.Sub(at.read) >= g.fresh {
		t, err := g.tenants.Get(ctx, s)
		if err != nil && !ok {
			return nil // nothing is known: whether the events can be kept is known when they are written
		}
		if err == nil {
			at.mode = t.Backpressure
		}
		at.read = now
		g.mu.Lock()
		g.modes.Add(s, at)
		g.mu.Unlock()
	}
	return g.Admit(ctx, s, at.mode, events)
}
