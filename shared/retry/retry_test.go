package retry_test

import (
	"fmt"
	"math"
	"testing"
	"time"

	"pgregory.net/rapid"

	"guardrails/shared/retry"
)

var never = false

func TestDelays(t *testing.T) {
	t.Parallel()
	yes := true
	for _, c := range []struct {
		name   string
		p      retry.Policy
		n      int
		lo, hi time.Duration // with random at its bounds
	}{
		{"the default's first", retry.Policy{}, 1, time.Second, 2 * time.Second},
		{"the default's second", retry.Policy{}, 2, time.Second, 4 * time.Second},
		{"the default's eighth", retry.Policy{}, 8, time.Second, 256 * time.Second},
		{"the default's ninth", retry.Policy{}, 9, time.Second, 300 * time.Second},
		{"the first slow step", retry.Policy{}, 10, 12 * time.Minute, 18 * time.Minute},
		{"the second slow step", retry.Policy{}, 11, 48 * time.Minute, 72 * time.Minute},
		{"the last slow step", retry.Policy{}, 16, 19*time.Hour + 12*time.Minute, 28*time.Hour + 48*time.Minute},
		{"fixed", retry.Policy{Strategy: retry.Fixed, InitialDelayMS: 10_000}, 7, 8 * time.Second, 12 * time.Second},
		{"fixed above the longest", retry.Policy{Strategy: retry.Fixed, InitialDelayMS: 10_000, MaxDelayMS: 5_000}, 1, 4 * time.Second, 6 * time.Second},
		{"linear", retry.Policy{Strategy: retry.Linear, InitialDelayMS: 10_000}, 3, 24 * time.Second, 36 * time.Second},
		{"linear at its longest", retry.Policy{Strategy: retry.Linear, InitialDelayMS: 100_000}, 9, 240 * time.Second, 360 * time.Second},
		{"exponential of one's own", retry.Policy{Strategy: retry.Exponential, InitialDelayMS: 5_000, MaxDelayMS: 60_000}, 2, time.Second, 20 * time.Second},
		{"exponential at its longest", retry.Policy{Strategy: retry.Exponential, InitialDelayMS: 5_000, MaxDelayMS: 60_000}, 9, time.Second, 60 * time.Second},
		{"one's own with the slow steps", retry.Policy{Strategy: retry.Fixed, MaxAttempts: 12, SlowPhase: &yes}, 10, 12 * time.Minute, 18 * time.Minute},
	} {
		first := time.Date(2026, 3, 1, 0, 0, 0, 0, time.UTC)
		lo, ok := c.p.Delay(c.n, first, first, 0, 0)
		hi, ok2 := c.p.Delay(c.n, first, first, 0, math.Nextafter(1, 0))
		if !ok || !ok2 || lo != c.lo || hi != c.hi {
			t.Errorf("%s: %s (%v) to %s (%v)", c.name, lo, ok, hi, ok2)
		}
	}
}

func TestAttempts(t *testing.T) {
	t.Parallel()
	yes := true
	for _, c := range []struct {
		name string
		p    retry.Policy
		want int
	}{
		{"default", retry.Policy{}, 17},
		{"own", retry.Policy{MaxAttempts: 3}, 3},
		{"one", retry.Policy{MaxAttempts: 1}, 1},
		{"too many", retry.Policy{MaxAttempts: 99}, 17},
		{"a strategy of one's own", retry.Policy{Strategy: retry.Linear}, 10},
		{"with the slow steps", retry.Policy{Strategy: retry.Linear, SlowPhase: &yes}, 17},
		{"without", retry.Policy{SlowPhase: &never}, 10},
	} {
		if got := c.p.Attempts(); got != c.want {
			t.Errorf("%s: %d", c.name, got)
		}
		first := time.Date(2026, 3, 1, 0, 0, 0, 0, time.UTC)
		if _, ok := c.p.Delay(c.want, first, first, 0, 0.5); ok {
			t.Errorf("%s: another attempt after the last", c.name)
		}
		if _, ok := c.p.Delay(c.want-1, first, first, 0, 0.5); !ok && c.want > 1 {
			t.Errorf("%s: no attempt after the last but one", c.name)
		}
	}
}

func TestRetryAfter(t *testing.T) {
	t.Parallel()
	first := time.Date(2026, 3, 1, 0, 0, 0, 0, time.UTC)
	for _, c := range []struct {
		name  string
		n     int
		now   time.Duration // after the first
		after time.Duration
		want  time.Duration
		ok    bool
	}{
		{"none", 3, 0, 0, 4 * time.Second, true},
		{"in the past", 3, 0, -time.Hour, 4 * time.Second, true},
		{"shorter", 3, 0, 2 * time.Second, 4 * time.Second, true},
		{"longer", 3, 0, time.Minute, time.Minute, true},
		{"no whole second", 3, 0, 90*time.Second + time.Millisecond, 91 * time.Second, true},
		{"a day", 3, 0, 24 * time.Hour, 24 * time.Hour, true},
		{"more than a day", 3, 0, 1000 * time.Hour, 24 * time.Hour, true},
		{"absurd", 3, 0, math.MaxInt64, 24 * time.Hour, true},
		{"just before the end", 3, 48 * time.Hour, 24 * time.Hour, 24 * time.Hour, true},
		{"beyond the end", 3, 48*time.Hour + time.Second, 24 * time.Hour, 24 * time.Hour, false},
		{"the end has passed", 3, 73 * time.Hour, 0, 4 * time.Second, false},
	} {
		got, ok := retry.Policy{}.Delay(c.n, first, first.Add(c.now), c.after, 0.5)
		if got != c.want || ok != c.ok {
			t.Errorf("%s: %s, %v", c.name, got, ok)
		}
	}
}

func anyPolicy(t *rapid.T) retry.Policy {
	p := retry.Policy{
		Strategy:       rapid.SampledFrom([]retry.Strategy{"", retry.Exponential, retry.Linear, retry.Fixed}).Draw(t, "strategy"),
		MaxAttempts:    rapid.IntRange(0, 17).Draw(t, "attempts"),
		InitialDelayMS: rapid.OneOf(rapid.Just(int64(0)), rapid.Int64Range(1000, 300_000)).Draw(t, "initial"),
		MaxDelayMS:     rapid.OneOf(rapid.Just(int64(0)), rapid.Int64Range(1000, 300_000)).Draw(t, "longest"),
	}
	if rapid.Bool().Draw(t, "says") {
		v := rapid.Bool().Draw(t, "slow")
		p.SlowPhase = &v
	}
	return p
}

func TestDelayLaws(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		p := anyPolicy(t)
		n := rapid.IntRange(1, 20).Draw(t, "n")
		first := time.Date(2026, 3, 1, 0, 0, 0, 0, time.UTC)
		now := first.Add(time.Duration(rapid.Int64Range(0, int64(80*time.Hour)).Draw(t, "now")))
		after := time.Duration(rapid.Int64Range(-int64(time.Hour), int64(100*time.Hour)).Draw(t, "after"))
		random := rapid.Float64Range(0, math.Nextafter(1, 0)).Draw(t, "random")
		d, ok := p.Delay(n, first, now, after, random)
		without, _ := p.Delay(n, first, now, 0, random)
		switch {
		case !ok && n >= p.Attempts():
			return
		case d < time.Second || d%time.Second != 0:
			t.Fatalf("%s is no whole second", d)
		case d < without:
			t.Fatalf("Retry-After makes %s of %s", d, without)
		case d < min(after, retry.MaxRetryAfter):
			t.Fatalf("%s is before Retry-After, %s", d, after)
		case without > 29*time.Hour || n <= 9 && without > 6*time.Minute:
			t.Fatalf("%s is longer than any step", without)
		case ok != !now.Add(d).After(first.Add(retry.GiveUpAfter)):
			t.Fatalf("%v at %s", ok, now.Add(d).Sub(first))
		}
	})
}

func TestScheduleEnds(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		p := anyPolicy(t)
		first := time.Date(2026, 3, 1, 0, 0, 0, 0, time.UTC)
		now, n := first, 1
		for ; n < 100; n++ {
			after := time.Duration(rapid.SampledFrom([]int64{0, 0, 0, int64(time.Hour), int64(30 * time.Hour)}).Draw(t, "after"))
			d, ok := p.Delay(n, first, now, after, rapid.Float64Range(0, 0.999).Draw(t, "random"))
			if !ok {
				break
			}
			now = now.Add(d)
		}
		if n > 17 || now.Sub(first) > 72*time.Hour {
			t.Fatalf("%d attempts, the last after %s", n, now.Sub(first))
		}
	})
}

func TestValidate(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name string
		p    retry.Policy
		want []string
	}{
		{"default", retry.Policy{}, nil},
		{"at the bounds", retry.Policy{Strategy: retry.Linear, MaxAttempts: 17, InitialDelayMS: 1000, MaxDelayMS: 300_000, SlowPhase: &never}, nil},
		{"everything", retry.Policy{Strategy: "random", MaxAttempts: -1, InitialDelayMS: 300_001, MaxDelayMS: 999}, []string{"strategy", "max_attempts", "initial_delay_ms", "max_delay_ms"}},
		{"both delays", retry.Policy{InitialDelayMS: 1, MaxDelayMS: 2}, []string{"initial_delay_ms", "max_delay_ms"}},
		{"too many", retry.Policy{MaxAttempts: 18}, []string{"max_attempts"}},
		{"the wrong way round", retry.Policy{InitialDelayMS: 2000, MaxDelayMS: 1000}, []string{"max_delay_ms"}},
		{"negative", retry.Policy{InitialDelayMS: -1}, []string{"initial_delay_ms"}},
	} {
		for range 20 { // the order is the same each time
			var got []string
			for _, f := range c.p.Validate("/actions/0/retry") {
				got = append(got, f.Location[len("/actions/0/retry/"):])
			}
			if fmt.Sprint(got) != fmt.Sprint(c.want) {
				t.Errorf("%s: %v, expected %v", c.name, got, c.want)
				break
			}
		}
	}
}

func BenchmarkDelay(b *testing.B) {
	first := time.Date(2026, 3, 1, 0, 0, 0, 0, time.UTC)
	for b.Loop() {
		retry.Policy{}.Delay(3, first, first, 0, 0.5)
	}
}
