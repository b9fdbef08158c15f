package pii

import (
	"net/netip"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"guardrails/shared/detect"
)

// TestMaskFit feeds every validator of a Number random values of its own masks: none may panic, whatever the characters.
func TestMaskFit(t *testing.T) {
	t.Parallel()
	for _, d := range Detectors() {
		if d.Number == nil || d.Number.Validate == nil {
			continue
		}
		t.Run(d.Name, func(t *testing.T) {
			t.Parallel()
			rapid.Check(t, func(t *rapid.T) {
				mask := rapid.SampledFrom(d.Number.Masks).Draw(t, "mask")
				d.Number.Validate(fill(t, mask))
			})
		})
	}
}

// fill draws a value of a mask in the form that a validator sees: upper case, without separators.
func fill(t *rapid.T, mask string) string {
	var b strings.Builder
	for i := range len(mask) {
		switch c := mask[i]; c {
		case '9':
			b.WriteByte(byte(rapid.IntRange('0', '9').Draw(t, "digit")))
		case 'A':
			b.WriteByte(byte(rapid.IntRange('A', 'Z').Draw(t, "letter")))
		case 'X':
			b.WriteByte(rapid.SampledFrom([]byte("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ")).Draw(t, "either"))
		case '-', '_', '.', '/', ' ':
		default:
			b.WriteByte(c)
		}
	}
	return b.String()
}

// FuzzAnchors runs every anchor scan at every byte it asks for: the range must lie in the text and hold no cut rune.
func FuzzAnchors(f *testing.F) {
	for _, d := range Detectors() {
		if d.Anchor != nil {
			for _, s := range d.Samples.Positive {
				f.Add(s)
			}
			f.Add(d.Anchor.Bytes)
		}
	}
	f.Add("A'\xff ::::.-+1(9) <<<\n, 1.1@")
	detectors := Detectors()
	f.Fuzz(func(t *testing.T, text string) {
		for _, d := range detectors {
			if d.Anchor == nil {
				continue
			}
			for at := range len(text) {
				if strings.IndexByte(d.Anchor.Bytes, text[at]) < 0 {
					continue
				}
				start, end, v := d.Anchor.Scan(text, at)
				if v != detect.Reject && (start < 0 || end > len(text) || start >= end || at < start-512 || at > end+512) {
					t.Fatalf("%s at %d of %q: range %d..%d", d.Name, at, text, start, end)
				}
			}
		}
	})
}

func TestJudgeName(t *testing.T) {
	t.Parallel()
	tests := []struct {
		text, want string
	}{
		{"met Maria van der Berg today", "Maria van der Berg"},
		{"by John F. Kennedy, who", "John F. Kennedy"},
		{"Mary's mother", "Mary"},
		{"Jean-Pierre O'Neil came", "Jean-Pierre O'Neil"},
		{"in San Francisco", ""},
		{"the Oliver Group", ""},
		{"at Julia Street 5", ""},
	}
	for _, tt := range tests {
		t.Run(tt.text, func(t *testing.T) {
			t.Parallel()
			got := ""
			for at := 0; at < len(tt.text) && got == ""; at++ {
				if c := tt.text[at]; c >= 'A' && c <= 'Z' {
					if start, end, v := scanPerson(tt.text, at); v != detect.Reject {
						got = tt.text[start:end]
					}
				}
			}
			if got != tt.want {
				t.Errorf("got %q, want %q", got, tt.want)
			}
		})
	}
}

func TestValidIPv4(t *testing.T) {
	t.Parallel()
	digits := []string{"", "0", "1", "9", "00", "01", "10", "99", "100", "199", "200", "249", "250", "255", "256", "300", "999", "1000", "a", "-1", " 1"}
	for _, a := range digits {
		for _, b := range digits {
			for _, s := range []string{a + "." + b + ".1.1", "1.1." + a + "." + b, a + "." + b, a + "." + b + ".1", a + "." + b + ".1.1.1", "1.1.1.1" + a + b, "." + a + ".1.1.1"} {
				addr, err := netip.ParseAddr(s)
				if want := err == nil && addr.Is4(); validIPv4(s) != want {
					t.Errorf("%q: %v, want %v", s, !want, want)
				}
			}
		}
	}
}
