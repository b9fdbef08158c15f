package worst_test

import (
	"testing"
	"unicode/utf8"

	"guardrails/shared/detect/worst"
)

func TestInputs(t *testing.T) {
	t.Parallel()
	seen := map[string]bool{}
	for _, in := range worst.Inputs() {
		if seen[in.Name] {
			t.Errorf("%s: name used twice", in.Name)
		}
		seen[in.Name] = true
		short, long := in.Text(1<<10), in.Text(4<<10)
		if n := len(short); n > 1<<10 || n < 1<<10-3 {
			t.Errorf("%s: %d bytes, want 1024", in.Name, n)
		}
		if !utf8.ValidString(long) && in.Name != "invalid bytes" {
			t.Errorf("%s: no UTF-8", in.Name)
		}
		if in.Text(1<<10) != short {
			t.Errorf("%s: another text in a second run", in.Name)
		}
	}
	if len(seen) < 80 {
		t.Errorf("%d inputs", len(seen))
	}
}
