package limit_test

import (
	"errors"
	"testing"
	"time"

	"guardrails/shared/authz"
	"guardrails/shared/clock"
	"guardrails/shared/errs"
	"guardrails/shared/fntest"
	"guardrails/shared/limit"
	"guardrails/shared/table"
	"guardrails/shared/tenant"
)

// patience outlasts the slowest machine, so that only the algorithm is under test.
const patience = 30 * time.Second

// bench is a limiter on real buckets and a clock that the test moves.
type bench struct {
	sys   *fntest.System
	now   *clock.Fake
	scope tenant.Scope
	usage *table.Table
}

func newBench(t *testing.T) bench {
	t.Helper()
	now := clock.NewFake(time.Now())
	sys := fntest.NewAt(t, nil, nil, now)
	acme := sys.Tenant(t)
	return bench{sys, now, fntest.Principal(t, acme.As(authz.Viewer)).Scope(), sys.Env().Table(table.Usage)}
}

func perSecond(n int) limit.Policy {
	return limit.Policy{Name: "client", Subject: "k", PerSecond: float64(n), Burst: n, Window: time.Second}
}

// admitted offers requests at the rate for so long, over several instances in turn, and counts those admitted.
func (b bench) admitted(t *testing.T, p limit.Policy, instances, rate int, d time.Duration) int {
	t.Helper()
	limiters := make([]*limit.Limiter, instances)
	for i := range limiters {
		limiters[i] = limit.New(b.usage, b.now, patience)
	}
	n, step := 0, time.Second/time.Duration(rate)
	for i := range int(d / step) {
		dec, err := limiters[i%instances].Allow(t.Context(), b.scope, true, p)
		if err != nil {
			t.Fatal(err)
		}
		if dec.Allowed {
			n++
		}
		b.now.Advance(step)
	}
	return n
}

func TestNeverAdmitsMoreThanThePolicy(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name            string
		p               limit.Policy
		instances, rate int
		least, most     int
	}{
		{"one instance under the limit", perSecond(100), 1, 50, 100, 100},
		{"one instance at twice the limit", perSecond(100), 1, 200, 285, 300},
		{"five instances at twice the limit", perSecond(100), 5, 200, 270, 300},
		{"forty instances under the limit", perSecond(100), 40, 80, 160, 160},
		{"a slow policy is exact", limit.Policy{Name: "key", Subject: "s", PerSecond: 2, Burst: 10, Window: time.Minute}, 3, 50, 13, 13},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			if n := newBench(t).admitted(t, c.p, c.instances, c.rate, 2*time.Second); n < c.least || n > c.most {
				t.Errorf("%d admitted, want %d to %d", n, c.least, c.most)
			}
		})
	}
}

func TestARefusedRequestTakesFromNoPolicy(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	l := limit.New(b.usage, b.now, patience)
	wide, narrow := limit.Policy{Name: "tenant", Subject: "-", PerSecond: 2, Burst: 2, Window: time.Second}, limit.Policy{Name: "key", Subject: "a", PerSecond: 1, Burst: 1, Window: time.Second}
	other := narrow
	other.Subject = "b"
	allow := func(want bool, p ...limit.Policy) {
		t.Helper()
		d, err := l.Allow(t.Context(), b.scope, true, p...)
		if err != nil || d.Allowed != want {
			t.Fatalf("allowed %v (%v), want %v", d.Allowed, err, want)
		}
	}
	allow(true, wide, narrow)
	allow(false, wide, narrow)
	allow(true, wide, other)
}

func TestAChangedLimitActsAtOnce(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	l := limit.New(b.usage, b.now, patience)
	small := limit.Policy{Name: "key", Subject: "k", PerSecond: 1, Burst: 1, Window: time.Second}
	for _, want := range []bool{true, false} {
		if d, err := l.Allow(t.Context(), b.scope, true, small); err != nil || d.Allowed != want {
			t.Fatalf("allowed %v (%v), want %v", d.Allowed, err, want)
		}
	}
	if d, err := l.Allow(t.Context(), b.scope, true, perSecond(50)); err != nil || !d.Allowed {
		t.Errorf("the raised limit refuses: %+v %v", d, err)
	}
}

func TestWithoutAStore(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	l := limit.New(b.usage, b.now, patience)
	b.sys.Cut()
	n := 0
	for range 150 {
		d, err := l.Allow(t.Context(), b.scope, false, perSecond(100))
		if err != nil || !d.Fallback {
			t.Fatalf("%+v %v, want a fallback", d, err)
		}
		if d.Allowed {
			n++
		}
	}
	if n != 12 {
		t.Errorf("the local share admitted %d at once, want an eighth of the burst of 100", n)
	}
	if _, err := l.Allow(t.Context(), b.scope, true, perSecond(100)); !errors.Is(err, errs.Overloaded) {
		t.Errorf("closed: %v, want overloaded", err)
	}
}

// TestInstancesWithoutAStoreShareTheLimit has a key used on ten routes, each an instance of its own, while the store is
// down.
func TestInstancesWithoutAStoreShareTheLimit(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	b.sys.Cut()
	p := limit.Policy{Name: "key", Subject: "k", PerSecond: 1, Burst: 60, Window: time.Minute}
	n := 0
	for range 10 {
		l := limit.New(b.usage, b.now, patience)
		for range 60 {
			if d, err := l.Allow(t.Context(), b.scope, false, p); err == nil && d.Allowed {
				n++
			}
		}
	}
	if n > 2*p.Burst {
		t.Errorf("ten instances admitted %d at once of a limit of %d", n, p.Burst)
	}
}

// TestABusyInstanceKeepsItsShare cuts the store off from one that a client was using up to its limit.
func TestABusyInstanceKeepsItsShare(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	l, p := limit.New(b.usage, b.now, patience), perSecond(100)
	count := func() int {
		n := 0
		for range 100 {
			d, err := l.Allow(t.Context(), b.scope, false, p)
			if err != nil {
				t.Fatal(err)
			}
			if d.Allowed {
				n++
			}
			b.now.Advance(10 * time.Millisecond)
		}
		return n
	}
	if n := count(); n < 95 {
		t.Fatalf("%d admitted with a store", n)
	}
	b.sys.Cut()
	count()
	if n := count(); n < 60 || n > 100 {
		t.Errorf("%d of 100 admitted a second later without a store", n)
	}
}

func TestRefusalsSayWhenToComeBack(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	l := limit.New(b.usage, b.now, patience)
	p := limit.Policy{Name: "key", Subject: "k", PerSecond: 0.5, Burst: 1, Window: time.Minute}
	for range 2 {
		d, err := l.Allow(t.Context(), b.scope, true, p)
		if err != nil {
			t.Fatal(err)
		}
		if !d.Allowed && (d.RetryAfter <= 1900*time.Millisecond || d.RetryAfter > 2*time.Second) {
			t.Errorf("come back after %s, want 2s", d.RetryAfter)
		}
	}
}
