package detect_test

import (
	"os"
	"strings"
	"testing"

	"guardrails/shared/detect"
	"guardrails/shared/detect/builtin"
)

// newFullEngine returns an engine with all built-in detectors.
func newFullEngine(tb testing.TB) *detect.Engine {
	tb.Helper()
	e, err := detect.New(builtin.Detectors())
	if err != nil {
		tb.Fatal(err)
	}
	return e
}

func readLetter(tb testing.TB) string {
	tb.Helper()
	b, err := os.ReadFile("testdata/letter.txt")
	if err != nil {
		tb.Fatal(err)
	}
	return string(b)
}

// TestFullLetter checks that the shipped detectors find what is in an ordinary letter, and the same in a long one.
func TestFullLetter(t *testing.T) {
	t.Parallel()
	e := newFullEngine(t)
	letter := readLetter(t)
	once := e.Scan(t.Context(), letter, detect.Options{})
	found := map[string]bool{}
	for _, f := range once.Findings {
		found[f.Type] = true
	}
	for _, typ := range []string{"EMAIL_ADDRESS", "CREDIT_CARD", "US_SSN"} {
		if !found[typ] {
			t.Errorf("%s is not found", typ)
		}
	}
	many := e.Scan(t.Context(), strings.Repeat(letter+"\n\n", 20), detect.Options{})
	if len(many.Findings) != 20*len(once.Findings) {
		t.Errorf("%d findings in 20 letters, %d in one", len(many.Findings), len(once.Findings))
	}
}

func TestExpressionsCompile(t *testing.T) {
	t.Parallel()
	for _, d := range builtin.Detectors() {
		if err := d.CheckSyntax(); err != nil {
			t.Errorf("%s: %v", d.Name, err)
		}
	}
}

func BenchmarkFullNew(b *testing.B) {
	b.ReportAllocs()
	for b.Loop() {
		if _, err := detect.New(builtin.Detectors()); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkFullScan(b *testing.B) {
	letter := readLetter(b)
	benchFull(b, "1KB", letter)
	benchFull(b, "64KB", strings.Repeat(letter, 64))
	benchFull(b, "Folded1KB", strings.ReplaceAll(letter, "o", "ö"))
}

// BenchmarkFullWorstCases scans texts that hit one stage all the time: the speed must not depend on the size.
func BenchmarkFullWorstCases(b *testing.B) {
	for name, unit := range map[string]string{
		"digits": "1", "groups": "12-", "tokens": "1 2 ", "at": "@", "colon": "a:", "dots": "a.b.", "capitals": "Ab ", "secret": "secret ",
		"assign": "password=", "bearer": "bearer api_key token ", "eyJ": "eyJ", "ssn": "219-41-6789 ", "lexicon": "ignore rules ", "you": "you ",
		"blob": "aGVsbG8gd29ybGQgaGVsbG8", "plus": "+1", "paren": "(1", "slash": "1/", "han": "税号",
		"env": "api_key: abcdefgh12345678 ", "iris": "the iris scan of t", "begin": "-----BEGIN " + "PRIVATE KEY-----\nMII" + "dUhWrQCERf ", "hidden": "a\u200b",
	} {
		for size, label := range map[int]string{1 << 10: "1KB", 64 << 10: "64KB"} {
			benchFull(b, name+"/"+label, strings.Repeat(unit, size/len(unit)))
		}
	}
}

func benchFull(b *testing.B, name, text string) {
	b.Run(name, func(b *testing.B) {
		e := newFullEngine(b)
		b.SetBytes(int64(len(text)))
		b.ReportAllocs()
		for b.Loop() {
			e.Scan(b.Context(), text, detect.Options{})
		}
	})
}
