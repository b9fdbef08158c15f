package limit

import (
	"cmp"
	"context"
	"errors"
	"math"
	"sync"
	"time"

	"github.com/aws/aws-sdk-go-v2/feature/dynamodb/expression"
	"github.com/hashicorp/golang-lru/v2/simplelru"

	"guardrails/shared/clock"
	"guardrails/shared/errs"
	"guardrails/shared/internal/scope"
	"guardrails/shared/outage"
	"guardrails/shared/table"
)

// Policy is a token bucket. Name is unique within the tenant and part of the answer's headers.
type Policy struct {
	// Name is what the client sees ("client"); Subject keeps the buckets of different keys apart.
	Name, Subject string
	// PerSecond is the refill; Burst the size of the bucket.
	PerSecond float64
	Burst     int
	// Window is the period that the quota is told for: a second or a minute.
	Window time.Duration
	// Pool lets policies of one name and subject share a bucket whatever their figures, if all of them fill it in the same
	// time: each request costs what its own policy says, so that a slower one pays more.
	Pool bool
}

// key names the bucket, with its figures: a changed limit starts a new bucket and so acts at once.
func (p Policy) key() string {
	return p.Name + "#" + p.Subject + "#" + time.Duration(float64(time.Second)/p.PerSecond).String()
}

// row names the bucket in the store.
func (p Policy) row() string {
	if p.Pool {
		return p.Name + "#" + p.Subject
	}
	return p.key()
}

// Quota is how many requests the policy admits in its window.
func (p Policy) Quota() int { return int(math.Round(p.PerSecond * p.Window.Seconds())) }

// Decision is the outcome for one request.
type Decision struct {
	Allowed bool
	// Policy is the one that binds: the one that refused, or the last.
	Policy Policy
	// Remaining is how many more requests the binding policy would admit now, as far as known.
	Remaining int
	// RetryAfter is when the next token comes, if refused.
	RetryAfter time.Duration
	// Fallback says that the store did not answer and the local share decided.
	Fallback bool
}

const (
	leaseFor   = 250 * time.Millisecond
	leaseDies  = 500 * time.Millisecond
	strictRate = 4.0
	downFor    = time.Second
	maxBuckets = 4096
)

// bucket is what this instance knows of one policy.
type bucket struct {
	mu     sync.Mutex
	tokens int
	diesAt time.Time
	// size is how many tokens the next lease asks for. It starts with one and doubles while leases are spent in time:
	// many functions that a client calls now and then must not hold its tokens idle.
	size int
	// remaining is the stored bucket's level after the last grant.
	remaining int
	// localTAT runs the same algorithm in memory while the store does not answer.
	localTAT int64
}

// Limiter admits requests of any tenant. It is safe for concurrent use.
type Limiter struct {
	table    *table.Table
	clock    clock.Clock
	patience time.Duration

	mu      sync.Mutex
	buckets *simplelru.LRU[string, *bucket]
	downTil time.Time
}

// Patience is how long a limiter waits for the store by default: what a request may be late at worst.
const Patience = 400 * time.Millisecond

// New returns a limiter on the usage table that waits for it as long as patience; 0 means Patience.
func New(t *table.Table, c clock.Clock, patience time.Duration) *Limiter {
	lru, err := simplelru.NewLRU[string, *bucket](maxBuckets, nil)
	if err != nil {
		panic(err) // the size is a positive constant
	}
	return &Limiter{table: t, clock: c, patience: cmp.Or(patience, Patience), buckets: lru}
}

// Allow takes one token from every policy, or none from any. failClosed refuses with errs.Overloaded when the store
// does not answer; otherwise the local share decides.
func (l *Limiter) Allow(ctx context.Context, s scope.Scope, failClosed bool, policies ...Policy) (Decision, error) {
	d := Decision{Allowed: true}
	var taken []*bucket
	for _, p := range policies {
		b := l.bucket(s, p)
		one, err := l.take(ctx, s, p, b, failClosed)
		if err != nil || !one.Allowed {
			giveBack(taken)
			return one, err
		}
		one.Fallback = one.Fallback || d.Fallback
		d, taken = one, append(taken, b)
	}
	return d, nil
}

func giveBack(taken []*bucket) {
	for _, b := range taken {
		b.mu.Lock()
		b.tokens++
		b.mu.Unlock()
	}
}

func (l *Limiter) bucket(s scope.Scope, p Policy) *bucket {
	name := s.TenantID() + "#" + p.key()
	l.mu.Lock()
	defer l.mu.Unlock()
	if b, ok := l.buckets.Get(name); ok {
		return b
	}
	b := &bucket{}
	l.buckets.Add(name, b)
	return b
}

// take spends a leased token, or leases more. The bucket's lock is held over the call: requests of one client that
// arrive meanwhile need its answer anyway.
func (l *Limiter) take(ctx context.Context, s scope.Scope, p Policy, b *bucket, failClosed bool) (Decision, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	now := l.clock.Now()
	if b.tokens > 0 && now.Before(b.diesAt) {
		b.tokens--
		return Decision{Allowed: true, Policy: p, Remaining: b.remaining + b.tokens}, nil
	}
	if l.isDown(now) {
		return l.local(p, b, now, failClosed, nil)
	}
	b.size = nextSize(b, p, now)
	d, granted, err := l.lease(ctx, s, p, b.size, now)
	if errors.Is(err, outage.ErrRefused) {
		return Decision{Policy: p}, err // no outage: without its table a limit would never bind
	}
	if err != nil {
		l.markDown()
		return l.local(p, b, now, failClosed, err)
	}
	if d.Allowed {
		b.tokens, b.diesAt, b.remaining = granted-1, now.Add(leaseDies), d.Remaining
		d.Remaining += b.tokens
	}
	return d, nil
}

func (l *Limiter) isDown(now time.Time) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	return now.Before(l.downTil)
}

// markDown counts from the failure, not from the call, which may have used all of its budget.
func (l *Limiter) markDown() {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.downTil = l.clock.Now().Add(downFor)
}

// localPart is the part of a limit that an instance grants by itself: each route is a function with instances of its own,
// and while none of them can ask, all their parts together should be about the limit.
const localPart = 8

// share is the policy of an instance that cannot ask: a part of the limit, or as much as it was last granted, if that was
// more, so that who used one route alone is not held up.
func (p Policy) share(leased int) Policy {
	part := max(1.0/localPart, min(1, float64(leased)/leaseFor.Seconds()/p.PerSecond))
	if leased <= 1 {
		part = 1.0 / localPart // the least of leases says nothing about a rate
	}
	p.PerSecond *= part
	p.Burst = max(1, int(float64(p.Burst)*part))
	return p
}

// local runs the bucket in memory: the share of an instance that cannot ask.
func (l *Limiter) local(p Policy, b *bucket, now time.Time, failClosed bool, cause error) (Decision, error) {
	if failClosed {
		return Decision{Policy: p}, errs.Wrap(errs.Overloaded, "The limit store does not answer now.", cause).WithRetryAfter(downFor)
	}
	us := now.UnixMicro()
	share := p.share(b.size)
	inc, tau := share.cost(1), share.cost(share.Burst)
	tat := max(b.localTAT, us)
	if tat+inc > us+tau {
		return Decision{Policy: p, RetryAfter: micros(tat + inc - tau - us), Fallback: true}, nil
	}
	b.localTAT = tat + inc
	return Decision{Allowed: true, Policy: p, Remaining: int((us + tau - b.localTAT) / inc), Fallback: true}, nil
}

func (p Policy) cost(n int) int64 { return int64(math.Round(float64(n) * 1e6 / p.PerSecond)) }

func micros(us int64) time.Duration { return time.Duration(us) * time.Microsecond }

type limitItem struct {
	TAT int64 `dynamodbav:"tat"`
}

// nextSize is the size of the next lease: twice the last one if that was spent before it died, else what was spent of
// it, at least one.
func nextSize(b *bucket, p Policy, now time.Time) int {
	if p.PerSecond < strictRate || b.size == 0 {
		return 1
	}
	n := max(1, b.size-b.tokens)
	if now.Before(b.diesAt) {
		n = 2 * b.size
	}
	return min(n, max(1, int(p.PerSecond*leaseFor.Seconds())), p.Burst)
}

// lease asks the store for a block of tokens, and for a single one where the block does not fit.
func (l *Limiter) lease(ctx context.Context, s scope.Scope, p Policy, n int, now time.Time) (Decision, int, error) {
	ctx, cancel := context.WithTimeout(ctx, l.patience)
	defer cancel()
	d, err := l.ask(ctx, s, p, n, now)
	if err == nil && !d.Allowed && n > 1 {
		n = 1
		d, err = l.ask(ctx, s, p, n, now)
	}
	return d, n, err
}

// ask makes the two conditional updates. A refusal carries the item as it is, which tells when to come back.
func (l *Limiter) ask(ctx context.Context, s scope.Scope, p Policy, n int, now time.Time) (Decision, error) {
	us, inc, tau := now.UnixMicro(), p.cost(n), p.cost(p.Burst)
	tat := expression.Name("tat")
	expiry := expression.Value(table.TTL(now.Add(micros(tau) + time.Hour)))
	running := expression.Set(tat, tat.Plus(expression.Value(inc))).Set(expression.Name("ttl"), expiry)
	inBurst := tat.Between(expression.Value(us), expression.Value(us+tau-inc))
	idle := expression.Set(tat, expression.Value(us+inc)).Set(expression.Name("ttl"), expiry)
	unused := expression.AttributeNotExists(tat).Or(tat.LessThan(expression.Value(us)))

	var is, was limitItem
	try := func(u expression.UpdateBuilder, c expression.ConditionBuilder) error {
		is, was = limitItem{}, limitItem{}
		return l.table.UpdateReturning(ctx, s, table.LimitKey(p.row(), 0), u, c, &is, &was)
	}
	err := try(running, inBurst)
	if errors.Is(err, table.ErrCondition) && was.TAT < us {
		if err = try(idle, unused); errors.Is(err, table.ErrCondition) {
			err = try(running, inBurst) // another instance has just started the bucket
		}
	}
	if errors.Is(err, table.ErrCondition) {
		return Decision{Policy: p, RetryAfter: max(micros(was.TAT+p.cost(1)-tau-us), time.Millisecond)}, nil
	}
	if err != nil {
		return Decision{}, err
	}
	return Decision{Allowed: true, Policy: p, Remaining: max(0, int((us+tau-is.TAT)/p.cost(1)))}, nil
}
