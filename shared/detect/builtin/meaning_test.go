package builtin_test

import (
	_ "embed"
	"slices"
	"strings"
	"testing"

	"guardrails/shared/detect"
)

//go:embed testdata/contrast.txt
var contrastFile string

//go:embed testdata/triggers.txt
var triggersFile string

// lines are those of a file but for the comment.
func lines(file string) []string {
	return slices.DeleteFunc(strings.Split(strings.TrimSpace(file), "\n"), func(line string) bool { return strings.HasPrefix(line, "#") })
}

// has reports whether text has a finding of the category.
func has(t *testing.T, e *detect.Engine, text string, category detect.Category) bool {
	t.Helper()
	return slices.ContainsFunc(e.Scan(t.Context(), text, detect.Options{}).Findings, func(f detect.Finding) bool { return f.Category == category })
}

// TestContrast tells toxic texts from others with the same words: at least eight of ten texts, and six of ten pairs as a
// whole.
func TestContrast(t *testing.T) {
	t.Parallel()
	e := engine(t)
	texts, both, pairs := 0, 0, lines(contrastFile)
	for _, line := range pairs {
		bad, good, ok := strings.Cut(line, "\t")
		if !ok {
			t.Fatalf("no pair: %q", line)
		}
		found, quiet := has(t, e, bad, detect.CategoryToxicity), !has(t, e, good, detect.CategoryToxicity)
		for _, right := range []bool{found, quiet} {
			if right {
				texts++
			}
		}
		if found && quiet {
			both++
			continue
		}
		t.Logf("found %v, quiet %v: %s", found, quiet, line)
	}
	if 10*texts < 8*2*len(pairs) || 10*both < 6*len(pairs) {
		t.Errorf("%d of %d texts and %d of %d pairs are told apart", texts, 2*len(pairs), both, len(pairs))
	}
}

// TestTriggerWords flags at most one in ten harmless texts with words of attacks.
func TestTriggerWords(t *testing.T) {
	t.Parallel()
	e := engine(t)
	alarms, texts := 0, lines(triggersFile)
	for _, text := range texts {
		if has(t, e, text, detect.CategoryInjection) {
			alarms++
			t.Logf("flagged: %s", text)
		}
	}
	if 10*alarms > len(texts) {
		t.Errorf("%d of %d harmless texts are flagged", alarms, len(texts))
	}
}
