package pii

import (
	"net/netip"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"guardrails/shared/detect"
)

// TestSingleDigit checks validators whose scheme promises it: no number with one digit changed passes.
func TestSingleDigit(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name     string
		validate func(string) detect.Verdict
		value    string
		// from and to bound the digits that the scheme protects; 0 means to the end.
		from, to int
	}{
		{"card", validCard, "4556737586899855", 1, 0},
		{"NHS", validNHS, "9434765919", 0, 0},
		{"German tax id", validDETaxID, "13570869260", 0, 0},
		{"Spanish NIF", esNIF().Number.Validate, "52564654V", 0, 8},
		{"Spanish NIE", esNIE().Number.Validate, "Z5444567N", 1, 8},
		{"Belgian register", validNRN, "91070930428", 6, 0},
		{"Dutch BSN", nlBSN().Number.Validate, "367913707", 0, 0},
		{"French NIR", validNIR, "195107886658060", 1, 0},
		{"Norwegian number", validFNR, "25077542879", 0, 0},
		{"Finnish HETU", validHETU, "2810735922", 6, 9},
		{"Swedish personnummer", validPersonnummer, "5009263541", 6, 0},
		{"Polish PESEL", plPESEL().Number.Validate, "78091524132", 6, 0},
		{"Romanian CNP", roCNP().Number.Validate, "2800504400045", 9, 0},
		{"Turkish number", trTCKN().Number.Validate, "10000000146", 0, 0},
		{"Brazilian CPF", brCPF().Number.Validate, "07585451857", 0, 0},
		{"Brazilian CNPJ", validCNPJ, "55395143000131", 0, 0},
		{"Argentine CUIT", arCUIT().Number.Validate, "20214809266", 2, 0},
		{"Aadhaar", inAadhaar().Number.Validate, "344901515244", 0, 0},
		{"Chinese id", cnRIC().Number.Validate, "110101198108157995", 6, 0},
		{"Australian TFN", auTFN().Number.Validate, "148314461", 0, 0},
		{"Australian ABN", auABN().Number.Validate, "51824753556", 0, 0},
		{"Swiss AHV", chAHV().Number.Validate, "7569217076985", 3, 0},
		{"IBAN", validIBAN, "DE89370400440532013000", 2, 0},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			if tt.validate(tt.value) != detect.Valid {
				t.Fatalf("%s is not valid", tt.value)
			}
			to := tt.to
			if to == 0 {
				to = len(tt.value)
			}
			rapid.Check(t, func(t *rapid.T) {
				i := rapid.IntRange(tt.from, to-1).Draw(t, "place")
				step := rapid.IntRange(1, 9).Draw(t, "step")
				if !isDigit(tt.value[i]) {
					t.Skip("a letter")
				}
				changed := tt.value[:i] + string('0'+(tt.value[i]-'0'+byte(step))%10) + tt.value[i+1:]
				if tt.validate(changed) != detect.Reject {
					t.Fatalf("%s passes beside %s", changed, tt.value)
				}
			})
		})
	}
}

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
