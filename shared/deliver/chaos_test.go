package deliver

import (
	"context"
	"flag"
	"fmt"
	"maps"
	"math/rand/v2"
	"os"
	"slices"
	"strconv"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"guardrails/shared/outbox"
	"guardrails/shared/tenant"
)

var update = flag.Bool("update", false, "rewrite docs/chaos.md")

// chaos is a run of the whole way of events under faults.
type chaos struct {
	events int
	seed   uint64
	faults faults
	mutant mutant
	// skew makes the clocks of processes wrong by chance, by up to so much.
	skew time.Duration
}

// chaosTenants are how many tenants there are, each with three destinations.
const chaosTenants = 8

// chaosRules is one delivery for most events, two for half of them, three for one of eight.
func chaosRules(s tenant.Scope, e outbox.Row) []Want {
	n, _ := strconv.Atoi(e.Subject)
	want := func(i int) Want {
		return Want{Rule: "rul_" + strconv.Itoa(i), Version: 1, Destination: "dst_" + s.TenantID() + "_" + strconv.Itoa((n/8+i)%3)}
	}
	out := []Want{want(0)}
	if n%2 == 0 {
		out = append(out, want(1))
	}
	if n%8 == 0 {
		out = append(out, want(2))
	}
	return out
}

// run publishes the events, 250 a second, lets everything come to its end and returns what the checker finds.
func (c chaos) run(t *testing.T) (*world, findings) {
	t.Helper()
	w := newWorld(c.seed)
	var found findings
	synctest.Test(t, func(t *testing.T) {
		w.faults, w.mutant, w.match = c.faults, c.mutant, chaosRules
		w.limits.BreakerFailures = 20
		start, whole := time.Now(), time.Duration(c.events)*4*time.Millisecond
		w.answer = func(destination string, _ int, r *rand.Rand) answer {
			// Some receivers are down for a quarter of the time.
			if at := time.Since(start); strings.HasSuffix(destination, "_0") && at > whole/4 && at < whole/2 {
				return answer{status: 503}
			}
			switch x := r.Float64(); {
			case x < 0.03:
				return answer{status: 503}
			case x < 0.035:
				return answer{drop: true}
			}
			return answer{}
		}
		for i := range chaosTenants {
			for k := range 3 {
				w.destination("dst_"+tenantOf(i).TenantID()+"_"+strconv.Itoa(k), Destination{Concurrency: 50})
			}
		}
		y := run(w, 30)
		if c.skew > 0 {
			r := rand.New(rand.NewPCG(c.seed, 2))
			y.skew = func() time.Duration {
				w.mu.Lock()
				defer w.mu.Unlock()
				if r.Float64() < 0.9 {
					return 0
				}
				return time.Duration((2*r.Float64() - 1) * float64(c.skew))
			}
		}
		for i, request := 0, 0; i < c.events; request++ {
			w.mu.Lock()
			r := w.chance("request size", strconv.Itoa(request))
			w.mu.Unlock()
			n := 1
			if r.IntN(3) == 0 {
				n = min(1+r.IntN(19), c.events-i)
			}
			var list []outbox.Row
			for k := range n {
				list = append(list, w.event(i+k))
			}
			s := tenantOf(request % chaosTenants)
			y.done.Go(func() { y.process("publisher").publish(context.Background(), s, list...) })
			i += n
			time.Sleep(spread(16*time.Millisecond, r))
		}
		time.Sleep(20 * time.Minute) // the sweep is killed too, while it has something to do
		w.mu.Lock()
		w.faults = faults{}
		w.mu.Unlock()
		drained := y.drain(6 * time.Hour)
		y.stop()
		found = w.check()
		if !drained && c.mutant == correct {
			t.Errorf("something is stuck: %d messages, %d deliveries", w.queue.live, found.stuck)
		}
	})
	return w, found
}

// usual are the faults of the run: each call of a store may fail or lose its answer too.
func usual(kill float64) faults {
	return faults{kill: kill, refuse: 0.0003, lose: 0.0003, twice: 0.005}
}

func TestChaos(t *testing.T) {
	t.Parallel()
	n, kill := 102_000, 0.00036 // of which 100,000 are committed: some of those who publish are killed before
	if testing.Short() {
		n, kill = 4_000, 0.001
	}
	unkilled := faults{twice: 0.05}
	designs := []struct {
		name string
		chaos
		// wrong is what the checker must say of it.
		wrong func(findings) bool
	}{
		{"as it is", chaos{events: n, faults: usual(kill)}, nil},
		{"as it is, without kills", chaos{events: n / 10, faults: unkilled}, nil},
		{"no net behind the direct send", chaos{events: n / 10, faults: usual(kill), mutant: withoutNet}, func(f findings) bool { return f.lost > 0 }},
		{"messages deleted before the delivery", chaos{events: n / 10, faults: usual(kill), mutant: deleteFirst}, func(f findings) bool { return f.lost > 0 }},
		{"no claim before the delivery, without kills", chaos{events: n / 10, faults: unkilled, mutant: withoutClaim}, func(f findings) bool { return 2000*f.more() > 2*f.deliveries }},
	}
	found := make([]findings, len(designs))
	kills := map[string]int{}
	t.Run("runs", func(t *testing.T) {
		for i, d := range designs {
			t.Run(d.name, func(t *testing.T) {
				t.Parallel()
				d.seed = 1
				var w *world
				w, found[i] = d.run(t)
				if i == 0 {
					kills = w.kills
				}
			})
		}
	})
	for i, d := range designs {
		f := found[i]
		t.Logf("%s: %+v", d.name, f)
		switch {
		case len(f.wrong) > 0 || d.wrong == nil && !f.clean():
			t.Errorf("%s: %+v", d.name, f)
		case d.wrong != nil && !d.wrong(f):
			t.Errorf("the checker does not see what is wrong with: %s", d.name)
		}
	}
	if f := found[1]; 2000*f.more() > f.deliveries {
		t.Errorf("without kills %d are taken twice whose answer was not dropped", f.more())
	}
	if f := found[0]; !testing.Short() && (f.kills < 1000 || 100*f.twice >= f.deliveries) {
		t.Errorf("%d kills, %.2f %% taken twice", f.kills, f.percent())
	}
	for _, place := range []string{
		"publisher: after commit", "publisher: before send", "publisher: after send", "net: before send", "worker: before claim", "worker: after claim",
		"worker: before request", "worker: after request", "worker: before record", "worker: after record", "worker: before send", "worker: after send",
		"worker: before delete", "sweep: before send", "sweep: after send",
	} {
		if kills[place] == 0 && !testing.Short() {
			t.Errorf("nothing was killed: %s", place)
		}
	}
	if *update && !testing.Short() {
		names := make([]string, len(designs))
		for i, d := range designs {
			names[i] = d.name
		}
		write(t, names, found, kills)
	}
}

// more is how many were taken twice beyond those whose answer was dropped.
func (f findings) more() int { return max(f.twice-f.dropped, 0) }

func (f findings) percent() float64 { return 100 * float64(f.twice) / float64(f.deliveries) }

// write writes docs/chaos.md.
func write(t *testing.T, names []string, found []findings, kills map[string]int) {
	t.Helper()
	var b strings.Builder
	b.WriteString(`# What is left when processes are killed

Written by ` + "`go test -race -run TestChaos ./shared/deliver -update`" + `. The run is the production code (dispatcher, worker, sweep and
net) over a model of the queue, the tables, the stream and the receivers, on a virtual clock. Which calls are followed by a
kill, what is refused and what receivers answer all follow from a seed, so the figures are the same in each run. Destinations that want their
events in order are not part of it: [their tests](../functions/ordered_test.go) go through breaker, retry, replay, late commits and the end of the order.

Before and after each call that a process makes, it may be killed: it has no effect any more, what it held comes back when
its time is over. Processes that make fewer calls are killed more often. 3 % of the requests are answered with 503, of 0.5 % the answer is dropped after they were processed, a third
of the receivers answer 503 alone for a quarter of the time. A store or the queue refuses 0.03 % of the calls and loses the
answer of as many; the queue hands 0.5 % of the messages to two (5 % in the runs without kills, in which nothing is refused).

| design | events | deliveries | kills | answers dropped | lost | stuck | twice | of the deliveries |
|---|---|---|---|---|---|---|---|---|
`)
	for i, f := range found {
		fmt.Fprintf(&b, "| %s | %d | %d | %d | %d | %d | %d | %d | %.2f %% |\n", names[i], f.events, f.deliveries, f.kills, f.dropped, f.lost, f.stuck, f.twice, f.percent())
	}
	b.WriteString(`
A repeat has the same id and the same bytes; nothing reached a receiver that no rule names, and no message ended in the
dead-letter queue. The last three designs are wrong on purpose: they show that the check sees what it is there for. An event
counts once it was committed, whatever its sender was told.

Kills of the first run by process and call:

| where | kills |
|---|---|
`)
	for _, k := range slices.Sorted(maps.Keys(kills)) {
		fmt.Fprintf(&b, "| %s | %d |\n", k, kills[k])
	}
	if err := os.WriteFile("../../docs/chaos.md", []byte(b.String()), 0o600); err != nil {
		t.Fatal(err)
	}
}
