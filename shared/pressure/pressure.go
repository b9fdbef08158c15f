// Package pressure tells how far behind the deliveries of a tenant are, and whether more events are taken in.
package pressure

import (
	"context"
	"errors"
	"sync"
	"time"

	"github.com/hashicorp/golang-lru/v2/simplelru"

	"guardrails/shared/clock"
	"guardrails/shared/errs"
	"guardrails/shared/table"
	"guardrails/shared/tenant"
)

// Mode is what a tenant wants while its deliveries are behind.
type Mode string

// The modes. QueueAll takes everything in: it is durable, and late. FailFast refuses until the backlog is gone. Adaptive
// refuses as much as it must, large requests first.
const (
	QueueAll Mode = "queue_all"
	FailFast Mode = "fail_fast"
	Adaptive Mode = "adaptive"
)

const (
	// high is how late deliveries are when the gate closes, low when it opens again.
	high = 30 * time.Second
	low  = 10 * time.Second
	// sampleEvery is how often a worker writes what it sees, and how long a reader believes what it read.
	sampleEvery = 5 * time.Second
	// stale is how old a sample may be: where nothing is delivered, nothing is known to be late.
	stale = time.Minute
	// keepFor is how long a sample is kept.
	keepFor = time.Hour
	// maxTenants is how many tenants a process remembers.
	maxTenants = 4096
	// least is the smallest share of requests that Adaptive admits, step what it adds at each sample that is well.
	least = 0.05
	step  = 0.1
)

// Sample is how late a tenant's deliveries were. Times are Unix milliseconds.
type Sample struct {
	At  int64 `dynamodbav:"at"`
	Lag int64 `dynamodbav:"lag"`
	TTL int64 `dynamodbav:"ttl"`
}

// Gauge writes how late deliveries begin. It is safe for concurrent use.
type Gauge struct {
	table *table.Table
	clock clock.Clock
	mu    sync.Mutex
	seen  *simplelru.LRU[tenant.Scope, *reading]
}

type reading struct {
	most    time.Duration
	written time.Time
}

// NewGauge returns a gauge that writes to the deliveries table.
func NewGauge(deliveries *table.Table, c clock.Clock) *Gauge {
	return &Gauge{table: deliveries, clock: c, seen: newLRU[*reading]()}
}

func newLRU[V any]() *simplelru.LRU[tenant.Scope, V] {
	lru, err := simplelru.NewLRU[tenant.Scope, V](maxTenants, nil)
	if err != nil {
		panic(err) // the size is a positive constant
	}
	return lru
}

// Observe notes that a delivery began so long after its event. Every few seconds the most of that is written; an error is
// of that write, and nothing depends on it. A tenant that was never late costs nothing.
func (g *Gauge) Observe(ctx context.Context, s tenant.Scope, lag time.Duration) error {
	now := g.clock.Now()
	g.mu.Lock()
	r, ok := g.seen.Get(s)
	if !ok {
		r = &reading{}
		g.seen.Add(s, r)
	}
	r.most = max(r.most, lag)
	// What was late and is well again is written too, so that a gate opens as soon as it may.
	due := now.Sub(r.written) >= sampleEvery && (r.most >= low || !r.written.IsZero())
	most := r.most
	if due {
		r.most, r.written = 0, now
		if most < low {
			r.written = time.Time{}
		}
	}
	g.mu.Unlock()
	if !due {
		return nil
	}
	return g.table.Put(ctx, s, table.PressureKey(), Sample{At: now.UnixMilli(), Lag: most.Milliseconds(), TTL: table.TTL(now.Add(keepFor))}, table.Always())
}

// Gate decides whether events are taken in. It is safe for concurrent use.
type Gate struct {
	table  *table.Table
	clock  clock.Clock
	random func() float64
	mu     sync.Mutex
	known  *simplelru.LRU[tenant.Scope, *level]
}

// level is what a process knows of a tenant.
type level struct {
	read   time.Time
	sample Sample
	closed bool
	// share of the requests is admitted in the mode Adaptive.
	share float64
}

// NewGate returns a gate that reads from the deliveries table. random is uniform in [0, 1) and safe for concurrent use.
func NewGate(deliveries *table.Table, c clock.Clock, random func() float64) *Gate {
	return &Gate{table: deliveries, clock: c, random: random, known: newLRU[*level]()}
}

// Admit returns nil if a request of so many events is taken in, or errs.Overloaded. A sample that cannot be read closes
// nothing: events are durable, and that their store answers is known when they are written.
func (g *Gate) Admit(ctx context.Context, s tenant.Scope, mode Mode, events int) error {
	if mode != FailFast && mode != Adaptive {
		return nil
	}
	l := g.level(ctx, s)
	g.mu.Lock()
	closed, share := l.closed, l.share
	g.mu.Unlock()
	if mode == FailFast && closed || mode == Adaptive && g.random() >= admitted(share, events) {
		return errs.New(errs.Overloaded, "Deliveries are behind; the tenant's backpressure setting refuses more events until they have caught up.")
	}
	return nil
}

// bulk is from how many events on a request waits for smaller ones.
const bulk = 10

// admitted is the share of requests of a size that are taken in: large ones give way first.
func admitted(share float64, events int) float64 {
	if events > bulk {
		return share * share
	}
	return share
}

// level reads the tenant's sample, every few seconds.
func (g *Gate) level(ctx context.Context, s tenant.Scope) *level {
	now := g.clock.Now()
	g.mu.Lock()
	l, ok := g.known.Get(s)
	if !ok {
		l = &level{share: 1}
		g.known.Add(s, l)
	}
	fresh := now.Sub(l.read) < sampleEvery
	l.read = now // one reads, the others go by what is known
	g.mu.Unlock()
	if fresh && ok {
		return l
	}
	var sample Sample
	err := g.table.Get(ctx, s, table.PressureKey(), &sample)
	if err != nil && !errors.Is(err, errs.NotFound) {
		return l
	}
	g.mu.Lock()
	defer g.mu.Unlock()
	l.learn(sample, now)
	return l
}

// learn moves the level by a sample: half the share while deliveries are late, a little more while they are not.
func (l *level) learn(sample Sample, now time.Time) {
	lag := time.Duration(sample.Lag) * time.Millisecond
	if now.Sub(time.UnixMilli(sample.At)) > stale {
		lag = 0
	}
	switch {
	case lag > high:
		l.closed, l.share = true, max(l.share/2, least)
	case lag < low:
		l.closed, l.share = false, min(l.share+step, 1)
	}
	l.sample = sample
}
