package rule

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"cel.dev/cel-go/cel"
	"cel.dev/cel-go/common/types"
)

// sample makes rules and events as tenants have them: types, labels, fields, and something that no index can answer.
type sample struct{ r *rand.Rand }

func newSample() sample { return sample{rand.New(rand.NewPCG(1, 2))} }

func (s sample) pick(prefix string, n int) string { return fmt.Sprintf("%s%d", prefix, s.r.IntN(n)) }

func (s sample) eventType() string {
	return []string{"analysis.completed", "violation.created", "violation.updated", "job.completed", "policy.changed"}[s.r.IntN(5)]
}

func (s sample) decision() string {
	return []string{"allow", "flag", "redact", "block"}[s.r.IntN(4)]
}

func (s sample) definition() Definition {
	d := definition("")
	d.EventTypes = []string{s.eventType()}
	if s.r.IntN(10) == 0 {
		d.EventTypes = []string{"violation.*"}
	}
	switch s.r.IntN(4) {
	case 0:
		d.Condition = fmt.Sprintf(`event.labels.team == %q && event.data.decision == %q && event.data.model.startsWith("model-1")`, s.pick("team-", 500), s.decision())
	case 1:
		d.Condition = fmt.Sprintf(`event.data.customer.id == %q && event.data.risk_score >= 70`, s.pick("customer-", 2000))
	case 2:
		d.Condition = fmt.Sprintf(`event.labels.env == "prod" && event.labels.app == %q && event.data.findings.EMAIL_ADDRESS > 0 && event.data.violations.exists(v, v == "hipaa_003")`, s.pick("app-", 300))
	default:
		d.Condition = fmt.Sprintf(`changed_to("decision", %q) && event.data.rule_id in [%q, %q] && !event.subject.endsWith("0")`, s.decision(), s.pick("rule-", 1000), s.pick("rule-", 1000))
	}
	return d
}

func (s sample) event(i int) Event {
	data, err := json.Marshal(map[string]any{
		"decision": s.decision(), "model": s.pick("model-", 30), "risk_score": s.r.IntN(100), "rule_id": s.pick("rule-", 1000),
		"customer":   map[string]any{"id": s.pick("customer-", 2000), "region": s.pick("eu-", 4), "tier": "gold"},
		"findings":   map[string]any{"EMAIL_ADDRESS": s.r.IntN(3), "US_SSN": s.r.IntN(2), "PERSON": s.r.IntN(9)},
		"violations": []string{"gdpr_001", s.pick("hipaa_00", 6)},
		"note":       strings.Repeat("Masked text of no interest. ", 25),
	})
	if err != nil {
		panic(err)
	}
	labels := fmt.Sprintf(`{"team":%q,"env":"prod","app":%q}`, s.pick("team-", 500), s.pick("app-", 300))
	return Event{
		ID: fmt.Sprintf("evt_%d", i), Type: s.eventType(), Source: "guardrails", Subject: fmt.Sprintf("anl_%d", i),
		Time: "2026-03-01T10:00:00.000Z", Data: data, Labels: json.RawMessage(labels), Previous: json.RawMessage(`{"decision":"allow"}`),
	}
}

func (s sample) events(n int) []Event {
	out := make([]Event, n)
	for i := range out {
		out[i] = s.event(i)
	}
	return out
}

func (s sample) rules(b *testing.B, e *Engine, n int) []Rule {
	out := make([]Rule, n)
	for i := range out {
		d := s.definition()
		c, err := e.Check(d, nil)
		if err != nil {
			b.Fatal(err)
		}
		out[i] = Rule{ID: fmt.Sprintf("rul_%06d", i), Version: 1, Definition: d, Compiled: c}
	}
	return out
}

func filled(b *testing.B, e *Engine, rules []Rule) *Set {
	set := e.NewSet()
	for _, r := range rules {
		if err := set.Put(r); err != nil {
			b.Fatal(err)
		}
	}
	return set
}

// cpu is how long this process has computed, on all cores and with the collector: what a busy machine does not change.
func cpu(b *testing.B) time.Duration {
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		b.Fatal(err)
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

func BenchmarkMatch(b *testing.B) {
	for _, n := range []int{1000, 10_000} {
		b.Run(fmt.Sprintf("rules=%d", n), func(b *testing.B) {
			s, e := newSample(), NewEngine()
			set := filled(b, e, s.rules(b, e, n))
			events := s.events(2000)
			size, hits := 0, 0
			for _, ev := range events {
				size += len(ev.Data) + len(ev.Labels)
				set.Match(b.Context(), ev)
			}
			took := make([]time.Duration, 0, 1<<20)
			b.ReportAllocs()
			before := cpu(b)
			for i := 0; b.Loop(); i++ {
				at := time.Now()
				hits += len(set.Match(b.Context(), events[i%len(events)]).Matches)
				if len(took) < cap(took) {
					took = append(took, time.Since(at))
				}
			}
			b.ReportMetric(float64(b.N)/(cpu(b)-before).Seconds(), "events/cpu-s")
			slices.Sort(took)
			b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "events/s")
			b.ReportMetric(float64(took[len(took)*99/100].Nanoseconds()), "p99-ns")
			b.ReportMetric(float64(hits)/float64(b.N), "hits/event")
			b.ReportMetric(float64(size)/float64(len(events)), "bytes/event")
		})
	}
}

// BenchmarkLinear is what the index is for: every condition whole, by CEL, without limits.
func BenchmarkLinear(b *testing.B) {
	for _, n := range []int{1000, 10_000} {
		b.Run(fmt.Sprintf("rules=%d", n), func(b *testing.B) {
			s, e := newSample(), NewEngine()
			env, err := e.environment()
			if err != nil {
				b.Fatal(err)
			}
			type linear struct {
				types []string
				run   cel.Program
			}
			var rules []linear
			for range n {
				d := s.definition()
				a, _ := env.Compile(d.Condition)
				run, err := env.Program(a, cel.EvalOptions(cel.OptOptimize))
				if err != nil {
					b.Fatal(err)
				}
				rules = append(rules, linear{d.EventTypes, run})
			}
			events := s.events(2000)
			hits, before := 0, cpu(b)
			for i := 0; b.Loop(); i++ {
				ev := events[i%len(events)]
				in := &input{ev: &ev}
				for _, r := range rules {
					if slices.ContainsFunc(r.types, func(p string) bool { return covers(p, ev.Type) }) {
						if v, _, err := r.run.Eval(in); err == nil && v == types.True {
							hits++
						}
					}
				}
			}
			b.ReportMetric(float64(b.N)/(cpu(b)-before).Seconds(), "events/cpu-s")
			b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "events/s")
			b.ReportMetric(float64(hits)/float64(b.N), "hits/event")
		})
	}
}

func BenchmarkPutDelete(b *testing.B) {
	s, e := newSample(), NewEngine()
	rules := s.rules(b, e, 11_000)
	set := filled(b, e, rules[:10_000])
	for i := 0; b.Loop(); i++ {
		r := rules[10_000+i%1000]
		if err := set.Put(r); err != nil {
			b.Fatal(err)
		}
		set.Delete(r.ID)
	}
}

// BenchmarkColdLoad fills a set with 10,000 rules, as after a start: from the stored form, and by compiling.
func BenchmarkColdLoad(b *testing.B) {
	const n = 10_000
	s, e := newSample(), NewEngine()
	rules := s.rules(b, e, n)
	stored := make([][]byte, n)
	size := 0
	for i, r := range rules {
		stored[i] = r.Compiled.Bytes()
		size += len(stored[i])
	}
	b.Run("stored", func(b *testing.B) {
		for b.Loop() {
			set := NewEngine().NewSet()
			for i, r := range rules {
				c, err := Parse(stored[i])
				if err != nil {
					b.Fatal(err)
				}
				r.Compiled = c
				if err := set.Put(r); err != nil {
					b.Fatal(err)
				}
			}
		}
		b.ReportMetric(float64(size)/n, "bytes/rule")
	})
	b.Run("compile", func(b *testing.B) {
		for b.Loop() {
			fresh := NewEngine()
			set := fresh.NewSet()
			for _, r := range rules {
				c, err := fresh.Check(r.Definition, nil)
				if err != nil {
					b.Fatal(err)
				}
				r.Compiled = c
				if err := set.Put(r); err != nil {
					b.Fatal(err)
				}
			}
		}
	})
}

// BenchmarkStart is what a function pays that has an engine: nothing until the first rule is checked or hit.
func BenchmarkStart(b *testing.B) {
	b.Run("new", func(b *testing.B) {
		for b.Loop() {
			NewEngine().NewSet()
		}
	})
	b.Run("environment", func(b *testing.B) {
		for b.Loop() {
			if _, err := NewEngine().environment(); err != nil {
				b.Fatal(err)
			}
		}
	})
}
