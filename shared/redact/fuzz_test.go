package redact_test

import (
	"context"
	"testing"
	"unicode/utf8"

	"guardrails/shared/redact"
)

// FuzzRestore restores arbitrary text: without a true token nothing changes, and failures lie in order in the text.
func FuzzRestore(f *testing.F) {
	keys := newKeys(f, "k1")
	for _, s := range []string{
		"", "[X:gr1.k1.AAAA]", "[X:gr1.", "[[X:gr1.k1.AA]]", "[X:gr1.k1.AA[Y:gr1.k1.BB]", "x:gr1.:gr1.:gr1.", "[X:gd1.k1.AAAA]", "[X:gd1.k1.", ":g:gd1.:gr",
		"[X_1]", "é[US_SSN:gr1.a-b_c.____]", encrypted(f, keys, "ten_2", "X", "foreign"),
	} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, text string) {
		out, items, failed, err := redact.Restore(context.Background(), keys, "ten_1", "", text)
		if err != nil || len(items) != 0 || out != text {
			t.Fatalf("Restore = %q, %v, %v", out, items, err)
		}
		last := 0
		for _, x := range failed {
			if x.Start < last || x.End <= x.Start || x.End > utf8.RuneCountInString(text) {
				t.Fatalf("failure %+v after %d", x, last)
			}
			last = x.End
		}
	})
}
