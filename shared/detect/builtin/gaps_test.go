package builtin_test

import (
	"strings"
	"testing"

	"guardrails/shared/detect"
	"guardrails/shared/detect/builtin"
)

// TestInvisibleSpaces replaces the spaces of every sample by characters that take no room: readers that split words
// there still see the sample, so the engine must see it too.
func TestInvisibleSpaces(t *testing.T) {
	t.Parallel()
	e := engine(t)
	for _, d := range builtin.Detectors() {
		o := detect.Options{Include: []string{d.Name}}
		if d.Lexicon != nil && len(d.Lexicon.Sources) > 0 {
			o.Source = detect.Source(d.Lexicon.Sources[0])
		}
		for _, sample := range d.Samples.Positive {
			want := places(e.Scan(t.Context(), sample, o), d.Type)
			for _, r := range []string{"\u200b", "\u2060", "\u200d", "\ufeff", "\u00ad", "\u3164"} {
				if r == "\u00ad" && d.Category == detect.CategoryToxicity {
					continue // a soft hyphen leaves pieces of words that say something else
				}
				text := strings.ReplaceAll(sample, " ", r)
				// Where the word before may be a part of the value, as before a mail address, it is.
				got := places(e.Scan(t.Context(), text, o), d.Type)
				if len(got) == 0 || got[0][0] > want[0][0] || got[0][1] < want[0][1] {
					t.Errorf("%s: %q: found %v, want %v", d.Name, text, got, want)
				}
			}
		}
	}
}

// places returns where findings of a type are, in code points.
func places(r detect.Result, typ string) [][2]int {
	var out [][2]int
	for _, f := range r.Findings {
		if f.Type == typ {
			out = append(out, [2]int{f.Start, f.End})
		}
	}
	return out
}
