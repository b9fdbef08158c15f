package policy_test

import (
	"strings"
	"testing"

	"guardrails/shared/detect"
	"guardrails/shared/policy"
)

// TestTenDatesDoNotHideOneSSN is the example that the older formula fails: its mean lets harmless findings hide a
// dangerous one.
func TestTenDatesDoNotHideOneSSN(t *testing.T) {
	t.Parallel()
	text := strings.Repeat("2024 ", 10) + "536-90-4399"
	s := policy.Scanned{Text: text, Source: detect.SourceInput}
	for range 10 {
		s.Result.Findings = append(s.Result.Findings, finding("DATE_TIME", 0.6))
	}
	dates := compile(t).Decide([]policy.Scanned{s})
	if dates.Risk.Score != 18 || dates.Risk.Level != policy.LevelLow {
		t.Errorf("ten dates = %+v, want 18, low", dates.Risk)
	}
	s.Result.Findings = append(s.Result.Findings, finding("US_SSN", 0.98))
	with := compile(t).Decide([]policy.Scanned{s})
	if with.Risk.Score != 100 || with.Risk.Level != policy.LevelCritical || with.Risk.Components.PII != 100 {
		t.Errorf("with an SSN = %+v, want 100, critical", with.Risk)
	}
	// The mean of (10 x 18 + 100) / 11, times 0.4.
	if old := with.Legacy(); old.OverallScore != 10.2 || old.OverallLevel != policy.LevelLow {
		t.Errorf("older formula = %+v, want 10.2, low", old)
	}
}

func TestRiskOfSingleFindings(t *testing.T) {
	t.Parallel()
	cases := []struct {
		typ   string
		score float64
		want  float64
		level policy.Level
	}{
		{"US_SSN", 0.85, 80.8, policy.LevelHigh},
		{"US_SSN", 0.86, 89.9, policy.LevelCritical},
		{"CREDIT_CARD", 0.9, 89.1, policy.LevelCritical},
		{"PERSON", 0.5, 35, policy.LevelMedium},
		{"EMAIL_ADDRESS", 0.5, 30, policy.LevelMedium},
		{"EMAIL_ADDRESS", 0.49, 29.4, policy.LevelLow},
		{"PHONE_NUMBER", 0.5, 27.5, policy.LevelLow},
		{"CUSTOM_X", 0.8, 40, policy.LevelMedium},
		{"LOCATION", 0.5, 10, policy.LevelLow},
		{"ORGANIZATION", 0.5, 7.5, policy.LevelLow},
		{"SECRET_X", 0.8, 76, policy.LevelHigh},
		{"INJECTION_DIRECT", 0.6, 60, policy.LevelHigh},
		{"TOXICITY_THREAT", 0.8, 76, policy.LevelHigh},
		{"TOXICITY_HATE", 0.5, 45, policy.LevelMedium},
		{"TOXICITY_HARASSMENT", 0.5, 37.5, policy.LevelMedium},
		{"TOXICITY_OFFENSIVE", 0.5, 25, policy.LevelLow},
	}
	for _, c := range cases {
		s := policy.Scanned{Text: "x", Result: detect.Result{Findings: []detect.Finding{finding(c.typ, c.score)}}}
		if r := compile(t).Decide([]policy.Scanned{s}).Risk; r.Score != c.want || r.Level != c.level {
			t.Errorf("%s at %v = %v %s, want %v %s", c.typ, c.score, r.Score, r.Level, c.want, c.level)
		}
	}
}

func TestRiskOfBreaches(t *testing.T) {
	t.Parallel()
	cases := []struct {
		framework string
		severity  policy.Severity
		want      float64
	}{
		{"HIPAA", policy.Low, 30},
		{"HIPAA", policy.Medium, 60},
		{"HIPAA", policy.High, 100},
		{"PCI-DSS", policy.High, 98},
		{"GDPR", policy.Medium, 52},
		{"SOC2", policy.Critical, 95},
		{"", policy.Low, 20},
	}
	for _, c := range cases {
		set := compile(t, policy.Definition{Rules: []policy.Rule{{
			ID: "r", Framework: c.framework, Name: "n", Severity: c.severity, Action: policy.Flag, EntityTypes: []string{"URL"},
		}}})
		r := set.Decide([]policy.Scanned{scanned(t, "", "x", "URL=x")}).Risk
		if r.Components.Compliance != c.want || r.Score != c.want {
			t.Errorf("%s %s = %+v, want %v", c.framework, c.severity, r, c.want)
		}
	}
}

func TestCompliant(t *testing.T) {
	t.Parallel()
	for severity, want := range map[policy.Severity]bool{policy.Low: true, policy.Medium: true, policy.High: false, policy.Critical: false} {
		set := compile(t, policy.Definition{Rules: []policy.Rule{{
			ID: "r", Name: "n", Severity: severity, Action: policy.Flag, EntityTypes: []string{"URL"}, Remediation: "Fix it.",
		}}})
		o := set.Decide([]policy.Scanned{scanned(t, "", "x", "URL=x")})
		if o.Compliant() != want {
			t.Errorf("compliant with a %s breach = %v", severity, !want)
		}
		if advice := o.Legacy().Recommendations; len(advice) != 2 || advice[0] != "Fix it." {
			t.Errorf("recommendations = %q", advice)
		}
	}
}
