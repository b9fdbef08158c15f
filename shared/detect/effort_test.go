package detect_test

import (
	"context"
	"strings"
	"testing"

	"guardrails/shared/detect"
	"guardrails/shared/detect/builtin"
)

// adversarial returns units of text by name that, repeated, keep one stage or detector busy: a sample of each
// detector, whole and cut, and a keyword, with something assigned to it.
func adversarial() map[string]string {
	units := map[string]string{
		"iris": "the iris scan of t", "env": "api_key: abcdefgh12345678 ", "credential": `{"credential": "key-064586b5a6bc17bd`,
		"token": "TWILIO_TOKEN=7381b566504e2e8d40787624ea6c9f9c ", "begin": "-----BEGIN " + "PRIVATE KEY-----\nMII" + "dUhWrQCERf ",
		"password": "password: ", "password is": "password is ", "at": "@", "at word": "a@b", "digit": "1", "groups": "12-", "dots": "a.b.",
		"zero width": "a\u200b", "zero width digits": "1\u200b", "accents": "é1", "leet": "1gn0re ", "spaced": "i g n o r e ", "lexicon": "ignore rules ",
		"colon": "a:", "paren": "(1", "plus": "+1", "han": "税号", "underscore": "_1", "capitals": "Ab ", "underscores": "________",
	}
	for _, d := range builtin.Detectors() {
		for _, s := range d.Samples.Positive[:min(1, len(d.Samples.Positive))] {
			units[d.Name] = s + " "
			units[d.Name+" cut"] = s[:(len(s)+1)*2/3]
		}
		if d.Pattern != nil {
			k := d.Pattern.Keywords[0]
			units[d.Name+" keyword"] = k + ": "
			units[d.Name+" value"] = k + ` = "Ab3dEf6hIj9lMn2pQr5tUv8x" `
		}
	}
	return units
}

// The work on a text is bounded by its length, and a scan looks at its context often, whatever the text holds.
func TestEffortIsBounded(t *testing.T) {
	t.Parallel()
	const (
		perByte = 250
		step    = 96 << 10
	)
	plan, err := newFullEngine(t).Compile(detect.Options{})
	if err != nil {
		t.Fatal(err)
	}
	for name, unit := range adversarial() {
		size := 2 << 10
		if strings.HasPrefix(name, "private_key") {
			size = 128 << 10 // its windows are the longest
		}
		text := strings.Repeat(unit, size/len(unit)+1)
		e := plan.Effort(t.Context(), text)
		if e.Total > perByte*len(text) {
			t.Errorf("%q: work %d for each byte, want at most %d", name, e.Total/len(text), perByte)
		}
		if e.Step > step {
			t.Errorf("%q: %d between two looks at the context, want at most %d", name, e.Step, step)
		}
	}
}

// countdown is a context that ends when it has been looked at so often.
type countdown struct {
	context.Context
	left int
}

func (c *countdown) Err() error {
	if c.left--; c.left < 0 {
		return context.DeadlineExceeded
	}
	return nil
}

// A scan ends soon after its context, whatever it is doing, and names what it has not done.
func TestScanEndsWithItsContext(t *testing.T) {
	t.Parallel()
	plan, err := newFullEngine(t).Compile(detect.Options{})
	if err != nil {
		t.Fatal(err)
	}
	for name, text := range map[string]string{
		"patterns": strings.Repeat("secret: abcdefgh12345678 ", 20_000), "folding": strings.Repeat("é", 200_000),
		"words": strings.Repeat("ignore rules ", 40_000), "anchors": strings.Repeat("@", 500_000), "numbers": strings.Repeat("12-", 200_000),
		"leet": strings.Repeat("1gn0re ", 80_000), "spaced": strings.Repeat("i g n o r e ", 40_000),
	} {
		for _, looks := range []int{0, 1, 8} {
			e := plan.Effort(&countdown{Context: t.Context(), left: looks}, text)
			if most := (looks + 2) * 32 << 10; e.Total > most {
				t.Errorf("%s: work %d after %d looks at the context, want at most %d", name, e.Total, looks, most)
			}
			if r := plan.Scan(&countdown{Context: t.Context(), left: looks}, text, nil); len(r.Incomplete) == 0 {
				t.Errorf("%s: nothing is incomplete after %d looks", name, looks)
			}
		}
	}
}
