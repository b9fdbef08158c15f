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

//go:embed testdata/contrast_functions.txt
var contrastFunctionsFile string

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

// TestContrast tells toxic texts from others with the same words: of the older pairs at least eight of ten texts and six of
// ten pairs as a whole; of the harder ones, which try one thing after the other in eight languages, fewer.
func TestContrast(t *testing.T) {
	t.Parallel()
	e := engine(t)
	for _, set := range []struct {
		name, file string
		// texts and pairs are the shares, in percent, that have to be told apart.
		texts, pairs int
	}{
		{"words", contrastFile, 80, 60},
		{"functions", contrastFunctionsFile, 65, 35},
	} {
		t.Run(set.name, func(t *testing.T) {
			t.Parallel()
			texts, both, pairs := 0, 0, lines(set.file)
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
			t.Logf("%d of %d texts and %d of %d pairs are told apart", texts, 2*len(pairs), both, len(pairs))
			if 100*texts < set.texts*2*len(pairs) || 100*both < set.pairs*len(pairs) {
				t.Errorf("%d of %d texts and %d of %d pairs are told apart", texts, 2*len(pairs), both, len(pairs))
			}
		})
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
