package secrets

import (
	"regexp"
	"strings"
	"testing"

	"guardrails/shared/detect"
)

func TestLiteralsAreSound(t *testing.T) {
	t.Parallel()
	names := map[string]bool{}
	for _, d := range Detectors() {
		if names[d.Name] {
			t.Errorf("%s: name used twice", d.Name)
		}
		names[d.Name] = true
		if !strings.HasPrefix(d.Type, "SECRET_") || d.Category != detect.CategorySecret {
			t.Errorf("%s: type %s, category %s", d.Name, d.Type, d.Category)
		}
		if d.Base < 0.5 || d.Base > 0.99 || d.ValidBase > 0.99 {
			t.Errorf("%s: scores %v, %v", d.Name, d.Base, d.ValidBase)
		}
		if len(d.Samples.Positive) == 0 || len(d.Samples.Negative) == 0 {
			t.Errorf("%s: no samples", d.Name)
		}
		if d.Anchor == nil {
			checkPattern(t, d.Name, d.Pattern)
		}
	}
}

func checkPattern(t *testing.T, name string, p *detect.Pattern) {
	t.Helper()
	for _, expr := range append(append([]string{p.Regexp}, p.Allow...), p.AllowBefore...) {
		if _, err := regexp.Compile(expr); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
	if len(p.Keywords) == 0 {
		t.Errorf("%s: no keyword", name)
	}
	for _, k := range p.Keywords {
		if len(k) < 3 || k != strings.ToLower(k) {
			t.Errorf("%s: keyword %q", name, k)
		}
	}
	if p.Window > 16384 || p.Ahead > 16384 {
		t.Errorf("%s: window %d, ahead %d", name, p.Window, p.Ahead)
	}
}

func TestRuleCount(t *testing.T) {
	t.Parallel()
	if got := len(Detectors()); got < 230 {
		t.Errorf("%d rules, want at least 230", got)
	}
}
