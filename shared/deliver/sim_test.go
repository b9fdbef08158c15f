package deliver

import (
	"context"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"guardrails/shared/id"
	"guardrails/shared/outbox"
	"guardrails/shared/queue"
	"guardrails/shared/tenant"
)

// oneRule sends every event to the tenant's one destination.
func oneRule(s tenant.Scope, _ outbox.Row) []Want {
	return []Want{{Rule: "rul_1", Version: 1, Destination: "dst_" + s.TenantID()}}
}

// simple is a world of n tenants with a destination each.
func simple(seed uint64, n int, d Destination) *world {
	w := newWorld(seed)
	w.match = oneRule
	for i := range n {
		w.destination("dst_"+tenantOf(i).TenantID(), d)
	}
	return w
}

// offer commits the i-th event and sends its message, at this instant and without a fault. The net has seen it.
func (w *world) offer(s tenant.Scope, i int) {
	w.mu.Lock()
	defer w.mu.Unlock()
	e := w.event(i)
	w.known[e.ID] = e
	w.events = append(w.events, committed{e, s, time.Now()})
	for _, want := range w.match(s, e) {
		w.sent++
		w.queue.send(s, queue.Message{Body: First(e, want.Rule, want.Version, want.Destination)})
	}
}

// offers spreads n events of a tenant over a time.
func (w *world) offers(s tenant.Scope, first, n int, over time.Duration) {
	for i := range n {
		w.offer(s, first+i)
		time.Sleep(over / time.Duration(n))
	}
}

// asked is when a destination got its requests.
func (w *world) asked(destination string) []time.Time {
	w.mu.Lock()
	defer w.mu.Unlock()
	return slices.Clone(w.hits[destination])
}

func TestDeadEndpoint(t *testing.T) {
	t.Parallel()
	kinds := map[string]answer{"503 at once": {status: 503, takes: time.Millisecond}, "connection refused": {refuse: true}, "hangs until the timeout": {hang: true}}
	for name, a := range kinds {
		for _, workers := range []int{1, 10, 50, 200} {
			if small() && workers != 50 {
				continue
			}
			t.Run(fmt.Sprintf("%s, %d workers", name, workers), func(t *testing.T) {
				t.Parallel()
				synctest.Test(t, func(t *testing.T) {
					w := simple(1, 1, Destination{})
					w.mutant = withoutNet
					w.limits.PerSecond = 50
					w.answer = func(string, int, *rand.Rand) answer { return a }
					y := run(w, workers)
					offered := 60_000
					if workers != 50 || small() {
						offered /= 5 // for the sake of time: hits follow from who may ask, not from how much waits
					}
					w.offers(tenantOf(0), 0, offered, 10*time.Minute)
					hits := w.asked("dst_ten_0")
					y.stop()
					t.Logf("%d hits in 10 minutes, at %v", len(hits), times(hits))
					if len(hits) > 12 {
						t.Errorf("%d hits in 10 minutes, expected at most 12", len(hits))
					}
				})
			})
		}
	}
}

// times are how long after the first one each is.
func times(hits []time.Time) []time.Duration {
	var out []time.Duration
	for _, h := range hits {
		out = append(out, h.Sub(hits[0]).Round(100*time.Millisecond))
	}
	return out
}

func TestRampAfterRecovery(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		w := simple(2, 1, Destination{Concurrency: 50})
		w.mutant = withoutNet
		w.limits.PerSecond = 50
		start := time.Now()
		var well time.Time
		w.answer = func(string, int, *rand.Rand) answer {
			if time.Since(start) < 3*time.Minute {
				return answer{status: 503}
			}
			if well.IsZero() {
				well = time.Now()
			}
			return answer{}
		}
		y := run(w, 50)
		w.offers(tenantOf(0), 0, 15_000, 5*time.Minute)
		perSecond := make([]int, 30)
		for _, h := range w.asked("dst_ten_0") {
			// The probe closes the breaker a moment after it was answered.
			if at := int(h.Sub(well) / time.Second); !h.Before(well) && at < len(perSecond) {
				perSecond[at]++
			}
		}
		drained := y.drain(6 * time.Hour)
		y.stop()
		t.Log("attempts a second after the recovery:", perSecond)
		if perSecond[0] > 3 || perSecond[1] > 4 || perSecond[2] > 7 || perSecond[3] > 14 || slices.Max(perSecond) > 80 {
			t.Errorf("it is not asked slowly at first: %v", perSecond)
		}
		if f := w.check(); !drained || !f.clean() || perSecond[20] < 30 {
			t.Errorf("drained: %v, %+v", drained, f)
		}
	})
}

func TestTransientFailures(t *testing.T) {
	t.Parallel()
	n := 20_000
	if small() {
		n = 2_000
	}
	synctest.Test(t, func(t *testing.T) {
		w := simple(3, 4, Destination{Concurrency: 50})
		w.answer = func(_ string, _ int, r *rand.Rand) answer {
			switch x := r.Float64(); {
			case x < 0.16:
				return answer{status: 503}
			case x < 0.18:
				return answer{refuse: true}
			case x < 0.2:
				return answer{status: 429, retryAfter: 20 * time.Second}
			}
			return answer{}
		}
		y := run(w, 20)
		for i := range n {
			w.offer(tenantOf(i%4), i)
			time.Sleep(10 * time.Millisecond)
		}
		drained := y.drain(80 * time.Hour)
		y.stop()
		f := w.check()
		t.Logf("of %d deliveries with 20 %% of attempts failing, %d failed for good (%.3f %%), with %d requests", f.deliveries, f.lost, 100*float64(f.lost)/float64(f.deliveries), f.requests)
		if !drained || f.lost*100 >= f.deliveries || f.stuck > 0 || f.poison > 0 || f.twice > 0 {
			t.Errorf("drained: %v, %+v", drained, f)
		}
	})
}

func TestWholeSchedule(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		w := simple(4, 40, Destination{})
		w.mutant = withoutNet
		w.limits.BreakerFailures = 1000
		w.answer = func(string, int, *rand.Rand) answer { return answer{status: 503} }
		y := run(w, 5)
		for i := range 40 {
			w.offer(tenantOf(i), i)
		}
		drained := y.drain(100 * time.Hour)
		y.stop()
		if !drained {
			t.Error("a delivery does not end")
		}
		for i := range 40 {
			hits := w.hits["dst_"+tenantOf(i).TenantID()]
			last := hits[len(hits)-1].Sub(hits[0])
			if i == 0 {
				t.Log(times(hits))
			}
			if len(hits) > 17 || len(hits) < 12 || last > 72*time.Hour+time.Minute || last < 40*time.Hour {
				t.Errorf("%d attempts, the last after %s: %v", len(hits), last, times(hits))
			}
		}
		for _, r := range w.rows {
			if r.row.Status != Dead || r.row.Reason != "http_503" || r.row.DueAt != 0 {
				t.Errorf("%+v", r.row)
			}
		}
	})
}

func TestClockJumps(t *testing.T) {
	t.Parallel()
	n := 20_000
	if small() {
		n = 2_000
	}
	_, f := chaos{events: n, seed: 5, faults: usual(0.0005), skew: 30 * time.Minute}.run(t)
	t.Logf("%+v", f)
	if !f.clean() {
		t.Errorf("%+v", f)
	}
}

func TestQueueOutage(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		w := simple(6, 3, Destination{Concurrency: 50})
		y := run(w, 20)
		down := func(v bool) {
			w.mu.Lock()
			defer w.mu.Unlock()
			w.faults.queueDown = v
		}
		for i := range 3000 {
			switch i {
			case 500:
				down(true)
			case 2500:
				down(false)
			}
			y.done.Go(func() { y.process("publisher").publish(context.Background(), tenantOf(i%3), w.event(i)) })
			time.Sleep(300 * time.Millisecond)
		}
		drained := y.drain(2 * time.Hour)
		y.stop()
		f := w.check()
		t.Logf("%+v", f)
		if !drained || !f.clean() || f.twice > 0 {
			t.Errorf("drained: %v, %+v", drained, f)
		}
	})
}

func TestRateOfABacklog(t *testing.T) {
	t.Parallel()
	n := 100_000
	if small() {
		n = 10_000
	}
	synctest.Test(t, func(t *testing.T) {
		w := simple(7, 1, Destination{})
		w.limits.PerSecond = 50
		y := run(w, 50)
		start := time.Now()
		for i := range n {
			w.offer(tenantOf(0), i)
		}
		drained := y.drain(3 * time.Hour)
		y.stop()
		hits := w.hits["dst_ten_0"]
		took := hits[len(hits)-1].Sub(start)
		// At first the workers have their hands full with asking for everybody's turn, and those whose turn it is come late.
		most := [2]int{}
		for i, j := 0, 0; i < len(hits); i++ {
			for hits[i].Sub(hits[j]) > 10*time.Second {
				j++
			}
			k := 0
			if hits[i].Sub(start) > time.Minute {
				k = 1
			}
			most[k] = max(most[k], i-j+1)
		}
		f := w.check()
		t.Logf("%d deliveries at 50 a second took %s, at most %d in 10 s, %d after a minute; %.2f messages sent per delivery, %d resent by the net", n, took.Round(time.Second), most[0], most[1],
			float64(w.sent)/float64(n), w.metrics.Value("events_resent"))
		if !drained || !f.clean() || f.twice > 0 {
			t.Errorf("drained: %v, %+v", drained, f)
		}
		if most[0] > 750 || most[1] > 550 || w.sent > 4*n || took > time.Duration(n)*time.Second/50*13/10 {
			t.Errorf("took %s with %d messages, %d attempts within 10 s", took, w.sent, most)
		}
	})
}

func TestSlowReceiverOfABacklog(t *testing.T) {
	t.Parallel()
	n := 5_000
	if small() {
		n = 1_000
	}
	synctest.Test(t, func(t *testing.T) {
		w := simple(8, 1, Destination{Concurrency: 4})
		w.answer = func(string, int, *rand.Rand) answer { return answer{takes: 5 * time.Second} }
		y := run(w, 50)
		start := time.Now()
		for i := range n {
			w.offer(tenantOf(0), i)
		}
		drained := y.drain(24 * time.Hour)
		y.stop()
		hits := w.hits["dst_ten_0"]
		took := hits[len(hits)-1].Sub(start)
		least := time.Duration(n) * 5 * time.Second / 4
		f := w.check()
		t.Logf("%d deliveries of 5 s, four at once, took %s (%.2f of the least), %.2f messages sent per delivery", n, took.Round(time.Second),
			float64(took)/float64(least), float64(w.sent)/float64(n))
		if w.most["dst_ten_0"] > 4 {
			t.Errorf("%d attempts at once", w.most["dst_ten_0"])
		}
		if !drained || !f.clean() || f.twice > 0 || w.sent > 25*n || took > 3*least {
			t.Errorf("drained: %v, %+v", drained, f)
		}
	})
}

func TestSlotsOfTheKilledComeBack(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		w := simple(9, 1, Destination{Concurrency: 2})
		w.mutant = withoutNet
		w.faults.kill = 0.05
		w.answer = func(string, int, *rand.Rand) answer { return answer{takes: time.Second} }
		y := run(w, 10)
		w.offers(tenantOf(0), 0, 300, 10*time.Minute)
		w.mu.Lock()
		w.faults = faults{}
		w.mu.Unlock()
		before := len(w.asked("dst_ten_0"))
		drained := y.drain(3 * time.Hour)
		y.stop()
		f := w.check()
		t.Logf("%d kills, %d of %d requests before them", f.kills, before, f.requests)
		if !drained || f.lost+f.stuck > 0 || f.kills < 50 || w.most["dst_ten_0"] > 2 {
			t.Errorf("drained: %v, most at once %d, %+v", drained, w.most["dst_ten_0"], f)
		}
	})
}

func TestNoisyTenant(t *testing.T) {
	t.Parallel()
	noise := 100_000
	if small() {
		noise = 10_000
	}
	lag := func(noise int) (out []time.Duration) {
		synctest.Test(t, func(*testing.T) {
			w := simple(10, 2, Destination{Concurrency: 200})
			w.queue.fair = true
			w.mutant = withoutNet
			y := run(w, 50)
			for i := range noise {
				w.offer(tenantOf(1), i)
			}
			w.offers(tenantOf(0), noise, 500, 100*time.Second)
			y.drain(time.Hour)
			y.stop()
			for _, e := range w.events[noise:] {
				want := w.match(e.scope, e.row)[0]
				out = append(out, w.got[IDOf(e.scope, e.row.ID, want.Rule, want.Destination)].lag)
			}
		})
		slices.Sort(out)
		return out
	}
	alone, beside := lag(0), lag(noise)
	p95 := func(l []time.Duration) time.Duration { return l[len(l)*95/100] }
	t.Logf("p95 of the quiet tenant: %s alone, %s beside a backlog of %d", p95(alone), p95(beside), noise)
	if p95(beside) > 2*p95(alone) {
		t.Errorf("p95 of the quiet tenant went from %s to %s", p95(alone), p95(beside))
	}
}

// TestSlowTenant has a tenant with many receivers that take their time and are never unwell.
func TestSlowTenant(t *testing.T) {
	t.Parallel()
	const receivers, each = 60, 60
	lag := func(slow int) (out []time.Duration, w *world, f findings) {
		synctest.Test(t, func(*testing.T) {
			w = simple(11, 2, Destination{Concurrency: 100})
			w.queue.fair = true
			w.mutant = withoutNet
			w.match = func(s tenant.Scope, e outbox.Row) []Want {
				if s == tenantOf(0) {
					return oneRule(s, e)
				}
				return []Want{{Rule: "rul_1", Version: 1, Destination: fmt.Sprintf("dst_slow_%d", id.Time(e.ID).UnixMilli()%receivers)}}
			}
			for i := range receivers {
				w.destination(fmt.Sprintf("dst_slow_%d", i), Destination{Concurrency: 100})
			}
			w.answer = func(destination string, _ int, _ *rand.Rand) answer {
				if strings.HasPrefix(destination, "dst_slow_") {
					return answer{takes: 14 * time.Second}
				}
				return answer{}
			}
			y := run(w, 50)
			go w.offers(tenantOf(1), 0, slow, 10*time.Minute)
			time.Sleep(time.Minute) // until it has shown itself
			w.offers(tenantOf(0), slow, 500, 500*time.Second)
			y.drain(6 * time.Hour)
			y.stop()
			for _, e := range w.events {
				if e.scope == tenantOf(0) {
					want := w.match(e.scope, e.row)[0]
					out = append(out, w.got[IDOf(e.scope, e.row.ID, want.Rule, want.Destination)].lag)
				}
			}
			f = w.check()
		})
		slices.Sort(out)
		return out, w, f
	}
	alone, _, _ := lag(0)
	beside, w, f := lag(receivers * each)
	p95 := func(l []time.Duration) time.Duration { return l[len(l)*95/100] }
	t.Logf("p95 of the quiet tenant: %s alone, %s beside %d slow deliveries", p95(alone), p95(beside), receivers*each)
	if !f.clean() || p95(beside) > 2*p95(alone) {
		t.Errorf("p95 of the quiet tenant went from %s to %s; %+v", p95(alone), p95(beside), f)
	}
	if w.items[keyOfControl(tenantOf(1), slowDestinations)].busy(time.Now()) > SlowShare {
		t.Error("slow destinations had more than their share")
	}
}

func TestDestinationsThatEnd(t *testing.T) {
	t.Parallel()
	ends := map[string]struct {
		end  func(*world)
		want []Status
	}{
		"deleted":  {func(w *world) { delete(w.places, "dst_ten_0") }, []Status{Done, Cancelled}},
		"disabled": {func(w *world) { w.places["dst_ten_0"] = Destination{ID: "dst_ten_0", Status: Disabled} }, []Status{Done, Dead}},
		"gone":     {func(w *world) { w.answer = func(string, int, *rand.Rand) answer { return answer{status: 410} } }, []Status{Done, Dead}},
	}
	for name, c := range ends {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				w := simple(11, 1, Destination{})
				w.faults.kill = 0.002
				w.answer = func(_ string, _ int, r *rand.Rand) answer {
					if r.Float64() < 0.3 {
						return answer{status: 503}
					}
					return answer{}
				}
				y := run(w, 10)
				w.offers(tenantOf(0), 0, 1000, 100*time.Second)
				w.mu.Lock()
				c.end(w)
				w.mu.Unlock()
				w.offers(tenantOf(0), 1000, 1000, 100*time.Second)
				w.mu.Lock()
				w.faults = faults{}
				w.mu.Unlock()
				drained := y.drain(20 * time.Minute)
				y.stop()
				ended := map[Status]int{}
				for _, r := range w.rows {
					ended[r.row.Status]++
					if !slices.Contains(c.want, r.row.Status) {
						t.Errorf("delivery %s is %s", r.row.ID, r.row.Status)
					}
				}
				t.Log(ended)
				if !drained || len(w.queue.dead) > 0 || ended[c.want[1]] < 1000 {
					t.Errorf("drained: %v, %d messages are poison, %v", drained, len(w.queue.dead), ended)
				}
			})
		})
	}
}

func TestOneProbeOfFiftyWorkers(t *testing.T) {
	t.Parallel()
	for seed := range uint64(20) {
		synctest.Test(t, func(t *testing.T) {
			w := simple(seed, 1, Destination{})
			w.answer = func(string, int, *rand.Rand) answer { return answer{hang: true} }
			b := Breaker{State: Open, OpenUntil: ms(time.Now().Add(-time.Second)), OpenFor: 30_000}
			w.items[keyOfControl(tenantOf(0), "dst_ten_0")] = Control{Breaker: b, Rev: 7, Slots: map[string]int64{}}
			var g sync.WaitGroup
			for i := range 50 {
				e := w.event(i)
				w.known[e.ID] = e
				g.Go(func() {
					p := &process{world: w, name: "worker"}
					ticket := First(e, "rul_1", 1, "dst_ten_0")
					if err := p.worker().Handle(t.Context(), []Job{{Scope: tenantOf(0), Ticket: ticket}})[0]; err != nil {
						t.Error(err)
					}
				})
			}
			g.Wait()
			parked := 0
			for _, r := range w.rows {
				if r.row.Status == Parked && r.row.DueAt != 0 {
					parked++
				}
			}
			if n := len(w.hits["dst_ten_0"]); n != 1 || parked != 49 {
				t.Errorf("seed %d: %d probes, %d parked", seed, n, parked)
			}
			c := w.items[keyOfControl(tenantOf(0), "dst_ten_0")]
			if c.Breaker.State != Open || c.Breaker.OpenFor != 60_000 || len(c.Slots) != 0 {
				t.Errorf("after a probe that failed: %+v", c)
			}
		})
	}
}
