package builtin_test

import (
	"testing"

	"guardrails/shared/detect"
	"guardrails/shared/detect/builtin"
)

func engine(t *testing.T) *detect.Engine {
	t.Helper()
	e, err := detect.New(builtin.Detectors())
	if err != nil {
		t.Fatal(err)
	}
	return e
}

// TestSamples runs every detector's samples through the engine with all detectors on: a positive gives exactly one
// finding of its type at 0.5, a negative none.
func TestSamples(t *testing.T) {
	t.Parallel()
	e := engine(t)
	for _, d := range builtin.Detectors() {
		t.Run(d.Name, func(t *testing.T) {
			t.Parallel()
			var o detect.Options
			if d.OptIn {
				o.Include = []string{d.Name}
			}
			if d.Lexicon != nil && len(d.Lexicon.Sources) > 0 {
				o.Source = detect.Source(d.Lexicon.Sources[0])
			}
			for _, text := range d.Samples.Positive {
				if n := count(t, e, text, d.Type, o); n != 1 {
					t.Errorf("positive %q: %d findings of %s, want 1", text, n, d.Type)
				}
			}
			for _, text := range d.Samples.Negative {
				if n := count(t, e, text, d.Type, o); n != 0 {
					t.Errorf("negative %q: %d findings of %s, want 0", text, n, d.Type)
				}
			}
		})
	}
}

func count(t *testing.T, e *detect.Engine, text, typ string, o detect.Options) int {
	t.Helper()
	res := e.Scan(t.Context(), text, o)
	n := 0
	for _, f := range res.Findings {
		if f.Type == typ {
			n++
		}
	}
	if len(res.Incomplete) > 0 {
		t.Errorf("%q: incomplete: %v", text, res.Incomplete)
	}
	return n
}

// TestLiterals checks what the compiler cannot: unique names, one kind, samples, and the number of types.
func TestLiterals(t *testing.T) {
	t.Parallel()
	names, types := map[string]bool{}, map[string]bool{}
	positives, negatives := map[string]int{}, map[string]int{}
	for _, d := range builtin.Detectors() {
		if names[d.Name] {
			t.Errorf("%s: name used twice", d.Name)
		}
		names[d.Name] = true
		if d.Summary == "" || d.Samples.Source == "" {
			t.Errorf("%s: needs a summary and a source of samples", d.Name)
		}
		if d.Category == detect.CategoryPII && !d.OptIn {
			types[d.Type] = true
		}
		positives[d.Type] += len(d.Samples.Positive)
		negatives[d.Type] += len(d.Samples.Negative)
	}
	for typ := range types {
		if positives[typ] < 3 || negatives[typ] < 3 {
			t.Errorf("%s: %d positive and %d negative samples, want at least 3 each", typ, positives[typ], negatives[typ])
		}
	}
	if len(types) < 200 {
		t.Errorf("%d types of personal data, want at least 200", len(types))
	}
	t.Logf("%d detectors, %d types of personal data", len(names), len(types))
}
