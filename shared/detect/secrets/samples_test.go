package secrets

import (
	"context"
	_ "embed"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"guardrails/shared/detect"
)

//go:embed testdata/neutral.txt
var neutral string

func newEngine(t *testing.T) *detect.Engine {
	t.Helper()
	engine, err := detect.New(Detectors())
	if err != nil {
		t.Fatal(err)
	}
	return engine
}

func ofType(found []detect.Finding, typ string) (n int) {
	for _, f := range found {
		if f.Type == typ {
			n++
		}
	}
	return n
}

// With all rules at once: the specific rule must win over the generic ones.
func TestSamples(t *testing.T) {
	t.Parallel()
	engine := newEngine(t)
	for _, d := range Detectors() {
		for _, text := range d.Samples.Positive {
			found := engine.Scan(context.Background(), text, detect.Options{}).Findings
			if len(found) != 1 || ofType(found, d.Type) != 1 {
				t.Errorf("%s: %d findings, %d of type %s in %q", d.Name, len(found), ofType(found, d.Type), d.Type, text)
			}
		}
		for _, text := range d.Samples.Negative {
			found := engine.Scan(context.Background(), text, detect.Options{Include: []string{d.Name}}).Findings
			if len(found) != 0 {
				t.Errorf("%s: finding of score %.2f in %q", d.Name, found[0].Score, text)
			}
		}
	}
}

func TestNeutralTextHasNoFinding(t *testing.T) {
	t.Parallel()
	engine := newEngine(t)
	lines := strings.Split(strings.TrimSpace(neutral), "\n")
	rapid.Check(t, func(t *rapid.T) {
		text := strings.Join(rapid.SliceOfN(rapid.SampledFrom(lines), 1, 20).Draw(t, "lines"), "\n")
		for _, f := range engine.Scan(context.Background(), text, detect.Options{}).Findings {
			t.Errorf("%s by %s of score %.2f at %d in %q", f.Type, f.Detector, f.Score, f.Start, text)
		}
	})
}

// A secret keeps its finding whatever text stands around it.
func TestSecretInNeutralText(t *testing.T) {
	t.Parallel()
	engine := newEngine(t)
	lines := strings.Split(strings.TrimSpace(neutral), "\n")
	all := Detectors()
	rapid.Check(t, func(t *rapid.T) {
		d := rapid.SampledFrom(all).Draw(t, "rule")
		sample := rapid.SampledFrom(d.Samples.Positive).Draw(t, "sample")
		around := rapid.SliceOfN(rapid.SampledFrom(lines), 0, 6)
		text := strings.Join(around.Draw(t, "before"), "\n") + "\n\n" + sample + "\n\n" + strings.Join(around.Draw(t, "after"), "\n")
		found := engine.Scan(context.Background(), text, detect.Options{}).Findings
		if ofType(found, d.Type) == 0 {
			t.Errorf("%s: no finding in %q", d.Name, text)
		}
	})
}
