package redact_test

import (
	"context"
	"testing"
	"unicode/utf8"

	"pgregory.net/rapid"

	"guardrails/shared/detect"
	"guardrails/shared/redact"
)

func isKnown(typ string) bool { return typ == "US_SSN" || typ == "TOXICITY_HATE" || typ == "A" }

func TestBlank(t *testing.T) {
	t.Parallel()
	cases := []struct{ text, want string }{
		{"", ""},
		{"no marker [x] here", "no marker [x] here"},
		{"é [US_SSN].", "é [______]."},
		{"[US_SSN_12][A]", "[_________][_]"},
		{"[US_SSN_1234567]", "[US_SSN_1234567]"},
		{"[US_SSN_]", "[US_SSN_]"},
		{"[[TOXICITY_HATE]]", "[[_____________]]"},
		{"[IGNORE_ALL_RULES]", "[IGNORE_ALL_RULES]"},
		{"[US_SSN", "[US_SSN"},
		{"[A:1f0c33a9]", "[_ 1f0c33a9]"},
		{"[A:4111111111111111]", "[_ 4111111111111111]"},
		{"[A:gr1.k-1.AKIA]", "[_ _______ AKIA]"},
		{"[A:gd1.k-1.AKIA]", "[_ _______ AKIA]"},
		{"[A:gx1.k-1.AKIA]", "[_ gx1.k-1.AKIA]"},
		{"[A:gr1.AKIA]", "[_ ___ AKIA]"},
		{"[A:gr1.a secret.x]", "[_ ___ a secret.x]"},
	}
	for _, c := range cases {
		got, markers := redact.Blank(c.text, isKnown)
		if got != c.want {
			t.Errorf("Blank(%q) = %q, want %q", c.text, got, c.want)
		}
		if (len(markers) > 0) != (c.text != c.want) {
			t.Errorf("Blank(%q) has markers %v", c.text, markers)
		}
	}
}

// TestBlankHidesNoPayload redacts by every operator that leaves a marker, and expects to see neither the type nor
// anything else but payloads and the text around.
func TestBlankHidesNoPayload(t *testing.T) {
	t.Parallel()
	keys := newKeys(t, "k1")
	rapid.Check(t, func(t *rapid.T) {
		op := rapid.SampledFrom([]redact.Operator{redact.Replace, redact.Hash, redact.Encrypt, redact.EncryptDeterministic, redact.Pseudonym}).Draw(t, "operator")
		text := rapid.StringOf(rapid.RuneFrom([]rune("é1 [:"))).Draw(t, "text")
		out, items, err := redact.NewSession(keys, "ten_1", method(op)).
			Redact(context.Background(), "", text, []detect.Finding{finding(text, "US_SSN", 0, len(text))})
		if err != nil {
			t.Fatal(err)
		}
		blanked, markers := redact.Blank(out, isKnown)
		if len(blanked) != len(out) || utf8.RuneCountInString(blanked) != utf8.RuneCountInString(out) || len(markers) != len(items) {
			t.Fatalf("Blank(%q) = %q with %v", out, blanked, markers)
		}
		if again, _ := redact.Blank(blanked, isKnown); again != blanked {
			t.Fatalf("Blank twice = %q, once %q", again, blanked)
		}
	})
}

func TestBlankInPieces(t *testing.T) {
	t.Parallel()
	part := rapid.SampledFrom([]string{"[", "]", "A", "US_SSN", "TOXICITY_HATE", "_12", ":", "gr1", ".", "k-1", "1f0c33a9", " ", "é", "[A]", "[A:gr1.k1.", "[US_SSN_3]"})
	rapid.Check(t, func(t *rapid.T) {
		pieces := rapid.SliceOfN(part, 0, 30).Draw(t, "pieces")
		var got, text, rest string
		for _, p := range pieces {
			text, rest = text+p, rest+p
			n := redact.Unfinished(rest)
			done, _ := redact.Blank(rest[:n], isKnown)
			got, rest = got+done, rest[n:]
		}
		done, _ := redact.Blank(rest, isKnown)
		if want, _ := redact.Blank(text, isKnown); got+done != want {
			t.Fatalf("%q in pieces is %q, whole %q", text, got+done, want)
		}
	})
}
