package policy_test

import (
	"strings"
	"testing"

	"guardrails/shared/detect"
	"guardrails/shared/policy"
)

func benchText() string {
	return "Patient John Smith, MRN 12345678, SSN 536-90-4399, diagnosed with diabetes. " + strings.Repeat("He called about the results of his test and will come again. ", 15)
}

func benchSet(b *testing.B, packs int) (*policy.Set, *policy.Plan) {
	b.Helper()
	var policies []policy.Policy
	for _, p := range policy.Packs()[:packs] {
		policies = append(policies, p.Policy())
	}
	set, err := policy.Compile(engine(b), policies, nil)
	if err != nil {
		b.Fatal(err)
	}
	plan, err := set.Plan(detect.Options{}, "")
	if err != nil {
		b.Fatal(err)
	}
	return set, plan
}

func BenchmarkDecide(b *testing.B) {
	set, plan := benchSet(b, 6)
	scan := []policy.Scanned{plan.Scan(b.Context(), "", benchText(), nil)}
	b.ReportAllocs()
	for b.Loop() {
		set.Decide(scan)
	}
}

// BenchmarkScan shows what the words of the packs cost on top of the built-in detectors.
func BenchmarkScan(b *testing.B) {
	for name, packs := range map[string]int{"none": 0, "hipaa": 1, "all": 6} {
		b.Run(name, func(b *testing.B) {
			_, plan := benchSet(b, packs)
			text := benchText()
			b.SetBytes(int64(len(text)))
			b.ReportAllocs()
			for b.Loop() {
				plan.Scan(b.Context(), "", text, nil)
			}
		})
	}
}

func BenchmarkCompile(b *testing.B) {
	e := engine(b)
	var policies []policy.Policy
	for _, p := range policy.Packs() {
		policies = append(policies, p.Policy())
	}
	b.ReportAllocs()
	for b.Loop() {
		if _, err := policy.Compile(e, policies, nil); err != nil {
			b.Fatal(err)
		}
	}
}
