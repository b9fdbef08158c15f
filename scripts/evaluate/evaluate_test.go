package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestHalf(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name string
		a, b span
		want bool
	}{
		{"equal", span{2, 6, ""}, span{2, 6, ""}, true},
		{"half of the longer", span{0, 10, ""}, span{5, 10, ""}, true},
		{"less than half", span{0, 10, ""}, span{6, 10, ""}, false},
		{"apart", span{0, 3, ""}, span{3, 6, ""}, false},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			if half(tt.a, tt.b) != tt.want || half(tt.b, tt.a) != tt.want {
				t.Errorf("half is not %v in both directions", tt.want)
			}
		})
	}
}

func TestScore(t *testing.T) {
	t.Parallel()
	r := newReport([]row{{Spans: []span{{0, 1, "A"}, {0, 1, "B"}}}}, 0)
	r.score(row{Spans: []span{{0, 4, "A"}, {5, 9, "A"}, {5, 9, "B"}}}, []span{{0, 4, "A"}, {10, 12, "A"}, {5, 9, "C"}})
	if got, want := *r.byType["A"], (counts{tp: 1, fp: 1, fn: 1}); got != want {
		t.Errorf("A: %+v, want %+v", got, want)
	}
	if got, want := *r.byType["B"], (counts{fn: 1}); got != want {
		t.Errorf("B: %+v, want %+v", got, want)
	}
	if r.unscored["C"] != 1 {
		t.Errorf("C counted %d times, want 1", r.unscored["C"])
	}
}

// TestScoreRepeats checks that spans of one type each take their own finding.
func TestScoreRepeats(t *testing.T) {
	t.Parallel()
	r := newReport([]row{{Spans: []span{{0, 1, "A"}}}}, 0)
	r.score(row{Spans: []span{{0, 4, "A"}, {1, 5, "A"}}}, []span{{0, 4, "A"}, {1, 5, "A"}})
	if got, want := *r.byType["A"], (counts{tp: 2}); got != want {
		t.Errorf("%+v, want %+v", got, want)
	}
}

func TestRun(t *testing.T) {
	t.Parallel()
	spans := write(t, "spans.jsonl", `{"text":"Grüße an jo@example.com","spans":[{"start":9,"end":23,"type":"EMAIL"}]}`)
	labels := write(t, "labels.jsonl", `{"text":"nothing here","label":"benign"}`)
	var out strings.Builder
	if err := run(t.Context(), []string{"-pii", spans, "-label", labels, "-category", "pii"}, &out); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"EMAIL_ADDRESS      1  1.000  1.000  1.000      0       0", "benign      1        0  0.000"} {
		if !strings.Contains(out.String(), want) {
			t.Errorf("output lacks %q:\n%s", want, out.String())
		}
	}
}

func TestRunErrors(t *testing.T) {
	t.Parallel()
	bad := write(t, "bad.jsonl", `{"text":`)
	for name, args := range map[string][]string{
		"nothing to do":  {},
		"no such file":   {"-pii", filepath.Join(t.TempDir(), "none")},
		"malformed line": {"-label", bad},
		"bad mapping":    {"-map", "A"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if err := run(t.Context(), args, &strings.Builder{}); err == nil {
				t.Error("no error")
			}
		})
	}
}

func write(t *testing.T, name, content string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), name)
	if err := os.WriteFile(path, []byte(content+"\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}
