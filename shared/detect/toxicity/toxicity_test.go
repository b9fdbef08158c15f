package toxicity

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

func TestNeutralTextHasNoFinding(t *testing.T) {
	t.Parallel()
	engine := newEngine(t)
	sentences := strings.Split(strings.TrimSpace(neutral), "\n")
	rapid.Check(t, func(t *rapid.T) {
		text := strings.Join(rapid.SliceOfN(rapid.SampledFrom(sentences), 1, 12).Draw(t, "sentences"), " ")
		for _, f := range engine.Scan(context.Background(), text, detect.Options{}).Findings {
			t.Errorf("%s of score %.2f in %q", f.Type, f.Score, text)
		}
	})
}

// What hurts when it is said to somebody is no attack when it is denied, reported or spoken against.
func TestCounterSpeech(t *testing.T) {
	t.Parallel()
	engine := newEngine(t)
	tests := []struct{ attack, counter string }{
		{"You are worthless.", "You are not worthless."},
		{"Du bist dumm.", "Du bist nicht dumm."},
		{"Immigrants are vermin.", "Immigrants are not vermin."},
		{"Kill yourself.", "Please don't kill yourself."},
		{"I will kill you.", "He said I will kill you."},
		{"Those faggots again.", "Stop using the word faggots."},
		{"I want to die.", "I don't want to die."},
		{"She is a whore.", "He should never call her a whore."},
	}
	for _, tt := range tests {
		t.Run(tt.attack, func(t *testing.T) {
			t.Parallel()
			if len(engine.Scan(context.Background(), tt.attack, detect.Options{}).Findings) == 0 {
				t.Errorf("no finding in %q", tt.attack)
			}
			if found := engine.Scan(context.Background(), tt.counter, detect.Options{}).Findings; len(found) != 0 {
				t.Errorf("%s of score %.2f in %q", found[0].Type, found[0].Score, tt.counter)
			}
		})
	}
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
