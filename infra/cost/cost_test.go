package cost_test

import (
	"math"
	"testing"
	"time"

	"guardrails/functions"
	"guardrails/infra/cost"
	"guardrails/shared/fn"
	"guardrails/shared/queue"
	"guardrails/shared/table"
)

func estimate(t *testing.T, specs []fn.Spec) map[string]cost.Line {
	t.Helper()
	prices, err := cost.List()
	if err != nil {
		t.Fatal(err)
	}
	lines, err := cost.Estimate(specs, prices, "arm64", 20*time.Millisecond)
	if err != nil {
		t.Fatal(err)
	}
	out := map[string]cost.Line{}
	for _, l := range lines {
		out[l.Function] = l
	}
	return out
}

func near(a, b float64) bool { return math.Abs(a-b) < 1e-6 }

// TestEstimateAddsUp works an example by hand: 512 MB for 20 ms is 10,000 GB-s in a million runs.
func TestEstimateAddsUp(t *testing.T) {
	t.Parallel()
	const run, logs = 0.20 + 10_000*0.0000133334, 1200e6 / (1 << 30) * 0.50
	got := estimate(t, []fn.Spec{
		{Name: "authorizer", Trigger: fn.Authorizer(), MemoryMB: 512},
		{Name: "public", Trigger: fn.HTTP("GET", "/p"), MemoryMB: 512},
		{Name: "read", Trigger: fn.HTTP("GET", "/r"), Permission: "read:jobs", MemoryMB: 512, Access: fn.Access{Tables: map[string]fn.Mode{table.Jobs: fn.Read}}},
		{Name: "work", Trigger: fn.Queue(queue.Tasks, 1, 0), MemoryMB: 512, Access: fn.Access{
			Tables: map[string]fn.Mode{table.Jobs: fn.ReadWrite, table.Events: fn.Append}, Queues: map[string]fn.Mode{queue.Tasks: fn.Send},
		}},
	})
	for name, want := range map[string]cost.Line{
		"public": {API: 3.5, Lambda: run, Logs: logs},
		// Limits read and write the usage table once.
		"read": {API: 3.5, Lambda: 2 * run, Tables: 2*0.125 + 0.625, Logs: logs},
		// Received, deleted, sent on, and the event sent to be matched.
		"work": {Lambda: run, Tables: 0.125 + 4*0.625, Queues: 4 * 0.40, Logs: logs},
	} {
		l := got[name]
		sum := want.API + want.Lambda + want.Tables + want.Queues + want.Logs
		if !near(l.API, want.API) || !near(l.Lambda, want.Lambda) || !near(l.Tables, want.Tables) || !near(l.Queues, want.Queues) || !near(l.Logs, want.Logs) || !near(l.Sum, sum) {
			t.Errorf("%s costs %+v, want %+v and the sum %v", name, l, want, sum)
		}
	}
}

func TestEveryFunctionHasAPrice(t *testing.T) {
	t.Parallel()
	lines := estimate(t, functions.Catalog())
	for _, s := range functions.Catalog() {
		if lines[s.Name].Sum <= 0 {
			t.Errorf("%s costs nothing", s.Name)
		}
	}
}

func TestPricesHaveTheirSource(t *testing.T) {
	t.Parallel()
	prices, err := cost.List()
	if err != nil {
		t.Fatal(err)
	}
	if prices.AsOf == "" || prices.Region == "" {
		t.Error("the prices have no date or no region")
	}
	for name, p := range prices.PerMillion {
		if p.Price <= 0 || p.Source == "" {
			t.Errorf("%s: %+v", name, p)
		}
	}
	if _, err := cost.Estimate(nil, prices, "mips", 0); err == nil {
		t.Error("an architecture without a price was estimated")
	}
}
