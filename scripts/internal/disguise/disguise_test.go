package disguise

import (
	"slices"
	"testing"
)

// TestText leads each character of a text to its place in the disguise.
func TestText(t *testing.T) {
	t.Parallel()
	const text = "a cöt, 2 Oxen"
	for _, d := range All() {
		out, starts := d.Text(text)
		plain, hidden := []rune(text), []rune(out)
		if len(starts) != len(plain)+1 || starts[len(plain)] != len(hidden) || !slices.IsSorted(starts) {
			t.Errorf("%s: places %v in %q", d.Name, starts, out)
			continue
		}
		for i, r := range plain {
			if piece := string(hidden[starts[i]:starts[i+1]]); piece != d.Of(r) {
				t.Errorf("%s: %q stands for %q", d.Name, piece, r)
			}
		}
		if out == text {
			t.Errorf("%s changes nothing", d.Name)
		}
	}
}

func TestDisguises(t *testing.T) {
	t.Parallel()
	for i, want := range []string{"o\u200bx\u200b \u200ba\u200b", "ｏｘ ａ", "ох а", "o x   a ", "o x a ", "0x 4"} {
		if got, _ := All()[i].Text("ox a"); got != want {
			t.Errorf("%s: %q, want %q", All()[i].Name, got, want)
		}
	}
}
