package retry

import (
	"fmt"
	"math"
	"time"

	"guardrails/shared/errs"
)

// Strategy is how the delays between attempts grow.
type Strategy string

// The strategies.
const (
	Exponential Strategy = "exponential"
	Linear      Strategy = "linear"
	Fixed       Strategy = "fixed"
)

// Policy is how often and when to try again. The zero value is the default: exponential from one second with full
// jitter, at most five minutes, nine times, then the slow phase.
type Policy struct {
	Strategy       Strategy `json:"strategy,omitempty" enum:"exponential,linear,fixed" doc:"How the delays grow: exponential with full jitter (default), linear or fixed with a fifth of jitter."`
	MaxAttempts    int      `json:"max_attempts,omitempty" minimum:"1" maximum:"17" doc:"How many attempts at most, the first included; 17 by default, or 10 with a strategy of one's own."`
	InitialDelayMS int64    `json:"initial_delay_ms,omitempty" minimum:"1000" maximum:"300000" doc:"The first delay in milliseconds; 1000 by default."`
	MaxDelayMS     int64    `json:"max_delay_ms,omitempty" minimum:"1000" maximum:"300000" doc:"The longest delay in milliseconds; 300000 by default. Longer ones follow in the slow phase."`
	SlowPhase      *bool    `json:"slow_phase,omitempty" doc:"Whether the long steps (15 minutes to 24 hours) follow; by default only where nothing else is set."`
}

const (
	defaultAttempts = 10
	defaultInitial  = time.Second
	longest         = 5 * time.Minute
	// fastRetries is how many delays the default has before the slow phase.
	fastRetries = 9
)

// GiveUpAfter is how long after its first attempt anything is tried again.
const GiveUpAfter = 72 * time.Hour

// MaxRetryAfter is the longest wait that a receiver can ask for.
const MaxRetryAfter = 24 * time.Hour

// slow are the long steps, each with a fifth of jitter.
func slow() []time.Duration {
	return []time.Duration{15 * time.Minute, time.Hour, 3 * time.Hour, 6 * time.Hour, 12 * time.Hour, 24 * time.Hour, 24 * time.Hour}
}

// zero reports whether nothing was set.
func (p Policy) zero() bool { return p == Policy{} }

// slowPhase reports whether the long steps follow the short ones.
func (p Policy) slowPhase() bool {
	if p.SlowPhase != nil {
		return *p.SlowPhase
	}
	return p.zero()
}

// Attempts is how many attempts there are at most.
func (p Policy) Attempts() int {
	most := 1 + fastRetries + len(slow())
	switch {
	case p.MaxAttempts > 0:
		return min(p.MaxAttempts, most)
	case p.slowPhase():
		return most
	}
	return defaultAttempts
}

// Validate returns what is wrong with the policy; location is the JSON pointer to it.
func (p Policy) Validate(location string) []errs.Field {
	var out []errs.Field
	bad := func(field, message string) {
		out = append(out, errs.Field{Location: location + "/" + field, Message: message})
	}
	switch p.Strategy {
	case "", Exponential, Linear, Fixed:
	default:
		bad("strategy", "expected exponential, linear or fixed")
	}
	if p.MaxAttempts < 0 || p.MaxAttempts > 1+fastRetries+len(slow()) {
		bad("max_attempts", fmt.Sprintf("expected a number from 1 to %d", 1+fastRetries+len(slow())))
	}
	outside := func(v int64) bool {
		return v != 0 && (v < defaultInitial.Milliseconds() || v > longest.Milliseconds())
	}
	if outside(p.InitialDelayMS) {
		bad("initial_delay_ms", "expected 1000 to 300000")
	}
	switch {
	case outside(p.MaxDelayMS):
		bad("max_delay_ms", "expected 1000 to 300000")
	case p.MaxDelayMS > 0 && p.InitialDelayMS > p.MaxDelayMS:
		bad("max_delay_ms", "expected no less than initial_delay_ms")
	}
	return out
}

// Delay returns how long to wait after attempt n (from 1) failed, in whole seconds and at least one, and false if there
// is no further attempt. first is when attempt 1 began. random is uniform in [0, 1). after is the receiver's Retry-After,
// which makes a delay longer and never shorter.
func (p Policy) Delay(n int, first, now time.Time, after time.Duration, random float64) (time.Duration, bool) {
	if n >= p.Attempts() {
		return 0, false
	}
	d := p.delay(n, random)
	d = max(d, min(after, MaxRetryAfter), time.Second)
	d = (d + time.Second - 1).Truncate(time.Second)
	return d, !now.Add(d).After(first.Add(GiveUpAfter))
}

func (p Policy) delay(n int, random float64) time.Duration {
	if n > fastRetries && p.slowPhase() {
		steps := slow()
		return around(steps[min(n-fastRetries, len(steps))-1], random)
	}
	initial, most := defaultInitial, longest
	if p.InitialDelayMS > 0 {
		initial = time.Duration(p.InitialDelayMS) * time.Millisecond
	}
	if p.MaxDelayMS > 0 {
		most = time.Duration(p.MaxDelayMS) * time.Millisecond
	}
	switch p.Strategy {
	case Fixed:
		return around(min(initial, most), random)
	case Linear:
		return around(min(initial*time.Duration(n), most), random)
	case Exponential, "":
	}
	// The n-th delay lies below initial x 2^n: below 2 s after the first attempt by default.
	most = time.Duration(min(float64(most), float64(initial)*math.Pow(2, float64(n))))
	return time.Duration(random * float64(most))
}

// around is d with a fifth of jitter to both sides.
func around(d time.Duration, random float64) time.Duration {
	return time.Duration(float64(d) * (0.8 + 0.4*random))
}
