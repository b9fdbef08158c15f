package deliver

import (
	"testing"
	"time"

	"guardrails/shared/outbox"
)

func TestTransitions(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)
	after := func(d time.Duration) time.Time { return now.Add(d) }
	e := outbox.Row{ID: "evt_01jd3zk8q4x5v6w7y8z9a0b1c2", Data: "{}"}
	first := First(e, "rul_1", 1, "dst_1")
	fresh := begin(tenantOf(0), first, e, now)
	taken, _ := claim(fresh, first, now, "a", machineLease)
	failed := fail(taken, Attempt{Number: 1}, now, 10*time.Second, true).row
	second := failed.Ticket()
	slow := fail(taken, Attempt{Number: 1}, now, time.Hour, true).row
	claimed := func(r Row, ticket Ticket, at time.Time) Row {
		r, _ = claim(r, ticket, at, "b", machineLease)
		return r
	}
	postponed := func(r Row, ticket Ticket, at, until time.Time, sent bool) Row {
		r, _ = postpone(r, ticket, at, until, sent)
		return r
	}
	turned := first
	turned.Turn, turned.Asked, turned.Waits = 7, 6, 5
	for _, c := range []struct {
		name   string
		got    Row
		status Status
		owner  string
		n      int
		due    time.Time // zero if it is not due
		not    time.Time // NotBefore
	}{
		{"a first message", taken, Delivering, "a", 1, time.Time{}, time.Time{}},
		{"a second message while it is attempted", claimed(taken, first, after(time.Second)), Delivering, "a", 1, after(machineLease), time.Time{}},
		{"a message after the lease is over: the late owner may delete it", claimed(taken, first, after(machineLease)), Delivering, "b", 1, after(2*machineLease + Grace), time.Time{}},
		{"a failure", failed, Pending, "", 2, after(10*time.Second + Grace), after(10 * time.Second)},
		{"a failure with a long delay", slow, Pending, "", 2, after(time.Hour), after(time.Hour)},
		{"a message that is too early", claimed(failed, second, after(8*time.Second)), Pending, "", 2, after(10*time.Second + Grace), after(10 * time.Second)},
		{"a message that is a little early", claimed(failed, second, after(9*time.Second)), Delivering, "b", 2, after(9*time.Second + machineLease + Grace), time.Time{}},
		{"a message of the attempt before, whose worker died", claimed(failed, first, after(time.Hour)), Pending, "", 2, after(time.Hour), after(10 * time.Second)},
		{"parked", park(fresh, first, now, after(time.Minute)), Parked, "", 1, after(time.Minute), after(time.Minute)},
		{"parked while it is attempted", park(taken, first, now, after(time.Minute)), Delivering, "a", 1, after(machineLease), time.Time{}},
		{"parked for less than it waits", park(slow, slow.Ticket(), now, after(time.Minute)), Pending, "", 2, after(time.Hour), after(time.Hour)},
		{"postponed with a message", postponed(fresh, first, now, after(time.Minute), true), Pending, "", 1, after(time.Minute + Grace), after(time.Minute)},
		{"postponed without a message", postponed(fresh, first, now, after(time.Hour), false), Pending, "", 1, after(time.Hour), after(time.Hour)},
		{"postponed while it waits", postponed(slow, slow.Ticket(), now, after(2*time.Hour), false), Pending, "", 2, after(time.Hour), after(time.Hour)},
		{"postponed by a message of the attempt before", postponed(park(failed, second, after(time.Minute), after(time.Hour)), first, now, after(2*time.Hour), false), Parked, "", 2, after(time.Hour), after(time.Hour)},
		{"postponed while it is attempted", postponed(taken, first, now, after(time.Hour), false), Delivering, "a", 1, after(machineLease), time.Time{}},
		{"arrived", succeed(taken, Attempt{Number: 1}, now), Done, "", 1, time.Time{}, time.Time{}},
		{"canceled", cancel(failed, "cancelled", now), Cancelled, "", 2, time.Time{}, time.Time{}},
	} {
		due, not := time.Time{}, time.Time{}
		if c.got.DueAt != 0 {
			due = time.Unix(c.got.DueAt, 0).UTC()
		}
		if c.got.NotBefore != 0 {
			not = fromMS(c.got.NotBefore)
		}
		if c.got.Status != c.status || c.got.Owner != c.owner || c.got.Attempt != c.n || !due.Equal(c.due) || !not.Equal(c.not) {
			t.Errorf("%s: %s of %q, attempt %d, due %s, not before %s", c.name, c.got.Status, c.got.Owner, c.got.Attempt, due, not)
		}
	}
	waits := postponed(fresh, turned, now, after(time.Hour), false)
	if got := waits.Ticket(); got.Turn != 7 || got.Asked != 6 || got.Waits != 5 {
		t.Errorf("a delivery forgets its turn while it waits for it: %+v", got)
	}
	if got := claimed(waits, waits.Ticket(), after(time.Hour)).Ticket(); got.Turn != 0 || got.Waits != 0 {
		t.Errorf("a turn counts for a second attempt: %+v", got)
	}
}

func TestRetryByHand(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)
	e := outbox.Row{ID: "evt_01jd3zk8q4x5v6w7y8z9a0b1c2", Data: "{}"}
	first := First(e, "rul_1", 1, "dst_1")
	taken, _ := claim(begin(tenantOf(0), first, e, now), first, now, "a", machineLease)
	if _, ok := again(taken, now); ok {
		t.Error("an attempt under way is begun anew")
	}
	dead := fail(taken, Attempt{Number: 1, Code: "http_400"}, now, 0, false).row
	for name, r := range map[string]Row{"dead": dead, "delivered": succeed(taken, Attempt{Number: 1}, now)} {
		got, ok := again(r, now.Add(time.Hour))
		if !ok || got.Attempt != 2 || got.Base != 1 || got.FirstAt != 0 || got.Status != Pending || got.DueAt == 0 || got.Reason != "" {
			t.Errorf("%s: %+v", name, got)
		}
		if again, _ := again(got, now.Add(2*time.Hour)); again.Attempt != 2 || again.Base != 1 {
			t.Errorf("%s, twice: %+v", name, again)
		}
	}
}

func TestBreaker(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)
	fail := func(b Breaker, at time.Time, wins int64) (Breaker, bool) { return b.failed(1, "a", wins, 5, at, 0.5) }
	b, opened := Breaker{}, false
	for i := range 5 {
		if opened || !b.allow(now).pass {
			t.Fatalf("open after %d failures", i)
		}
		b, opened = fail(b, now.Add(time.Duration(i)*time.Second), 0)
	}
	if until := fromMS(b.OpenUntil); !opened || until.Before(now.Add(34*time.Second)) || until.After(now.Add(38*time.Second)) || b.allow(now.Add(33*time.Second)).pass {
		t.Errorf("%v, %+v", opened, b)
	}
	if late, again := fail(b, now.Add(10*time.Second), 0); again || late.OpenUntil != b.OpenUntil {
		t.Errorf("one that began before counts: %+v", late)
	}
	probed := now.Add(40 * time.Second)
	if !b.allow(probed).probe {
		t.Error("nobody may probe")
	}
	half := b.takeProbe("a", probed, machineLease)
	if half.allow(probed).probe || half.allow(probed).pass || !half.allow(probed.Add(machineLease)).probe {
		t.Error("two may probe, or nobody after one was killed")
	}
	if other, _ := half.succeeded("b", probed); other.State != HalfOpen {
		t.Error("another's success closes it")
	}
	for i, want := range []int64{60_000, 120_000, 240_000, 300_000, 300_000} {
		b, _ = b.takeProbe("a", probed, machineLease).failed(1, "a", 0, 5, probed, 0)
		if b.OpenFor != want || b.State != Open || b.FailingSince != ms(now) {
			t.Errorf("probe %d: %+v", i, b)
		}
	}
	if b.hopeless(now.Add(71*time.Hour)) || !b.hopeless(now.Add(72*time.Hour)) {
		t.Error("hopeless at another time than after 72 hours")
	}
	closed, changed := b.takeProbe("a", probed, machineLease).succeeded("a", probed)
	if !changed || !closed.allow(probed).pass || closed.FailingSince != 0 || !closed.recovering(probed) || closed.recovering(probed.Add(recoverFor)) {
		t.Errorf("%+v", closed)
	}
	few := Breaker{}
	for i := range 40 {
		few, opened = fail(few, now.Add(time.Duration(i)*time.Second), int64(2*i+2))
		if opened {
			t.Fatalf("it opens with a third of the attempts failing, after %d", i)
		}
	}
	rare := Breaker{}
	for i := range 40 {
		if rare, opened = fail(rare, now.Add(time.Duration(i)*20*time.Second), 0); opened {
			t.Fatalf("it opens with three failures a minute, after %d", i)
		}
	}
}

func TestSuspicion(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)
	b, _ := Breaker{}.failed(2, "a", 10, 5, now, 0)
	for _, c := range []struct {
		name string
		b    Breaker
		wins int64
		most int
		at   time.Time
		want bool
	}{
		{"the first failures", b, 10, 4, now, true},
		{"as many arrived since", b, 12, 4, now, true},
		{"more arrived since", b, 13, 4, now, false},
		{"enough slots are held", b, 10, 1, now, false},
		{"a minute later", b, 10, 4, now.Add(time.Minute), false},
		{"it is open", b.open(time.Minute, now, 0), 10, 4, now, false},
		{"nothing failed", Breaker{}, 0, 4, now, false},
	} {
		if got := c.b.suspect(c.wins, c.most, c.at); got != c.want {
			t.Errorf("%s: %v", c.name, got)
		}
	}
}

func TestTurnsWhileItRecovers(t *testing.T) {
	t.Parallel()
	closed := time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)
	b := Breaker{ClosedAt: ms(closed)}
	cost := 20 * time.Millisecond
	seconds := make([]int, 12)
	for n := range 200 {
		if at := int(b.turn(closed, n, cost).Sub(closed) / time.Second); at < len(seconds) {
			seconds[at]++
		}
	}
	for i, want := range []int{1, 2, 4, 8, 16, 32, 50, 50} {
		if d := seconds[i] - want; d < -1 || d > 1 {
			t.Errorf("second %d: %v", i, seconds)
		}
	}
	if got := b.turn(closed.Add(time.Hour), 3, cost).Sub(closed); got != time.Hour+3*cost {
		t.Error(got)
	}
	if got := (Breaker{}).turn(closed, 3, cost).Sub(closed); got != 3*cost {
		t.Error(got)
	}
}
