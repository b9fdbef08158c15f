package deliver

import (
	"errors"
	"fmt"
	"testing"
	"testing/synctest"
	"time"

	"guardrails/events"
	"guardrails/shared/clock"
	"guardrails/shared/errs"
	"guardrails/shared/fntest"
	"guardrails/shared/id"
	"guardrails/shared/outbox"
	"guardrails/shared/table"
	"guardrails/shared/tenant"
)

// stores are the two stores of a case: the model's or the real ones.
type stores struct {
	rows     rows
	controls controls
	due      func(shard string, until time.Time) ([]string, error)
	scope    tenant.Scope
	other    tenant.Scope
}

// conformance is what every implementation of rows and controls does: each case has a destination and events of its own.
func conformance() map[string]func(t *testing.T, s stores, name string) {
	now := time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)
	row := func(s stores, name string) Row {
		e := outbox.Row{ID: id.Derived(id.Event, now, []byte(name)), Type: events.DestinationTestedType, Data: "{}"}
		return begin(s.scope, First(e, "rul_1", 3, name), e, now)
	}
	claimOf := func(at time.Time, slots ...string) Claim {
		return Claim{Now: at, Slots: slots, Expires: at.Add(25 * time.Second), Cap: 3, Tokens: len(slots), Cost: 20 * time.Millisecond}
	}
	take := func(t *testing.T, s stores, name string, q Claim) (Control, time.Time) {
		t.Helper()
		c, at, err := s.controls.Claim(t.Context(), s.scope, name, q)
		if err != nil {
			t.Fatalf("claim %+v: %v, %+v", q, err, c)
		}
		return c, at
	}
	busy := func(t *testing.T, s stores, name string, q Claim) Control {
		t.Helper()
		c, _, err := s.controls.Claim(t.Context(), s.scope, name, q)
		if !errors.Is(err, errBusy) {
			t.Fatalf("claim %+v: %v, %+v, expected it to be busy", q, err, c)
		}
		return c
	}
	breaker := func(t *testing.T, s stores, name string, rev int64, b Breaker) Control {
		t.Helper()
		c, err := s.controls.Swap(t.Context(), s.scope, name, rev, b)
		if err != nil {
			t.Fatal(err)
		}
		return c
	}
	return map[string]func(t *testing.T, s stores, name string){
		"a row that is not there": func(t *testing.T, s stores, name string) {
			if _, err := s.rows.Read(t.Context(), s.scope, row(s, name).ID); !errors.Is(err, errs.NotFound) {
				t.Error(err)
			}
			if got, err := s.rows.Swap(t.Context(), s.scope, 4, row(s, name)); !errors.Is(err, table.ErrCondition) || got.Rev != 0 {
				t.Errorf("%+v, %v", got, err)
			}
		},
		"a row is swapped by its revision": func(t *testing.T, s stores, name string) {
			first, err := s.rows.Swap(t.Context(), s.scope, 0, row(s, name))
			if err != nil || first.Rev != 1 {
				t.Fatalf("%+v, %v", first, err)
			}
			got, err := s.rows.Swap(t.Context(), s.scope, 0, row(s, name))
			if !errors.Is(err, table.ErrCondition) || got.Rev != 1 || got.ID != first.ID {
				t.Errorf("begun twice: %+v, %v", got, err)
			}
			next, _ := claim(first, First(outbox.Row{ID: first.Event}, "rul_1", 3, name), now, "me", time.Minute)
			second, err := s.rows.Swap(t.Context(), s.scope, 1, next)
			if err != nil || second.Rev != 2 {
				t.Fatalf("%+v, %v", second, err)
			}
			if got, err := s.rows.Swap(t.Context(), s.scope, 1, next); !errors.Is(err, table.ErrCondition) || got.Owner != "me" || got.Rev != 2 {
				t.Errorf("an old revision: %+v, %v", got, err)
			}
			if got, err := s.rows.Read(t.Context(), s.scope, first.ID); err != nil || got.Rev != 2 || got.Status != Delivering || got.LeaseUntil != ms(now.Add(time.Minute)) {
				t.Errorf("%+v, %v", got, err)
			}
			if _, err := s.rows.Read(t.Context(), s.other, first.ID); !errors.Is(err, errs.NotFound) {
				t.Errorf("another tenant reads it: %v", err)
			}
		},
		"a row keeps everything": func(t *testing.T, s stores, name string) {
			r := fail(row(s, name), Attempt{Number: 1, At: ms(now), Took: 12, Status: 503, Code: "http_503", Response: "no"}, now, time.Hour, true).row
			r.Turn, r.Asked, r.Waits = 5, 4, 3
			if _, err := s.rows.Swap(t.Context(), s.scope, 0, r); err != nil {
				t.Fatal(err)
			}
			got, err := s.rows.Read(t.Context(), s.scope, r.ID)
			got.Rev, got.Writer, got.State, got.UpdatedAt = r.Rev, r.Writer, r.State, r.UpdatedAt
			if fmt.Sprintf("%+v", got) != fmt.Sprintf("%+v", r) || err != nil {
				t.Errorf("\n%+v\n%+v, %v", got, r, err)
			}
		},
		"the index of what is due": func(t *testing.T, s stores, name string) {
			r := row(s, name).due(now.Add(time.Minute))
			shows := func(until time.Time) bool {
				list, err := s.due(r.DueShard, until)
				if err != nil {
					t.Fatal(err)
				}
				for _, got := range list {
					if got == r.ID {
						return true
					}
				}
				return false
			}
			written, err := s.rows.Swap(t.Context(), s.scope, 0, r)
			if err != nil || !shows(now.Add(time.Minute)) || shows(now.Add(time.Minute-time.Second)) {
				t.Errorf("%+v, %v", written, err)
			}
			if _, err := s.rows.Swap(t.Context(), s.scope, 1, written.notDue()); err != nil || shows(now.Add(time.Hour)) {
				t.Errorf("it is still due: %v", err)
			}
		},
		"slots are as many as there are": func(t *testing.T, s stores, name string) {
			take(t, s, name, claimOf(now, "a", "b"))
			if c := busy(t, s, name, claimOf(now, "c", "d")); c.busy(now) != 2 {
				t.Errorf("%+v", c)
			}
			if c, _ := take(t, s, name, claimOf(now, "c")); c.busy(now) != 3 {
				t.Errorf("%+v", c)
			}
			busy(t, s, name, claimOf(now, "d"))
			if err := s.controls.Release(t.Context(), s.scope, name, []string{"a", "c"}, 2); err != nil {
				t.Fatal(err)
			}
			if c, _ := take(t, s, name, claimOf(now, "d", "e")); c.busy(now) != 3 || c.Wins != 2 || c.Slots["a"] != 0 || c.Slots["d"] != ms(now.Add(25*time.Second)) {
				t.Errorf("%+v", c)
			}
		},
		"slots of those who do not come back end": func(t *testing.T, s stores, name string) {
			take(t, s, name, claimOf(now, "a", "b", "c"))
			busy(t, s, name, claimOf(now.Add(24*time.Second), "d"))
			if c, _ := take(t, s, name, claimOf(now.Add(25*time.Second), "d", "e")); c.busy(now.Add(25*time.Second)) != 2 {
				t.Errorf("%+v", c)
			}
		},
		"tokens are apart": func(t *testing.T, s stores, name string) {
			none := claimOf(now)
			for i, want := range []time.Duration{0, 60 * time.Millisecond, 120 * time.Millisecond} {
				none.Tokens = 3
				if c, at := take(t, s, name, none); at.Sub(now) != want || c.Next != now.Add(want+60*time.Millisecond).UnixMicro() {
					t.Errorf("claim %d begins at %s, %+v", i, at.Sub(now), c)
				}
			}
			none.Now = now.Add(time.Minute)
			if _, at := take(t, s, name, none); at != none.Now {
				t.Errorf("after a rest it begins at %s", at)
			}
		},
		"tokens without a slot": func(t *testing.T, s stores, name string) {
			take(t, s, name, claimOf(now, "a", "b", "c"))
			q := claimOf(now)
			q.Tokens = 2
			if c, at := take(t, s, name, q); c.busy(now) != 3 || at.Sub(now) != 60*time.Millisecond {
				t.Errorf("%s, %+v", at.Sub(now), c)
			}
		},
		"a breaker that is open lets the probe through alone": func(t *testing.T, s stores, name string) {
			take(t, s, name, claimOf(now, "a"))
			c := breaker(t, s, name, 0, Breaker{State: Open, OpenUntil: ms(now.Add(time.Minute)), OpenFor: 60_000, FailingSince: ms(now)})
			if c.Rev != 1 || c.Breaker.State != Open {
				t.Errorf("%+v", c)
			}
			if c := busy(t, s, name, claimOf(now, "b")); c.Breaker.OpenFor != 60_000 || c.busy(now) != 1 {
				t.Errorf("%+v", c)
			}
			if c := busy(t, s, name, claimOf(now.Add(2*time.Minute), "b")); !c.Breaker.allow(now.Add(2 * time.Minute)).probe {
				t.Errorf("%+v", c)
			}
			q := claimOf(now.Add(2*time.Minute), "b")
			q.Probe = true
			take(t, s, name, q)
		},
		"a breaker that opens between two looks": func(t *testing.T, s stores, name string) {
			c, _ := take(t, s, name, claimOf(now, "a"))
			breaker(t, s, name, 0, c.Breaker.takeProbe("me", now, time.Minute))
			breaker(t, s, name, 1, Breaker{})
			q := claimOf(now, "b")
			q.Known = Control{Breaker: Breaker{State: HalfOpen, Probe: "me", ProbeUntil: ms(now.Add(time.Minute))}, Rev: 1}
			if c, _ := take(t, s, name, q); c.Breaker.State != "" || c.Breaker.Probe != "" {
				t.Errorf("what it was before shows through: %+v", c)
			}
		},
		"breakers are swapped by their revision": func(t *testing.T, s stores, name string) {
			if c, err := s.controls.Swap(t.Context(), s.scope, name, 0, Breaker{}); !errors.Is(err, table.ErrCondition) || c.Rev != 0 {
				t.Errorf("one that is not there: %+v, %v", c, err)
			}
			take(t, s, name, claimOf(now, "a"))
			b, _ := Breaker{}.failed(1, "me", 0, 5, now, 0)
			if c := breaker(t, s, name, 0, b); c.Rev != 1 || len(c.Breaker.Failures) != 1 || c.busy(now) != 1 {
				t.Errorf("%+v", c)
			}
			c, err := s.controls.Swap(t.Context(), s.scope, name, 0, Breaker{State: Open})
			if !errors.Is(err, table.ErrCondition) || c.Rev != 1 || len(c.Breaker.Failures) != 1 || c.Breaker.State != "" {
				t.Errorf("%+v, %v", c, err)
			}
			if c, err := s.controls.Get(t.Context(), s.scope, name); err != nil || c.Rev != 1 || c.Breaker.FailingSince != ms(now) {
				t.Errorf("%+v, %v", c, err)
			}
			if c, err := s.controls.Get(t.Context(), s.other, name); err != nil || c.Rev != 0 || c.Slots != nil {
				t.Errorf("another tenant's: %+v, %v", c, err)
			}
		},
		"one that recovers lets those through who know": func(t *testing.T, s stores, name string) {
			take(t, s, name, claimOf(now.Add(-time.Hour), "x"))
			breaker(t, s, name, 0, Breaker{ClosedAt: ms(now)})
			c := busy(t, s, name, claimOf(now, "a"))
			q := claimOf(now)
			q.Known, q.Tokens = c, 4
			// One in the first second, two in the next, then four.
			c, at := take(t, s, name, q)
			if at != now || c.Next != now.Add(2*time.Second+250*time.Millisecond).UnixMicro() {
				t.Errorf("%s until %s", at.Sub(now), time.UnixMicro(c.Next).Sub(now))
			}
			// What is known may be old.
			if c, at := take(t, s, name, q); at.Sub(now) != 2250*time.Millisecond {
				t.Errorf("%s, %+v", at.Sub(now), c)
			}
			if c, _ := take(t, s, name, claimOf(now.Add(recoverFor), "b")); c.Breaker.ClosedAt != ms(now) {
				t.Errorf("%+v", c)
			}
		},
		"what is not there is given back": func(t *testing.T, s stores, name string) {
			if err := s.controls.Release(t.Context(), s.scope, name, []string{"a"}, 1); err != nil {
				t.Error(err)
			}
			if c, err := s.controls.Get(t.Context(), s.scope, name); err != nil || c.Slots != nil || c.Wins != 0 {
				t.Errorf("%+v, %v", c, err)
			}
		},
	}
}

func TestModelConforms(t *testing.T) {
	t.Parallel()
	for name, c := range conformance() {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				p := &process{world: newWorld(1), name: "worker"}
				c(t, stores{
					rows: rowsModel{p}, controls: controlsModel{p}, scope: tenantOf(0), other: tenantOf(1),
					due: func(shard string, until time.Time) (out []string, err error) {
						time.Sleep(indexLag)
						list, err := p.dueItems(t.Context(), shard, until, 10)
						for _, d := range list {
							out = append(out, d.ID)
						}
						return out, err
					},
				}, "dst_1")
			})
		})
	}
}

// TestARowAndItsEventAreWrittenTogether holds the store to what is told of a delivery: a row that is not written tells of
// nothing.
func TestARowAndItsEventAreWrittenTogether(t *testing.T) {
	t.Parallel()
	sys := fntest.New(t, nil, nil)
	env := sys.Env()
	scope, now := sys.Tenant(t).Scope(t), clock.System().Now()
	rows := NewRows(env.Table(table.Deliveries), env.IDs, env.Clock).Telling(env.Outbox())
	e := outbox.Row{ID: env.IDs.New(id.Event)}
	first := begin(scope, First(e, "rul_1", 1, env.IDs.New(id.Destination)), e, now).end(Dead, "http_400", now)
	told := func() int {
		t.Helper()
		var list []outbox.Row
		if _, err := env.Table(table.Events).Query(t.Context(), scope, table.Page{Part: table.PartEvents, Limit: 10}, &list); err != nil {
			t.Fatal(err)
		}
		return len(list)
	}
	before, failed := told(), Plan{Alert: true}.failure(first)
	if got, err := rows.Swap(t.Context(), scope, 4, first, failed...); !errors.Is(err, table.ErrCondition) || got.Rev != 0 || told() != before {
		t.Errorf("a revision that is not there: %+v, %v, %d events", got, err, told())
	}
	if got, err := rows.Swap(t.Context(), scope, 0, first, failed...); err != nil || got.Rev != 1 || told() != before+1 {
		t.Errorf("%+v, %v, %d events", got, err, told())
	}
	if got, err := rows.Swap(t.Context(), scope, 0, first, failed...); !errors.Is(err, table.ErrCondition) || got.Rev != 1 || got.Status != Dead || told() != before+1 {
		t.Errorf("again: %+v, %v, %d events", got, err, told())
	}
}

func TestStoresConform(t *testing.T) {
	t.Parallel()
	sys := fntest.New(t, nil, nil)
	deliveries := sys.Env().Table(table.Deliveries)
	scope, other := sys.Tenant(t).Scope(t), sys.Tenant(t).Scope(t)
	ids := id.NewGenerator(clock.System(), nil)
	for name, c := range conformance() {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c(t, stores{
				rows: NewRows(deliveries, ids, clock.System()), controls: NewControls(deliveries), scope: scope, other: other,
				due: func(shard string, until time.Time) (out []string, err error) {
					list, err := deliveries.Due(t.Context(), shard, until, 100)
					for _, d := range list {
						out = append(out, d.Key.Sort)
					}
					return out, err
				},
			}, ids.New(id.Destination))
		})
	}
}
