package gateway

import (
	"regexp"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

// Wildcards mean what the regular expressions with .* and . mean.
func TestWildcardAgreesWithRegexp(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		pattern := rapid.StringMatching(`[ab*?]{0,8}`).Draw(t, "pattern")
		s := rapid.StringMatching(`[ab*]{0,8}`).Draw(t, "s")
		expr := "^" + strings.NewReplacer("*", ".*", "?", ".").Replace(pattern) + "$"
		if got, want := wildcard(pattern, s), regexp.MustCompile(expr).MatchString(s); got != want {
			t.Fatalf("wildcard(%q, %q) = %v", pattern, s, got)
		}
	})
}
