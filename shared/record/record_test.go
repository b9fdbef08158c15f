package record_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"pgregory.net/rapid"

	"guardrails/events"
	"guardrails/shared/awstest"
	"guardrails/shared/detect"
	"guardrails/shared/errs"
	"guardrails/shared/fntest"
	"guardrails/shared/id"
	"guardrails/shared/inspect"
	"guardrails/shared/outage"
	"guardrails/shared/policy"
	"guardrails/shared/queue"
	"guardrails/shared/record"
	"guardrails/shared/telemetry"
)

func analysis(n int) *inspect.Analysis {
	a := &inspect.Analysis{ID: "anl_01jd3k5v8q2w4x6y8z0a1b2c3d", Decision: policy.Redact, Source: detect.SourceInput, Redacted: []byte(`"[US_SSN]"`)}
	for i := range n {
		a.Findings = append(a.Findings, policy.Finding{ID: fmt.Sprintf("f%d", i+1), Type: "US_SSN", Path: "/people/Jane Roe/ssn", Text: "536-90-4399", Explanation: &detect.Explanation{}})
	}
	a.Violations = []policy.Violation{{RuleID: "hipaa_003", Findings: []string{"f1"}}}
	return a
}

func TestMessagesHoldNoText(t *testing.T) {
	t.Parallel()
	a := analysis(1000)
	m := record.NewMessage(a)
	if len(m.Analysis.Findings) >= 1000 || !m.Truncated || m.Event.Findings["US_SSN"] != 1000 || m.Analysis.Redacted != nil {
		t.Errorf("%d findings, truncated %v, counted %v", len(m.Analysis.Findings), m.Truncated, m.Event.Findings)
	}
	f := m.Analysis.Findings[0]
	if f.Text != "" || f.Explanation != nil || strings.Contains(f.Path, "Jane") {
		t.Errorf("finding %+v", f)
	}
	if a.Findings[0].Text == "" || a.Redacted == nil {
		t.Error("the answer was changed with its record")
	}
}

// TestMessagesFit makes records of analyses with very many breaches, and rules that say very much of themselves.
func TestMessagesFit(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		a := analysis(rapid.IntRange(0, 1000).Draw(t, "findings"))
		for i := range a.Findings {
			a.Findings[i].Path = "/" + strings.Repeat("field/", rapid.IntRange(1, 200).Draw(t, "depth"))
		}
		said := strings.Repeat("x", rapid.IntRange(0, 2000).Draw(t, "said"))
		a.Violations = nil
		for i := range rapid.IntRange(0, 2000).Draw(t, "violations") {
			a.Violations = append(a.Violations, policy.Violation{
				RuleID: fmt.Sprintf("rule_%s_%d", strings.Repeat("r", 40), i), Framework: "HIPAA", RuleName: said[:min(100, len(said))], Message: said, Remediation: said, Findings: []string{"f1", "f2"},
			})
		}
		b, err := record.NewMessage(a).Encode()
		if err != nil || len(b) > 200<<10 {
			t.Fatalf("%d bytes, %v", len(b), err)
		}
		var m record.Message
		if err := json.Unmarshal(b, &m); err != nil {
			t.Fatal(err)
		}
		if m.Analysis.Decision != a.Decision || m.Event.AnalysisID != a.ID || len(a.Violations) > 0 && m.Analysis.Violations[0].RuleID != a.Violations[0].RuleID {
			t.Errorf("record %+v", m.Event)
		}
		if !m.Truncated && (len(m.Analysis.Findings) != len(a.Findings) || len(m.Analysis.Violations) != len(a.Violations)) {
			t.Error("cut and not said so")
		}
		row, err := record.NewRow(m, time.Now())
		if err != nil || len(row.Analysis) > 300<<10 {
			t.Errorf("row of %d bytes, %v", len(row.Analysis), err)
		}
		size := len(row.Analysis)
		for _, e := range m.Events() {
			env, err := events.Envelop(e, "", "")
			if err != nil {
				t.Fatal(err)
			}
			size += len(env.Data)
		}
		if size > 390_000 { // a transaction of ten messages has 4 MB
			t.Errorf("%d bytes are written", size)
		}
	})
}

func TestEventsOfAnAnalysis(t *testing.T) {
	t.Parallel()
	a := analysis(1000)
	for i := range a.Findings {
		a.Findings[i].Category, a.Findings[i].Score = detect.CategoryPII, 0.5
	}
	a.Findings[999].Category, a.Findings[999].Score, a.Findings[999].Type = detect.CategorySecret, 0.9, "API_KEY"
	for i := range 69 {
		a.Violations = append(a.Violations, policy.Violation{RuleID: fmt.Sprint("rule_", i), Framework: "HIPAA", Severity: policy.High})
	}
	whole := record.NewMessage(a)
	older := whole
	older.Found = nil
	quiet := record.NewMessage(&inspect.Analysis{ID: a.ID})
	cases := []struct {
		name       string
		message    record.Message
		types      string
		categories string
		score      float64
		total      int
	}{
		{"of all that was found", whole, "[analysis.completed finding.detected policy.violated]", "[pii secret]", 0.9, 70},
		{"of a message from before", older, "[analysis.completed finding.detected policy.violated]", "[pii]", 0.5, 70},
		{"of nothing", quiet, "[analysis.completed]", "", 0, 0},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			var types []string
			for _, e := range c.message.Events() {
				types = append(types, e.Type)
				switch d := e.Data.(type) {
				case events.FindingDetectedData:
					if fmt.Sprint(d.Categories) != c.categories || d.MaxScore != c.score || d.Findings["US_SSN"] != 999 || d.Findings["API_KEY"] != 1 {
						t.Errorf("found %+v", d)
					}
				case events.PolicyViolatedData:
					if len(d.Violations) != events.MaxViolations || d.Total != c.total || d.Violations[1] != (events.Violation{RuleID: "rule_0", Framework: "HIPAA", Severity: "high"}) {
						t.Errorf("breached %+v", d)
					}
				}
			}
			if fmt.Sprint(types) != c.types {
				t.Errorf("events %v", types)
			}
		})
	}
}

// TestSendManyAtOnce sends more records at a time than one call takes; every one is acknowledged and none is missed.
func TestSendManyAtOnce(t *testing.T) {
	t.Parallel()
	sys := fntest.New(t, nil, nil)
	env, acme := sys.Env(), sys.Tenant(t).Scope(t)
	q := env.Queue(queue.Analyses)
	before, err := q.Depth(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	r := record.NewRecorder(q, env.Metrics)
	var wg sync.WaitGroup
	const n = 60
	for range n {
		wg.Go(func() {
			a := analysis(1)
			a.ID = env.IDs.New(id.Analysis)
			if err := r.Send(t.Context(), acme, a, true); err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	after, err := q.Depth(t.Context())
	if err != nil || after.Waiting-before.Waiting != n {
		t.Errorf("%d messages more, want %d (%v)", after.Waiting-before.Waiting, n, err)
	}
}

func TestWithoutAQueue(t *testing.T) {
	t.Parallel()
	sys := fntest.New(t, nil, nil)
	env, acme := sys.Env(), sys.Tenant(t).Scope(t)
	r := record.NewRecorder(env.Queue(queue.Analyses), env.Metrics)
	sys.Cut()
	if err := r.Send(t.Context(), acme, analysis(1), false); err != nil {
		t.Errorf("standard: %v", err)
	}
	if n := env.Metrics.Value(telemetry.RecordsMissed); n != 1 {
		t.Errorf("%d records counted as missed, want 1", n)
	}
	if err := r.Send(t.Context(), acme, analysis(1), true); errs.CodeOf(err) != errs.Overloaded {
		t.Errorf("regulated: %v, want overloaded", err)
	}
}

// TestAQueueThatIsNotThere fails for every tenant: it is no outage that may pass, every record would be lost.
func TestAQueueThatIsNotThere(t *testing.T) {
	t.Parallel()
	sys := fntest.New(t, nil, nil)
	acme := sys.Tenant(t).Scope(t)
	sys.Config.Environment = awstest.Env(t)
	env := sys.Env()
	r := record.NewRecorder(env.Queue(queue.Analyses), env.Metrics)
	for _, failClosed := range []bool{false, true} {
		if err := r.Send(t.Context(), acme, analysis(1), failClosed); errs.CodeOf(err) != errs.Internal || !errors.Is(err, outage.ErrRefused) {
			t.Errorf("fail closed %v: %v", failClosed, err)
		}
	}
}
