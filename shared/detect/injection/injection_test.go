package injection

import (
	"context"
	_ "embed"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"guardrails/shared/detect"
	"guardrails/shared/detect/wordlist"
)

//go:embed testdata/neutral.txt
var neutral string

//go:embed testdata/attacks.txt
var attacks string

func lines(file string) []string { return strings.Split(strings.TrimSpace(file), "\n") }

func newEngine(t *testing.T) *detect.Engine {
	t.Helper()
	engine, err := detect.New(Detectors())
	if err != nil {
		t.Fatal(err)
	}
	return engine
}

func TestSamples(t *testing.T) {
	t.Parallel()
	engine := newEngine(t)
	for _, d := range Detectors() {
		options := detect.Options{Include: []string{d.Name}}
		if d.Lexicon != nil && d.Lexicon.Sources != nil {
			options.Source = detect.Source(d.Lexicon.Sources[0])
		}
		for _, text := range d.Samples.Positive {
			if found := engine.Scan(context.Background(), text, options).Findings; len(found) != 1 || found[0].Type != d.Type {
				t.Errorf("%s: %d findings in %q, want one", d.Name, len(found), text)
			}
		}
		for _, text := range d.Samples.Negative {
			if found := engine.Scan(context.Background(), text, options).Findings; len(found) != 0 {
				t.Errorf("%s: finding of score %.2f in %q", d.Name, found[0].Score, text)
			}
		}
	}
}

// A trigger word says what a text is about, not that it gives the assistant orders.
func TestTriggerWordAlone(t *testing.T) {
	t.Parallel()
	engine := newEngine(t)
	words := []string{
		"ignore", "disregard", "forget", "override", "bypass", "system prompt", "instructions",
		"previous instructions", "jailbreak", "prompt injection",
		"developer mode", "act as", "pretend", "role play", "unfiltered", "base64", "DAN", "vergiss", "oubliez",
		"olvida", "dimentica", "esqueça",
	}
	frames := []string{
		"%", "What does % mean?", "The lecture is about the word % and where it comes from.",
		"She wrote % on the board.", "Why do people search for % so often?",
	}
	for _, word := range words {
		for _, frame := range frames {
			text := strings.ReplaceAll(frame, "%", word)
			for _, f := range engine.Scan(context.Background(), text, detect.Options{}).Findings {
				t.Errorf("%s of score %.2f in %q", f.Type, f.Score, text)
			}
		}
	}
}

func TestNeutralTextHasNoFinding(t *testing.T) {
	t.Parallel()
	engine := newEngine(t)
	sentences := lines(neutral)
	rapid.Check(t, func(t *rapid.T) {
		text := strings.Join(rapid.SliceOfN(rapid.SampledFrom(sentences), 1, 12).Draw(t, "sentences"), " ")
		for _, f := range engine.Scan(context.Background(), text, detect.Options{}).Findings {
			t.Errorf("%s of score %.2f in %q", f.Type, f.Score, text)
		}
	})
}

func TestAttacks(t *testing.T) {
	t.Parallel()
	engine := newEngine(t)
	for _, text := range lines(attacks) {
		if len(engine.Scan(context.Background(), text, detect.Options{}).Findings) == 0 {
			t.Errorf("no finding in %q", text)
		}
	}
}

// The attack keeps its finding whatever stands before and after it.
func TestAttackInNeutralText(t *testing.T) {
	t.Parallel()
	engine := newEngine(t)
	sentences := lines(neutral)
	attacks := lines(attacks)
	rapid.Check(t, func(t *rapid.T) {
		around := rapid.SliceOfN(rapid.SampledFrom(sentences), 0, 8)
		attack := rapid.SampledFrom(attacks).Draw(t, "attack")
		text := strings.Join(around.Draw(t, "before"), " ") + "\n\n" + attack + "\n\n" + strings.Join(around.Draw(t, "after"), " ")
		if len(engine.Scan(context.Background(), text, detect.Options{}).Findings) == 0 {
			t.Errorf("no finding in %q", text)
		}
	})
}

func TestWordFile(t *testing.T) {
	t.Parallel()
	for name, words := range wordlist.Parse(wordFile) {
		for _, w := range words {
			if w != strings.ToLower(w) {
				t.Errorf("set %s: %q is not in lower case", name, w)
			}
		}
	}
}
