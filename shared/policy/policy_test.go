package policy_test

import (
	"encoding/json"
	"errors"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"guardrails/shared/detect"
	"guardrails/shared/errs"
	"guardrails/shared/policy"
	"guardrails/shared/redact"
)

func locations(fields []errs.Field) []string {
	var out []string
	for _, f := range fields {
		out = append(out, f.Location)
	}
	return out
}

// bad is a definition with a fault in every part; canary is the text that must not come back.
func bad() policy.Definition {
	return policy.Definition{
		Name:        "",
		Description: strings.Repeat("canary", 400),
		Extends:     []string{"hipaa", "canary", "hipaa"},
		Rules: []policy.Rule{
			{ID: "1canary", Name: "n", Severity: policy.Low, Action: policy.Flag, EntityTypes: []string{"US_SSN", "CANARY_TYPE"}},
			{Name: "n", Severity: "canary", Action: "canary", Require: "canary", Source: "canary", Keywords: []string{"x", ""}},
			{ID: "r", Severity: policy.Low, Action: policy.Flag, Near: 5, MinScore: 2, MinCount: -1},
			{ID: "R", Name: "n", Severity: policy.Low, Action: policy.Flag, Require: policy.RequireAll, Patterns: []string{"ok", "(canary", "canary*|"}},
			{ID: "hipaa_001", Action: "canary"},
		},
		Patterns: []policy.Pattern{
			{CustomPattern: detect.CustomPattern{Name: "POLICY_X", Terms: []string{"x"}}, Action: "canary"},
			{CustomPattern: detect.CustomPattern{Name: "canary", Regexes: []detect.ScoredPattern{{Pattern: "canary{300}"}}}, Operator: "canary"},
		},
		Allow:        []detect.ListEntry{{Value: "a", Regex: "canary"}},
		Deny:         []detect.ListEntry{{HMAC: "canary"}},
		Thresholds:   map[string]float64{"canary_x": 0.5, "US_SSN": 1.5},
		Redaction:    &redact.Choice{Method: redact.Method{Operator: "canary"}},
		Actions:      map[string]policy.Action{"canary_x": policy.Flag, "US_SSN": "canary"},
		OnIncomplete: policy.Redact,
	}
}

func patterns(list ...detect.CustomPattern) []policy.Pattern {
	out := make([]policy.Pattern, len(list))
	for i, p := range list {
		out[i].CustomPattern = p
	}
	return out
}

func TestValidateListsEveryFault(t *testing.T) {
	t.Parallel()
	d := bad()
	faults := d.Validate(engine(t))
	want := []string{
		"/name", "/description", "/on_incomplete", "/extends/1", "/extends/2",
		"/patterns/0/name", "/patterns/0/action", "/patterns/1/operator",
		"/rules/0/id", "/rules/0/entity_types/1",
		"/rules/1/severity", "/rules/1/action", "/rules/1/require", "/rules/1/source",
		"/rules/2/name", "/rules/2/near", "/rules/2/min_score", "/rules/2/min_count", "/rules/2",
		"/rules/3/id", "/rules/3/require",
		"/rules/4/action",
		"/thresholds/US_SSN", "/thresholds", "/actions/US_SSN", "/actions", "/redaction/operator",
		"/patterns/1/name", "/patterns/1/regexes/0/pattern", "/deny/0/hmac", "/allow/0",
		"/rules/1/keywords/1", "/rules/3/patterns/1", "/rules/3/patterns/2",
	}
	if diff := cmp.Diff(want, locations(faults)); diff != "" {
		t.Error(diff)
	}
	for _, f := range faults {
		if strings.Contains(strings.ToLower(f.Location+f.Message), "canary") {
			t.Errorf("fault echoes a value: %+v", f)
		}
	}
}

func TestValidateLimits(t *testing.T) {
	t.Parallel()
	ok := policy.Rule{Name: "n", Severity: policy.Low, Action: policy.Flag, EntityTypes: []string{"US_SSN"}}
	cases := []struct {
		name string
		def  policy.Definition
		want []string
	}{
		{"least", policy.Definition{Name: "n"}, nil},
		{"longest name", policy.Definition{Name: strings.Repeat("é", 255)}, nil},
		{"name too long", policy.Definition{Name: strings.Repeat("é", 256)}, []string{"/name"}},
		{"100 rules", policy.Definition{Name: "n", Rules: repeat(ok, 100)}, nil},
		{"101 rules", policy.Definition{Name: "n", Rules: repeat(ok, 101)}, []string{"/rules"}},
		{"own type in a rule", policy.Definition{
			Name: "n", Patterns: patterns(detect.CustomPattern{Name: "CODE_NAME", Terms: []string{"falcon"}}),
			Rules: []policy.Rule{{Name: "n", Severity: policy.Low, Action: policy.Flag, EntityTypes: []string{"CODE_NAME", "EMAIL", "secret"}}},
		}, nil},
		{"override of a pack's rule", policy.Definition{
			Name: "n", Extends: []string{"hipaa"}, Rules: []policy.Rule{{ID: "hipaa_001", Action: policy.Block}},
		}, nil},
		{"the same without the pack", policy.Definition{
			Name: "n", Rules: []policy.Rule{{ID: "hipaa_001", Action: policy.Block}},
		}, []string{"/rules/0/name", "/rules/0/severity", "/rules/0"}},
		{"repeated id", policy.Definition{Name: "n", Rules: []policy.Rule{
			with(ok, "a-b"), with(ok, "A_B"),
		}}, []string{"/rules/1/id"}},
		{"allow by digest", policy.Definition{Name: "n", Allow: []detect.ListEntry{{HMAC: strings.Repeat("ab", 32)}}}, nil},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			if diff := cmp.Diff(c.want, locations(c.def.Validate(engine(t)))); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func repeat(r policy.Rule, n int) []policy.Rule {
	out := make([]policy.Rule, n)
	for i := range out {
		out[i] = r
	}
	return out
}

func with(r policy.Rule, id string) policy.Rule {
	r.ID = id
	return r
}

func decideText(t *testing.T, set *policy.Set, text string) policy.Outcome {
	t.Helper()
	plan, err := set.Plan(detect.Options{}, "")
	if err != nil {
		t.Fatal(err)
	}
	return set.Decide([]policy.Scanned{plan.Scan(t.Context(), "", text, nil)})
}

func TestOverrides(t *testing.T) {
	t.Parallel()
	const text = "SSN 536-90-4399"
	hipaa := policy.Definition{Extends: []string{"hipaa"}}
	if o := decideText(t, compile(t, hipaa), text); o.Decision != policy.Block {
		t.Errorf("shipped = %s", summary(o))
	}
	hipaa.Rules = []policy.Rule{{ID: "hipaa_003", Action: policy.Flag, Severity: policy.Low}}
	o := decideText(t, compile(t, hipaa), text)
	if o.Decision != policy.Redact || len(o.Violations) != 1 || o.Violations[0].Severity != policy.Low || o.Violations[0].Framework != "HIPAA" {
		t.Errorf("overridden = %s %+v", summary(o), o.Violations)
	}
	hipaa.Rules[0].Action = policy.Allow
	if o := decideText(t, compile(t, hipaa), text); len(o.Violations) != 0 {
		t.Errorf("switched off = %s", summary(o))
	}
}

func TestTenantRulesAndPatterns(t *testing.T) {
	t.Parallel()
	set := compile(t, policy.Definition{
		Rules:      []policy.Rule{{Name: "No code names", Severity: policy.High, Action: policy.Block, Keywords: []string{"Project Falcon"}}},
		Patterns:   patterns(detect.CustomPattern{Name: "TICKET", Regexes: []detect.ScoredPattern{{Pattern: `TCK-\d{4}`}}}),
		Deny:       []detect.ListEntry{{Value: "hush", Type: "QUIET"}},
		Allow:      []detect.ListEntry{{Value: "info@corp.io"}},
		Thresholds: map[string]float64{"TICKET": 0.1},
		Redaction:  &redact.Choice{Method: redact.Method{Operator: redact.Remove}},
	})
	o := decideText(t, set, "project falcon: TCK-1234, hush, info@corp.io")
	want := "block POLICY_RULE_001=block TICKET=redact QUIET=redact rule_001[f1]"
	if got := summary(o); got != want {
		t.Errorf("Decide = %s, want %s", got, want)
	}
	if o.Violations[0].Framework != "CUSTOM" || set.Redaction().Operator != redact.Remove {
		t.Errorf("violation %+v, redaction %+v", o.Violations[0], set.Redaction())
	}
}

// A saved policy goes on to work when a built-in type of the same name has come since; a new one may not take the name.
func TestSavedNamesOutliveNewTypes(t *testing.T) {
	t.Parallel()
	d := policy.Definition{
		Name:     "n",
		Patterns: patterns(detect.CustomPattern{Name: "PASSPORT", Regexes: []detect.ScoredPattern{{Pattern: `ZZ-\d{4}`}}}),
		Deny:     []detect.ListEntry{{Value: "hush", Type: "GENDER"}},
		Actions:  map[string]policy.Action{"PASSPORT": policy.Block, "GENDER": policy.Flag},
	}
	o := decideText(t, compile(t, d), "ZZ-1234 hush, passport number: K2048193")
	if got, want := summary(o), "block PASSPORT=block GENDER=flag PASSPORT=block"; got != want {
		t.Errorf("Decide = %s, want %s", got, want)
	}
	if diff := cmp.Diff([]string{"/patterns/0/name", "/deny/0/type"}, locations(d.Validate(engine(t)))); diff != "" {
		t.Errorf("a new policy may take the names: %s", diff)
	}
}

// A pattern says itself what becomes of its findings; the policy's maps, which name types, go before it.
func TestPatternsSayWhatBecomesOfTheirFindings(t *testing.T) {
	t.Parallel()
	ticket := policy.Pattern{CustomPattern: detect.CustomPattern{Name: "TICKET", Terms: []string{"tck1"}}, Action: policy.Block, Operator: redact.Remove}
	quiet := policy.Pattern{CustomPattern: detect.CustomPattern{Name: "QUIET", Terms: []string{"hush"}}, Action: policy.Allow, Operator: redact.Mask}
	const text = "tck1 hush"
	for _, c := range []struct {
		name string
		def  policy.Definition
		want string
		ops  []redact.Operator
	}{
		{"alone", policy.Definition{Patterns: []policy.Pattern{ticket, quiet}}, "block TICKET=block QUIET=allow", []redact.Operator{redact.Remove, redact.Mask}},
		{"beside maps of others", policy.Definition{
			Patterns: []policy.Pattern{ticket, quiet}, Actions: map[string]policy.Action{"custom": policy.Flag},
			Redaction: &redact.Choice{Method: redact.Method{Operator: redact.Hash}},
		}, "block TICKET=block QUIET=allow", []redact.Operator{redact.Remove, redact.Mask}},
		{"under maps that name them", policy.Definition{
			Patterns: []policy.Pattern{ticket, quiet}, Actions: map[string]policy.Action{"TICKET": policy.Flag, "QUIET": policy.Redact},
			Redaction: &redact.Choice{ByType: map[string]redact.Method{"TICKET": {Operator: redact.Keep}}},
		}, "redact TICKET=flag QUIET=redact", []redact.Operator{redact.Keep, redact.Mask}},
	} {
		set := compile(t, c.def)
		if got := summary(decideText(t, set, text)); got != c.want {
			t.Errorf("%s: %s, want %s", c.name, got, c.want)
		}
		for i, typ := range []string{"TICKET", "QUIET"} {
			if got := set.Redaction().For(typ, detect.CategoryCustom).Operator; got != c.ops[i] {
				t.Errorf("%s: %s is %s, want %s", c.name, typ, got, c.ops[i])
			}
		}
	}
	weak, strong := ticket, ticket
	weak.Action, strong.Action = policy.Flag, policy.Block
	both := compile(t, policy.Definition{Patterns: []policy.Pattern{weak}}, policy.Definition{Patterns: []policy.Pattern{strong}})
	if got := summary(decideText(t, both, text)); got != "block TICKET=block" {
		t.Errorf("of two policies: %s", got)
	}
}

// TestRulesHoldAgainstTheRequest: neither a high threshold nor a list of detectors silences what rules look for.
func TestRulesHoldAgainstTheRequest(t *testing.T) {
	t.Parallel()
	set := compile(t, policy.Definition{Rules: []policy.Rule{{Name: "n", Severity: policy.High, Action: policy.Block, Keywords: []string{"falcon"}}}})
	for _, o := range []detect.Options{
		{MinScore: 0.99}, {Include: []string{"EMAIL"}}, {Thresholds: map[string]float64{"POLICY_RULE_001": 1}},
	} {
		plan, err := set.Plan(o, "")
		if err != nil {
			t.Fatal(err)
		}
		if out := set.Decide([]policy.Scanned{plan.Scan(t.Context(), "", "falcon", nil)}); out.Decision != policy.Block {
			t.Errorf("with %+v: %s", o, summary(out))
		}
	}
}

func TestPlanRefusesUnknownNames(t *testing.T) {
	t.Parallel()
	_, err := compile(t).Plan(detect.Options{Include: []string{"US_SSN", "canary"}, Exclude: []string{"canary"}}, "/detectors")
	var e *errs.Error
	if !errors.As(err, &e) || e.Code != errs.InvalidRequest {
		t.Fatalf("Plan = %v", err)
	}
	if diff := cmp.Diff([]string{"/detectors/include/1", "/detectors/exclude/0"}, locations(e.Fields)); diff != "" {
		t.Error(diff)
	}
}

func TestSeveralPolicies(t *testing.T) {
	t.Parallel()
	rule := policy.Rule{ID: "r", Name: "n", Severity: policy.High, Action: policy.Flag, Keywords: []string{"falcon"}}
	other := rule
	other.Keywords = []string{"hawk"}
	a := policy.Definition{Rules: []policy.Rule{rule}, Actions: map[string]policy.Action{"EMAIL": policy.Allow}}
	b := policy.Definition{Rules: []policy.Rule{other}, Actions: map[string]policy.Action{"EMAIL_ADDRESS": policy.Block}}
	o := decideText(t, compile(t, a, b, a), "falcon hawk a.roe@corp.io")
	want := "block POLICY_R=flag POLICY_R_2=flag EMAIL_ADDRESS=block r[f1] r[f2]"
	if got := summary(o); got != want {
		t.Errorf("Decide = %s, want %s", got, want)
	}
}

func TestCompileRefuses(t *testing.T) {
	t.Parallel()
	p := detect.CustomPattern{Name: "TICKET", Terms: []string{"a1"}}
	q := detect.CustomPattern{Name: "TICKET", Terms: []string{"b1"}}
	for name, defs := range map[string][]policy.Definition{
		"unknown pack":      {{Extends: []string{"iso"}}},
		"one name for both": {{Patterns: patterns(p)}, {Patterns: patterns(q)}},
	} {
		var policies []policy.Policy
		for _, d := range defs {
			policies = append(policies, policy.Policy{Definition: d})
		}
		if _, err := policy.Compile(engine(t), policies, nil); !errors.Is(err, errs.InvalidRequest) {
			t.Errorf("%s: Compile = %v", name, err)
		}
	}
	compile(t, policy.Definition{Patterns: patterns(p)}, policy.Definition{Patterns: patterns(p)})
}

func TestVersion(t *testing.T) {
	t.Parallel()
	a, b := compile(t, policy.Definition{Name: "a"}), compile(t, policy.Definition{Name: "b"})
	if len(a.Version()) != 16 || a.Version() == b.Version() || a.Version() != compile(t, policy.Definition{Name: "a"}).Version() {
		t.Errorf("versions %q and %q", a.Version(), b.Version())
	}
}

func TestPlaceholders(t *testing.T) {
	t.Parallel()
	const text = "jane@example.com, ops@corp.test, jane@corp.io, 4111 1111 1111 1111, 4539 5787 6362 1486, +1 415 555 0132"
	o := decideText(t, compile(t, policy.Definition{IgnorePlaceholders: true}), text)
	var got []string
	for _, f := range o.Findings {
		got = append(got, text[f.ByteStart:f.ByteEnd])
	}
	if diff := cmp.Diff([]string{"jane@corp.io", "4539 5787 6362 1486"}, got); diff != "" {
		t.Error(diff)
	}
	if n := len(decideText(t, compile(t), text).Findings); n != 6 {
		t.Errorf("%d findings without the switch, want 6", n)
	}
}

// TestPolicyJSON holds the resource to its names and to what it leaves out.
func TestPolicyJSON(t *testing.T) {
	t.Parallel()
	raw, err := json.Marshal(pack(t, "pipeda"))
	if err != nil {
		t.Fatal(err)
	}
	var got map[string]any
	if err := json.Unmarshal(raw, &got); err != nil {
		t.Fatal(err)
	}
	want := map[string]any{
		"id": "pipeda", "version": 1.0, "status": "inactive",
		"name":        "Personal Information Protection and Electronic Documents Act",
		"description": "Personal information of people in Canada.",
		"extends":     []any{"pipeda"},
		"created_at":  "2026-11-01T00:00:00Z", "updated_at": "2026-11-01T00:00:00Z",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}
