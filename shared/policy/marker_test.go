package policy_test

import (
	"slices"
	"testing"

	"guardrails/shared/detect"
	"guardrails/shared/detect/builtin"
	"guardrails/shared/policy"
)

// TestMarkerHidesNoNeighbor puts what an earlier redaction leaves right beside values of every type: whoever may write
// a marker must not be able to carry a value past the scan with it.
func TestMarkerHidesNoNeighbor(t *testing.T) {
	t.Parallel()
	engine, err := builtin.Engine()
	if err != nil {
		t.Fatal(err)
	}
	set, err := policy.Compile(engine, nil, nil)
	if err != nil {
		t.Fatal(err)
	}
	plan, err := set.Plan(detect.Options{}, "")
	if err != nil {
		t.Fatal(err)
	}
	finds := func(text, typ string) bool {
		return slices.ContainsFunc(plan.Scan(t.Context(), "", text, nil).Result.Findings, func(f detect.Finding) bool { return f.Type == typ })
	}
	tested := map[string]bool{}
	for _, d := range builtin.Detectors() {
		if d.OptIn || d.Lexicon != nil {
			continue
		}
		for _, sample := range d.Samples.Positive {
			for _, f := range engine.Scan(t.Context(), sample, detect.Options{}).Findings {
				value := sample[f.ByteStart:f.ByteEnd]
				if f.Type != d.Type || !finds(value, d.Type) || d.Type == "URL" || d.Type == "DOMAIN_NAME" {
					continue // it takes a label to know the value, or a marker may be a part of it
				}
				tested[d.Type] = true
				for _, text := range []string{"[US_EIN]" + value, value + "[US_EIN]", "[" + d.Type + ":" + value + "]", "[US_EIN:gr1.k1." + value + "]"} {
					if !finds(text, d.Type) {
						t.Errorf("no %s in %q", d.Type, text)
					}
				}
			}
		}
	}
	if len(tested) < 100 {
		t.Errorf("only %d types tested", len(tested))
	}
}

// TestMarkerIsNoURL expects a web address behind a marker to be found, and one that a marker is part of to be left alone.
func TestMarkerIsNoURL(t *testing.T) {
	t.Parallel()
	engine, err := builtin.Engine()
	if err != nil {
		t.Fatal(err)
	}
	set, err := policy.Compile(engine, nil, nil)
	if err != nil {
		t.Fatal(err)
	}
	plan, err := set.Plan(detect.Options{}, "")
	if err != nil {
		t.Fatal(err)
	}
	for text, want := range map[string]int{
		"[PERSON]https://acme.example/x": 1, "https://acme.example/[PERSON]": 0, "https://acme.example/x [PERSON]": 1,
	} {
		if got := len(plan.Scan(t.Context(), "", text, nil).Result.Findings); got != want {
			t.Errorf("%q: %d findings, want %d", text, got, want)
		}
	}
}
