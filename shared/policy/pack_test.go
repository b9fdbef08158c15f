package policy_test

import (
	"fmt"
	"regexp"
	"strings"
	"testing"

	"guardrails/shared/detect"
	"guardrails/shared/detect/builtin"
	"guardrails/shared/policy"
)

func engine(t testing.TB) *detect.Engine {
	t.Helper()
	e, err := builtin.Engine()
	if err != nil {
		t.Fatal(err)
	}
	return e
}

func pack(t testing.TB, id string) policy.Policy {
	t.Helper()
	p, ok := policy.PackByID(id)
	if !ok {
		t.Fatalf("no pack %s", id)
	}
	return p.Policy()
}

func TestPacks(t *testing.T) {
	t.Parallel()
	want := []struct {
		id, framework, prefix string
		rules                 int
	}{
		{"hipaa", "HIPAA", "hipaa", 10},
		{"gdpr", "GDPR", "gdpr", 8},
		{"pci_dss", "PCI-DSS", "pci", 8},
		{"pipeda", "PIPEDA", "pipeda", 5},
		{"soc2", "SOC2", "soc2", 9},
		{"ccpa", "CCPA", "ccpa", 8},
		{"hipaa_safe_harbor", "HIPAA-SAFE-HARBOR", "hipaa_sh", 18},
		{"gdpr_art9", "GDPR-ART9", "gdpr_art9", 10},
		{"glba", "GLBA", "glba", 9},
		{"ferpa", "FERPA", "ferpa", 8},
		{"lgpd", "LGPD", "lgpd", 9},
		{"uk_dpa", "UK-DPA", "uk_dpa", 11},
		{"au_privacy", "AU-PRIVACY", "au_privacy", 10},
		{"in_dpdp", "IN-DPDP", "in_dpdp", 11},
		{"owasp_llm", "OWASP-LLM", "owasp", 10},
	}
	packs := policy.Packs()
	if len(packs) != len(want) {
		t.Fatalf("%d packs, want %d", len(packs), len(want))
	}
	for i, w := range want {
		p := packs[i]
		if p.ID != w.id || p.Framework != w.framework || len(p.Rules) != w.rules || p.Name == "" || p.Description == "" || p.Version < 1 {
			t.Errorf("pack %d = %s %s with %d rules, want %+v", i, p.ID, p.Framework, len(p.Rules), w)
		}
		for n, r := range p.Rules {
			if id := fmt.Sprintf("%s_%03d", w.prefix, n+1); r.ID != id || r.Framework != w.framework {
				t.Errorf("%s rule %d has id %s and framework %s", w.id, n, r.ID, r.Framework)
			}
			if r.Description == "" || r.Remediation == "" || r.Action == policy.Allow {
				t.Errorf("%s lacks a description, remediation or action", r.ID)
			}
		}
	}
}

// TestPacksPassValidation holds the shipped rules to what tenants' rules must fulfill, and more: every expression
// has a literal that it cannot match without.
func TestPacksPassValidation(t *testing.T) {
	t.Parallel()
	for _, p := range policy.Packs() {
		d := policy.Definition{Name: p.Name, Rules: p.Rules}
		if faults := d.Validate(engine(t)); len(faults) > 0 {
			t.Errorf("%s: %+v", p.ID, faults)
		}
		set, err := policy.Compile(engine(t), []policy.Policy{p.Policy()}, nil)
		if err != nil {
			t.Fatal(err)
		}
		if names := set.Engine().NoLiteral(); len(names) > 0 {
			t.Errorf("%s: patterns without a literal: %v", p.ID, names)
		}
	}
}

func TestPackKeywordsAreDistinct(t *testing.T) {
	t.Parallel()
	for _, p := range policy.Packs() {
		for _, r := range p.Rules {
			seen := map[string]bool{}
			for _, k := range r.Keywords {
				if folded := detect.FoldValue(k); seen[folded] || strings.TrimSpace(k) != k {
					t.Errorf("%s: keyword %q twice or with space around", r.ID, k)
				} else {
					seen[folded] = true
				}
			}
			for _, e := range r.Patterns {
				if regexp.MustCompile(e).NumSubexp() != 1 {
					t.Errorf("%s: %q must have one group, the finding", r.ID, e)
				}
			}
		}
	}
}

func TestPackID(t *testing.T) {
	t.Parallel()
	for name, want := range map[string]string{
		"hipaa": "hipaa", "HIPAA": "hipaa", "PCI-DSS": "pci_dss", "pci_dss": "pci_dss", "Pci Dss": "pci_dss", "pci": "pci_dss", "SOC2": "soc2",
	} {
		if id, ok := policy.PackID(name); !ok || id != want {
			t.Errorf("PackID(%q) = %q, %v; want %q", name, id, ok, want)
		}
	}
	if id, ok := policy.PackID("iso"); ok {
		t.Errorf("PackID(iso) = %q", id)
	}
}
