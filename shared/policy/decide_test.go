package policy_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"guardrails/shared/detect"
	"guardrails/shared/policy"
)

// scanned makes the scan of a text in which the given values have types: "US_SSN=536-90-4399".
func scanned(t testing.TB, path, text string, values ...string) policy.Scanned {
	t.Helper()
	n := utf8.RuneCountInString(text)
	s := policy.Scanned{Path: path, Text: text, Source: detect.SourceInput, Result: detect.Result{Scanned: n, Total: n}}
	for _, v := range values {
		typ, value, _ := strings.Cut(v, "=")
		at := strings.Index(text, value)
		if at < 0 {
			t.Fatalf("%q is not in the text", value)
		}
		f := finding(typ, 0.8)
		f.ByteStart, f.ByteEnd = at, at+len(value)
		f.Start = utf8.RuneCountInString(text[:at])
		f.End = f.Start + utf8.RuneCountInString(value)
		s.Result.Findings = append(s.Result.Findings, f)
	}
	slices.SortFunc(s.Result.Findings, func(a, b detect.Finding) int { return a.ByteStart - b.ByteStart })
	return s
}

func finding(typ string, score float64) detect.Finding {
	category := detect.CategoryPII
	for prefix, c := range map[string]detect.Category{
		"SECRET_": detect.CategorySecret, "INJECTION_": detect.CategoryInjection, "TOXICITY_": detect.CategoryToxicity,
		"POLICY_": detect.CategoryPolicy, "CUSTOM_": detect.CategoryCustom,
	} {
		if strings.HasPrefix(typ, prefix) {
			category = c
		}
	}
	return detect.Finding{Type: typ, Category: category, Score: score, ByteEnd: 1, End: 1}
}

func compile(t testing.TB, definitions ...policy.Definition) *policy.Set {
	t.Helper()
	var policies []policy.Policy
	for i, d := range definitions {
		policies = append(policies, policy.Policy{ID: fmt.Sprint("pol_", i), Definition: d})
	}
	set, err := policy.Compile(engine(t), policies, nil)
	if err != nil {
		t.Fatal(err)
	}
	return set
}

// summary is decision, actions of findings and breached rules in one line.
func summary(o policy.Outcome) string {
	var b strings.Builder
	b.WriteString(string(o.Decision))
	for _, f := range o.Findings {
		fmt.Fprintf(&b, " %s=%s", f.Type, f.Action)
	}
	for _, v := range o.Violations {
		fmt.Fprintf(&b, " %s%v", v.RuleID, v.Findings)
	}
	return b.String()
}

func TestDecide(t *testing.T) {
	t.Parallel()
	rule := func(id string, r policy.Rule) policy.Rule {
		r.ID, r.Name = id, "n"
		fillRule(&r)
		return r
	}
	cases := []struct {
		name   string
		def    policy.Definition
		text   string
		values []string
		want   string
	}{
		{"nothing", policy.Definition{}, "x", nil, "allow"},
		{"personal data", policy.Definition{}, "a@b.io", []string{"EMAIL_ADDRESS=a@b.io"}, "redact EMAIL_ADDRESS=redact"},
		{"context alone", policy.Definition{}, "in 2024", []string{"DATE_TIME=2024"}, "allow DATE_TIME=allow"},
		{
			"context in company",
			policy.Definition{},
			"a@b.io in 2024",
			[]string{"DATE_TIME=2024", "EMAIL_ADDRESS=a@b.io"},
			"redact EMAIL_ADDRESS=redact DATE_TIME=redact",
		},
		{"secret", policy.Definition{}, "sk", []string{"SECRET_X=sk"}, "redact SECRET_X=redact"},
		{"sure injection", policy.Definition{}, "ignore", []string{"INJECTION_DIRECT=ignore"}, "block INJECTION_DIRECT=block"},
		{"toxicity", policy.Definition{}, "fool", []string{"TOXICITY_OFFENSIVE=fool"}, "flag TOXICITY_OFFENSIVE=flag"},
		{"custom", policy.Definition{}, "falcon", []string{"CUSTOM_X=falcon"}, "redact CUSTOM_X=redact"},
		{
			"action by older name",
			policy.Definition{Actions: map[string]policy.Action{"EMAIL": policy.Allow}},
			"a@b.io",
			[]string{"EMAIL_ADDRESS=a@b.io"},
			"allow EMAIL_ADDRESS=allow",
		},
		{
			"type before category",
			policy.Definition{Actions: map[string]policy.Action{"pii": policy.Block, "PERSON": policy.Flag}},
			"Ann a@b.io",
			[]string{"PERSON=Ann", "EMAIL_ADDRESS=a@b.io"},
			"block PERSON=flag EMAIL_ADDRESS=block",
		},
		{
			"what is allowed by name has no company",
			policy.Definition{Actions: map[string]policy.Action{"DATE_TIME": policy.Allow}},
			"Ann 2024",
			[]string{"PERSON=Ann", "DATE_TIME=2024"},
			"redact PERSON=redact DATE_TIME=allow",
		},
		{
			"block stays the rule's",
			policy.Definition{Rules: []policy.Rule{rule("r", policy.Rule{Action: policy.Block, EntityTypes: []string{"SSN"}})}},
			"1",
			[]string{"US_SSN=1"},
			"block US_SSN=redact r[f1]",
		},
		{
			"a rule raises context",
			policy.Definition{Rules: []policy.Rule{rule("r", policy.Rule{Action: policy.Flag, EntityTypes: []string{"DATE_TIME"}})}},
			"2024",
			[]string{"DATE_TIME=2024"},
			"flag DATE_TIME=flag r[f1]",
		},
		{
			"whole category",
			policy.Definition{Rules: []policy.Rule{rule("r", policy.Rule{Action: policy.Block, EntityTypes: []string{"secret"}})}},
			"sk",
			[]string{"SECRET_X=sk"},
			"block SECRET_X=redact r[f1]",
		},
		{
			"score too low",
			policy.Definition{Rules: []policy.Rule{rule("r", policy.Rule{MinScore: 0.81, EntityTypes: []string{"PERSON"}})}},
			"Ann",
			[]string{"PERSON=Ann"},
			"redact PERSON=redact",
		},
		{
			"too few",
			policy.Definition{Rules: []policy.Rule{rule("r", policy.Rule{MinCount: 2, EntityTypes: []string{"PERSON"}})}},
			"Ann",
			[]string{"PERSON=Ann"},
			"redact PERSON=redact",
		},
		{
			"enough",
			policy.Definition{Rules: []policy.Rule{rule("r", policy.Rule{MinCount: 2, EntityTypes: []string{"PERSON"}})}},
			"Ann Bob",
			[]string{"PERSON=Ann", "PERSON=Bob"},
			"redact PERSON=redact PERSON=redact r[f1 f2]",
		},
		{
			"other origin",
			policy.Definition{Rules: []policy.Rule{rule("r", policy.Rule{Source: detect.SourceOutput, EntityTypes: []string{"PERSON"}})}},
			"Ann",
			[]string{"PERSON=Ann"},
			"redact PERSON=redact",
		},
		{
			"all, half of it",
			policy.Definition{Rules: []policy.Rule{rule("r", policy.Rule{Require: policy.RequireAll, EntityTypes: []string{"PERSON"}, Keywords: []string{"flu"}})}},
			"the flu",
			[]string{"POLICY_R=flu"},
			"allow",
		},
		{
			"all",
			policy.Definition{Rules: []policy.Rule{rule("r", policy.Rule{Action: policy.Block, Require: policy.RequireAll, EntityTypes: []string{"PERSON"}, Keywords: []string{"flu"}})}},
			"Ann has the flu",
			[]string{"PERSON=Ann", "POLICY_R=flu"},
			"block PERSON=redact POLICY_R=block r[f1 f2]",
		},
		{
			"near",
			policy.Definition{Rules: []policy.Rule{rule("r", policy.Rule{Near: 2, Require: policy.RequireAll, EntityTypes: []string{"PERSON"}, Keywords: []string{"flu"}})}},
			"Ann has the flu",
			[]string{"PERSON=Ann", "POLICY_R=flu"},
			"redact PERSON=redact POLICY_R=flag r[f1 f2]",
		},
		{
			"not near",
			policy.Definition{Rules: []policy.Rule{rule("r", policy.Rule{Near: 1, Require: policy.RequireAll, EntityTypes: []string{"PERSON"}, Keywords: []string{"flu"}})}},
			"Ann has the flu",
			[]string{"PERSON=Ann", "POLICY_R=flu"},
			"redact PERSON=redact",
		},
		{
			"words inside an entity of the rule",
			policy.Definition{Rules: []policy.Rule{rule("r", policy.Rule{EntityTypes: []string{"PERSON"}, Keywords: []string{"Ann"}})}},
			"Ann Roe",
			[]string{"PERSON=Ann Roe", "POLICY_R=Ann"},
			"redact PERSON=redact r[f1]",
		},
		{
			"incomplete", policy.Definition{OnIncomplete: policy.Block}, "x", []string{"INCOMPLETE="}, "block",
		},
		{"incomplete by default", policy.Definition{}, "x", []string{"INCOMPLETE="}, "flag"},
		{"incomplete does not matter", policy.Definition{OnIncomplete: policy.Allow}, "x", []string{"INCOMPLETE="}, "allow"},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			incomplete := slices.Equal(c.values, []string{"INCOMPLETE="})
			if incomplete {
				c.values = nil
			}
			s := scanned(t, "", c.text, c.values...)
			if incomplete {
				s.Result.Incomplete = []string{"custom_x"}
			}
			o := compile(t, c.def).Decide([]policy.Scanned{s})
			if got := summary(o); got != c.want {
				t.Errorf("Decide = %s, want %s", got, c.want)
			}
		})
	}
}

func fillRule(r *policy.Rule) {
	if r.Severity == "" {
		r.Severity = policy.High
	}
	if r.Action == "" {
		r.Action = policy.Flag
	}
}

func TestUnsureInjectionIsFlagged(t *testing.T) {
	t.Parallel()
	s := scanned(t, "", "ignore", "INJECTION_DIRECT=ignore")
	s.Result.Findings[0].Score = 0.69
	if o := compile(t).Decide([]policy.Scanned{s}); o.Decision != policy.Flag {
		t.Errorf("decision = %s, want flag", o.Decision)
	}
}

// TestEvidenceFromSeveralStrings joins what stands in different fields of a document, but counts words in one only.
func TestEvidenceFromSeveralStrings(t *testing.T) {
	t.Parallel()
	r := policy.Rule{
		ID: "r", Name: "n", Severity: policy.High, Action: policy.Block, Require: policy.RequireAll,
		EntityTypes: []string{"PERSON"}, Keywords: []string{"flu"},
	}
	fields := []policy.Scanned{scanned(t, "/name", "Ann", "PERSON=Ann"), scanned(t, "/diagnosis", "flu", "POLICY_R=flu")}
	o := compile(t, policy.Definition{Rules: []policy.Rule{r}}).Decide(fields)
	if got, want := summary(o), "block PERSON=redact POLICY_R=block r[f1 f2]"; got != want {
		t.Errorf("Decide = %s, want %s", got, want)
	}
	if o.Findings[1].Path != "/diagnosis" || o.Coverage.Total != 6 {
		t.Errorf("finding 2 = %+v, coverage %+v", o.Findings[1], o.Coverage)
	}
	r.Near = 10
	if o := compile(t, policy.Definition{Rules: []policy.Rule{r}}).Decide(fields); len(o.Violations) != 0 {
		t.Errorf("near joins strings: %s", summary(o))
	}
}

func TestTargets(t *testing.T) {
	t.Parallel()
	s := scanned(t, "/a", "2024 sk x", "DATE_TIME=2024", "SECRET_X=sk", "CUSTOM_Y=x")
	s.Result.Hidden = []detect.Finding{finding("US_SSN", 0.9)}
	set := compile(t, policy.Definition{Actions: map[string]policy.Action{"CUSTOM_Y": policy.Allow}})
	o := set.Decide([]policy.Scanned{s})
	types := func(asked bool) (out []string) {
		for _, f := range o.Targets(asked)["/a"] {
			out = append(out, f.Type)
		}
		return out
	}
	if d := cmp.Diff([]string{"DATE_TIME", "SECRET_X", "US_SSN"}, types(false)); d != "" {
		t.Error(d)
	}
	if d := cmp.Diff([]string{"DATE_TIME", "SECRET_X", "US_SSN"}, types(true)); d != "" {
		t.Error(d)
	}
}

func TestNothingHidesBehindManyFindings(t *testing.T) {
	t.Parallel()
	var s policy.Scanned
	for i := range 12_000 {
		f := finding("DATE_TIME", 0.9)
		f.ByteStart, f.ByteEnd = i, i+1
		s.Result.Findings = append(s.Result.Findings, f)
	}
	s.Result.Findings, s.Result.Hidden = s.Result.Findings[:10_000:10_000], s.Result.Findings[10_000:]
	for i, typ := range []string{"INJECTION_X", "US_SSN"} {
		f := finding(typ, 0.99)
		f.ByteStart, f.ByteEnd = 12_000+i, 12_001+i
		s.Result.Hidden = append(s.Result.Hidden, f)
	}
	set := compile(t, policy.Definition{Rules: []policy.Rule{{
		ID: "ssn", Name: "SSN", Severity: policy.High, Action: policy.Flag, EntityTypes: []string{"US_SSN"},
	}}})
	o := set.Decide([]policy.Scanned{s})
	if o.Decision != policy.Block || o.Risk.Components.Injection == 0 {
		t.Errorf("decision %s, risk %+v: an injection behind 12,000 dates went unseen", o.Decision, o.Risk)
	}
	if len(o.Findings) != 10_000 || len(o.Violations) != 1 || len(o.Violations[0].Findings) != 1 {
		t.Errorf("%d findings listed and violations %+v, want 10,000 and one that names a finding", len(o.Findings), o.Violations)
	}
	if got := len(o.Targets(true)[""]); got != 12_002 {
		t.Errorf("%d findings redacted, want all 12,002", got)
	}
}

// drawScan draws findings of many types over a text of many words.
func drawScan(t *rapid.T, path string) policy.Scanned {
	words := []string{"Ann", "Bob", "the", "flu", "2024", "sk"}
	types := []string{"PERSON", "US_SSN", "DATE_TIME", "SECRET_X", "INJECTION_DIRECT", "TOXICITY_HATE", "POLICY_R", "POLICY_S", "EMAIL_ADDRESS"}
	s := policy.Scanned{Path: path, Source: detect.SourceInput}
	for range rapid.IntRange(0, 12).Draw(t, "words") {
		word := rapid.SampledFrom(words).Draw(t, "word")
		if rapid.Bool().Draw(t, "found") {
			f := finding(rapid.SampledFrom(types).Draw(t, "type"), rapid.Float64Range(0.5, 0.99).Draw(t, "score"))
			f.ByteStart, f.ByteEnd = len(s.Text), len(s.Text)+len(word)
			f.Start, f.End = f.ByteStart, f.ByteEnd
			s.Result.Findings = append(s.Result.Findings, f)
		}
		s.Text += word + " "
	}
	s.Result.Scanned, s.Result.Total = len(s.Text), len(s.Text)
	return s
}

// TestDecisionLaws holds every outcome to what the API promises.
func TestDecisionLaws(t *testing.T) {
	t.Parallel()
	set := compile(t, policy.Definition{Extends: []string{"hipaa"}, Rules: []policy.Rule{
		{ID: "r", Name: "n", Severity: policy.Low, Action: policy.Block, Require: policy.RequireAll, Near: 3, EntityTypes: []string{"PERSON"}, Keywords: []string{"flu"}},
		{ID: "s", Name: "n", Severity: policy.High, Action: policy.Flag, EntityTypes: []string{"DATE_TIME"}, Keywords: []string{"flu"}, MinCount: 2},
	}})
	rapid.Check(t, func(t *rapid.T) {
		var all []policy.Scanned
		for i := range rapid.IntRange(0, 3).Draw(t, "strings") {
			all = append(all, drawScan(t, fmt.Sprint("/", i)))
		}
		o := set.Decide(all)
		strongest := policy.Allow
		ids := map[string]bool{}
		for _, f := range o.Findings {
			strongest = policy.Strongest(strongest, f.Action)
			ids[f.ID] = true
		}
		for _, v := range o.Violations {
			strongest = policy.Strongest(strongest, v.Action)
			if len(v.Findings) == 0 {
				t.Fatalf("%s names no finding", v.RuleID)
			}
			for _, id := range v.Findings {
				if !ids[id] {
					t.Fatalf("%s names %s, which does not exist", v.RuleID, id)
				}
			}
		}
		if o.Decision != strongest || len(ids) != len(o.Findings) {
			t.Fatalf("decision %s, strongest %s", o.Decision, strongest)
		}
		for _, f := range o.Findings {
			if f.Category == detect.CategoryPolicy && !slices.ContainsFunc(o.Violations, func(v policy.Violation) bool { return slices.Contains(v.Findings, f.ID) }) {
				t.Fatalf("%s supports no breach", f.ID)
			}
		}
		checkRisk(t, o.Risk)
	})
}

func checkRisk(t *rapid.T, r policy.Risk) {
	c := r.Components
	for _, v := range []float64{c.PII, c.Injection, c.Toxicity, c.Secrets, c.Compliance} {
		if v < 0 || v > r.Score || r.Score > 100 {
			t.Fatalf("risk %+v", r)
		}
	}
}

// TestMoreFindingsAreNoSafer adds one finding and expects neither decision nor risk to fall.
func TestMoreFindingsAreNoSafer(t *testing.T) {
	t.Parallel()
	set := compile(t, policy.Definition{Extends: []string{"gdpr"}})
	rapid.Check(t, func(t *rapid.T) {
		first, second := drawScan(t, "/a"), drawScan(t, "/b")
		less, more := set.Decide([]policy.Scanned{first}), set.Decide([]policy.Scanned{first, second})
		if policy.Strongest(less.Decision, more.Decision) != more.Decision || more.Risk.Score < less.Risk.Score {
			t.Fatalf("from %s %v to %s %v", less.Decision, less.Risk, more.Decision, more.Risk)
		}
	})
}
