package deliver

import (
	"time"
)

// The breaker of a destination is one item that all workers share, so that a dead receiver is asked by one of them now
// and then and not by each. Its functions read no clock and no store.

const (
	windows   = 6
	windowFor = 10 * time.Second
	// firstOpen is how long a breaker is open at first; each failed probe doubles that, up to longestOpen.
	firstOpen   = 30 * time.Second
	longestOpen = 5 * time.Minute
	// failureShare is which part of the attempts within a minute must have failed.
	failureShare = 0.5
	// disableAfter is how long a destination may fail without any success.
	disableAfter = 72 * time.Hour
)

// BreakerState is whether a destination is asked.
type BreakerState string

// The states.
const (
	Closed   BreakerState = "closed"
	Open     BreakerState = "open"
	HalfOpen BreakerState = "half_open"
)

// Breaker is what workers have learned about a destination. Times are Unix milliseconds. The zero value is closed.
type Breaker struct {
	State BreakerState `dynamodbav:"state,omitempty"`
	// Failures are counted by tens of seconds; a window that is a minute old begins anew.
	Failures []Window `dynamodbav:"failures,omitempty"`
	// OpenUntil is when one may ask again; OpenFor is how long it was open last.
	OpenUntil int64 `dynamodbav:"open_until,omitempty"`
	OpenFor   int64 `dynamodbav:"open_for,omitempty"`
	// Probe is who asks while it is half open, and until when nobody else does.
	Probe      string `dynamodbav:"probe,omitempty"`
	ProbeUntil int64  `dynamodbav:"probe_until,omitempty"`
	// FailingSince is the first failure after the last success.
	FailingSince int64 `dynamodbav:"failing_since,omitempty"`
	// ClosedAt is when it closed last: it is asked slowly at first.
	ClosedAt int64 `dynamodbav:"closed_at,omitempty"`
}

// Window counts failures within ten seconds.
type Window struct {
	// At numbers the window since 1970. Wins is how many successes there had ever been when it began.
	At       int64 `dynamodbav:"at"`
	Failures int   `dynamodbav:"failures"`
	Wins     int64 `dynamodbav:"wins"`
}

func windowAt(now time.Time) int64 { return now.UnixNano() / int64(windowFor) }

// recent are the windows of the last minute.
func (b Breaker) recent(now time.Time) []Window {
	var out []Window
	for _, w := range b.Failures {
		if age := windowAt(now) - w.At; age >= 0 && age < windows {
			out = append(out, w)
		}
	}
	return out
}

// allowance is what a breaker lets through.
type allowance struct {
	// pass lets as many through as the destination takes; probe lets one through, and the breaker is written first.
	pass, probe bool
	// until is when to ask again, if neither.
	until time.Time
}

// allow says whether the destination may be asked now.
func (b Breaker) allow(now time.Time) allowance {
	switch {
	case b.State != Open && b.State != HalfOpen:
		return allowance{pass: true}
	case b.State == HalfOpen && fromMS(b.ProbeUntil).After(now):
		return allowance{until: fromMS(b.ProbeUntil)}
	case b.State == Open && fromMS(b.OpenUntil).After(now):
		return allowance{until: fromMS(b.OpenUntil)}
	}
	return allowance{probe: true}
}

// takeProbe gives the one probe to a worker, for so long.
func (b Breaker) takeProbe(owner string, now time.Time, lease time.Duration) Breaker {
	b.State, b.Probe, b.ProbeUntil = HalfOpen, owner, ms(now.Add(lease))
	return b
}

// failed counts failures of one worker. wins is how many successes there have ever been, random is uniform in [0, 1).
// opened says that it opened with this. A failure that was not the probe's does not count while it is open: it began before.
func (b Breaker) failed(n int, owner string, wins int64, threshold int, now time.Time, random float64) (next Breaker, opened bool) {
	if b.FailingSince == 0 {
		b.FailingSince = ms(now)
	}
	switch {
	case b.State == HalfOpen && b.Probe == owner:
		return b.open(time.Duration(min(2*b.OpenFor, int64(longestOpen/time.Millisecond)))*time.Millisecond, now, random), false
	case b.State == Open || b.State == HalfOpen:
		return b, false
	}
	b.Failures = b.recent(now)
	if k := len(b.Failures); k == 0 || b.Failures[k-1].At != windowAt(now) {
		b.Failures = append(b.Failures, Window{At: windowAt(now), Wins: wins})
	}
	b.Failures[len(b.Failures)-1].Failures += n
	if total, most := b.count(wins, now); total < threshold || !most {
		return b, false
	}
	return b.open(firstOpen, now, random), true
}

// count is how many attempts failed within a minute, and whether those are the larger part since the first of them.
func (b Breaker) count(wins int64, now time.Time) (total int, most bool) {
	recent := b.recent(now)
	for _, w := range recent {
		total += w.Failures
	}
	if total == 0 {
		return 0, false
	}
	won := max(wins-recent[0].Wins, 0)
	return total, float64(total) >= failureShare*float64(int64(total)+won)
}

// suspect reports whether a breaker that is closed looks like one that will open, after at most so many failures.
func (b Breaker) suspect(wins int64, most int, now time.Time) bool {
	total, bad := b.count(wins, now)
	return b.State != Open && b.State != HalfOpen && bad && total <= most
}

// open opens the breaker. Up to a tenth is added by chance, so that what failed together does not come back together.
func (b Breaker) open(d time.Duration, now time.Time, random float64) Breaker {
	return Breaker{
		State: Open, OpenUntil: ms(now.Add(d + time.Duration(random*float64(d)/10))), OpenFor: d.Milliseconds(), FailingSince: b.FailingSince,
	}
}

// succeeded is the breaker after a success. changed is false where nothing is to be written, which is nearly always.
func (b Breaker) succeeded(owner string, now time.Time) (next Breaker, changed bool) {
	switch {
	case b.State == HalfOpen && b.Probe == owner:
		return Breaker{ClosedAt: ms(now)}, true
	case b.FailingSince != 0 && b.State != Open && b.State != HalfOpen:
		b.FailingSince = 0
		return b, true
	}
	return b, false
}

// recoverFor is how long after it was unwell a destination gets less than its rate: one attempt in the first second, two
// in the next, four ...
const recoverFor = 20 * time.Second

// recovering reports whether that is now.
func (b Breaker) recovering(now time.Time) bool {
	return b.ClosedAt != 0 && now.Sub(fromMS(b.ClosedAt)) < recoverFor
}

// turn is when the n-th attempt after one at from may begin. Attempts are cost apart, and more while it recovers.
func (b Breaker) turn(from time.Time, n int, cost time.Duration) time.Time {
	for range n {
		step := cost
		if b.recovering(from) {
			step = max(cost, time.Second>>int(max(from.Sub(fromMS(b.ClosedAt)), 0)/time.Second))
		}
		from = from.Add(step)
	}
	return from
}

// hopeless reports whether nothing has arrived for so long that the destination is to be disabled.
func (b Breaker) hopeless(now time.Time) bool {
	return b.FailingSince != 0 && now.Sub(fromMS(b.FailingSince)) >= disableAfter
}

// View is the breaker as tenants see it: its state, and until when it is open.
func (b Breaker) View(now time.Time) (state BreakerState, until time.Time) {
	switch {
	case b.State == Open && fromMS(b.OpenUntil).After(now):
		return Open, fromMS(b.OpenUntil)
	case b.State == Open || b.State == HalfOpen:
		return HalfOpen, fromMS(max(b.ProbeUntil, b.OpenUntil))
	}
	return Closed, time.Time{}
}
