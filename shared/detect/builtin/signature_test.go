package builtin_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"guardrails/shared/detect"
	"guardrails/shared/redact"
)

// titled are findings of types in a text, as "TYPE value".
func titled(t *testing.T, text string, o detect.Options, types ...string) []string {
	t.Helper()
	var got []string
	for _, f := range engine(t).Scan(t.Context(), text, o).Findings {
		if slices.Contains(types, f.Type) {
			got = append(got, f.Type+" "+text[f.ByteStart:f.ByteEnd])
		}
	}
	return got
}

// A title is reported beside the name, and takes nothing of it away.
func TestTitles(t *testing.T) {
	t.Parallel()
	for _, marked := range []string{
		"{TITLE_NAME:Dr.} {PERSON:Müller} rief an.", "ask {TITLE_NAME:Prof.} {PERSON:Anna Rossi}", "Guten Tag {TITLE_NAME:Herr} {PERSON:Schmidt}", "{TITLE_NAME:Mme} {PERSON:Dubois} est là", "el {TITLE_NAME:Sr.} {PERSON:García} llamó",
		"Sehr geehrter {TITLE_NAME:Herr Prof. Dr.} {PERSON:Weber}, danke", "by {TITLE_NAME:Dr.} {PERSON:R. Okonkwo}", "{TITLE_NAME:Mevrouw} {PERSON:El Amrani} belt", "La {TITLE_NAME:dott.ssa} {PERSON:Elisabetta Marchetti} visita",
		"{PERSON:Anna Rossi} called", "Mulholland Dr. is closed", "the doctor is in", "Liebe Frau Präsidentin,",
	} {
		text, want := unmark(marked)
		if diff := cmp.Diff(want, titled(t, text, detect.Options{}, "TITLE_NAME", "PERSON")); diff != "" {
			t.Errorf("%q: (-want +got)\n%s", text, diff)
		}
	}
}

const signed = "The parcel is here.\n\nKind regards,\nTom Ashcroft\nSenior Account Manager\n+44 20 7946 0018\ntom.ashcroft@brightwell-logistics.com\n\nOn Monday Rebecca Holloway wrote:\n> thanks"

const block = "Kind regards,\nTom Ashcroft\nSenior Account Manager\n+44 20 7946 0018\ntom.ashcroft@brightwell-logistics.com"

// A signature block is reported to those who ask for it, around findings that are the same for all.
func TestSignatureBlockIsAroundTheOthers(t *testing.T) {
	t.Parallel()
	e := engine(t)
	plain := e.Scan(t.Context(), signed, detect.Options{}).Findings
	var around, rest []detect.Finding
	for _, f := range e.Scan(t.Context(), signed, detect.Options{Include: []string{"SIGNATURE_BLOCK"}}).Findings {
		if f.Type == "SIGNATURE_BLOCK" {
			around = append(around, f)
		} else {
			rest = append(rest, f)
		}
	}
	if diff := cmp.Diff(plain, rest); diff != "" || len(plain) < 4 {
		t.Errorf("the other findings differ: (-without +with)\n%s", diff)
	}
	if len(around) != 1 || signed[around[0].ByteStart:around[0].ByteEnd] != block {
		t.Errorf("blocks: %+v", around)
	}
}

func TestSignatureBlockIsRedactedOnce(t *testing.T) {
	t.Parallel()
	text := strings.ReplaceAll(signed, "Tom", "Tōm")
	found := engine(t).Scan(t.Context(), text, detect.Options{Include: []string{"SIGNATURE_BLOCK"}}).Findings
	got, _, err := redact.NewSession(nil, "", nil).Redact(t.Context(), "", text, found)
	if err != nil {
		t.Fatal(err)
	}
	if want := "The parcel is here.\n\n[SIGNATURE_BLOCK]\n\nOn [DATE_TIME] [PERSON] wrote:\n> thanks"; strings.ReplaceAll(got, "On Monday", "On [DATE_TIME]") != want {
		t.Errorf("got %q", got)
	}
}

func TestSignatureBlockInAStream(t *testing.T) {
	t.Parallel()
	o := detect.Options{Include: []string{"SIGNATURE_BLOCK"}}
	filler := strings.Repeat("We have asked the warehouse to check the order. ", 60)
	text := filler + "\n\n" + signed + "\n\n" + filler + "\n\n" + strings.ReplaceAll(signed, "\n", "\r\n") + "\n" + filler
	want := engine(t).Scan(t.Context(), text, o).Findings
	for _, size := range []int{1, 13, 700} {
		t.Run(fmt.Sprint(size), func(t *testing.T) {
			t.Parallel()
			s := engine(t).Stream(o)
			var got []detect.Finding
			for rest := text; rest != ""; {
				n := min(size, len(rest))
				found, err := s.Write(t.Context(), []byte(rest[:n]))
				if err != nil {
					t.Fatal(err)
				}
				got, rest = append(got, found...), rest[n:]
			}
			found, err := s.Close(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(want, append(got, found...)); diff != "" {
				t.Errorf("(-whole +stream)\n%s", diff)
			}
		})
	}
	if n := len(slices.DeleteFunc(slices.Clone(want), func(f detect.Finding) bool { return f.Type != "SIGNATURE_BLOCK" })); n != 2 {
		t.Errorf("%d blocks, want 2", n)
	}
}
