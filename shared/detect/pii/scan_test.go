package pii

import (
	"regexp"
	"strings"
	"testing"
	"unicode"

	"golang.org/x/text/unicode/norm"

	"guardrails/shared/detect"
)

// TestScansReadWhatTheirExpressionsSay holds detectors that read values by hand to the expressions beside them, which
// explanations show: what is read begins inside a match, and the match is not longer than it.
func TestScansReadWhatTheirExpressionsSay(t *testing.T) {
	t.Parallel()
	for _, d := range Detectors() {
		if d.Pattern == nil || d.Pattern.Scan == nil {
			continue
		}
		t.Run(d.Name, func(t *testing.T) {
			t.Parallel()
			expr := regexp.MustCompile(d.Pattern.Regexp)
			for _, sample := range d.Samples.Positive {
				text := withoutAccents(sample)
				from, to := read(d.Pattern, text)
				if from == to {
					t.Errorf("%q: nothing is read", text)
					continue
				}
				if m := expr.FindStringIndex(text); m == nil || m[0] >= to || m[1] <= from {
					t.Errorf("%q: %q is read, the expression matches %v", text, text[from:to], m)
				}
			}
		})
	}
}

// read runs a scan at each of its keywords and returns the first value.
func read(p *detect.Pattern, text string) (from, to int) {
	low := strings.ToLower(text)
	for at := range len(low) {
		for _, key := range p.Keywords {
			if strings.HasPrefix(low[at:], key) {
				if from, to, _ := p.Scan(text, at, at+len(key)); from < to {
					return from, to
				}
			}
		}
	}
	return 0, 0
}

// withoutAccents is the view of a text that detectors see, as far as samples need it.
func withoutAccents(text string) string {
	return strings.Map(func(r rune) rune {
		if unicode.Is(unicode.Mn, r) {
			return -1
		}
		return r
	}, norm.NFKD.String(strings.ReplaceAll(text, "ß", "ss")))
}
