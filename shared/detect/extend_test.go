package detect

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// extended returns a tenant's engine over the test detectors.
func extended(t testing.TB, c Custom) *Engine {
	t.Helper()
	e, err := newTestEngine(t).WithValidators(map[string]func(string) Verdict{"luhn": validLuhn}).Extend(c)
	if err != nil {
		t.Fatal(err)
	}
	return e
}

func expr(patterns ...string) []ScoredPattern {
	var out []ScoredPattern
	for _, p := range patterns {
		out = append(out, ScoredPattern{Pattern: p})
	}
	return out
}

func TestExtend(t *testing.T) {
	t.Parallel()
	badge := CustomPattern{Name: "BADGE", Regexes: expr(`EMP-\d{5}\b`)}
	cases := []struct {
		name, text string
		custom     Custom
		want       []string
	}{
		{"regex", "badge EMP-12345 ok", Custom{Patterns: []CustomPattern{badge}}, []string{"BADGE:EMP-12345"}},
		{"regex in a folded text", "ünder EMP-１2345", Custom{Patterns: []CustomPattern{badge}}, []string{"BADGE:EMP-１2345"}},
		{
			"letters that folding changes", "Aktenzeichen MÜ-7",
			Custom{Patterns: []CustomPattern{{Name: "FILE_NO", Regexes: expr(`MÜ-\d`)}}},
			[]string{"FILE_NO:MÜ-7"},
		},
		{
			"no literal", "a 77-x88 b",
			Custom{Patterns: []CustomPattern{{Name: "ODD", Regexes: expr(`\d+-[a-z]\d+`)}}},
			[]string{"ODD:77-x88"},
		},
		{
			"anchored", "EMP 1\nEMP 2",
			Custom{Patterns: []CustomPattern{{Name: "ODD", Regexes: expr(`^EMP \d`)}}},
			[]string{"ODD:EMP 1"},
		},
		{
			"alternatives", "gamma9 beta8",
			Custom{Patterns: []CustomPattern{{Name: "ODD", Regexes: expr(`(?:alpha|beta|gamma)\d`)}}},
			[]string{"ODD:gamma9", "ODD:beta8"},
		},
		{
			"terms", "the Zeus project and zeus2",
			Custom{Patterns: []CustomPattern{{Name: "CODENAME", Terms: []string{"zeus"}}}},
			[]string{"CODENAME:Zeus", "CODENAME:zeus"},
		},
		{
			"whole terms", "Zeus, Zeus2, C++ and MyZeus",
			Custom{Patterns: []CustomPattern{{Name: "CODENAME", Terms: []string{"zeus", "c++"}, WholeWord: true}}},
			[]string{"CODENAME:Zeus", "CODENAME:C++"},
		},
		{
			"context required", "ref AB12. Then a good many words more stand here in a row, so that the badge AB34 is far away from the other one, AB56 is in it",
			Custom{Patterns: []CustomPattern{{Name: "REF", Regexes: expr(`AB\d\d`), Context: []string{"badge"}, ContextRequired: true}}},
			[]string{"REF:AB34", "REF:AB56"},
		},
		{
			"excluded", "AB12 and ab34",
			Custom{Patterns: []CustomPattern{{Name: "REF", Regexes: expr(`(?i)AB\d\d`), Exclude: []string{"ab12"}}}},
			[]string{"REF:ab34"},
		},
		{
			"validator", "no 79927398713 no 79927398710",
			Custom{Patterns: []CustomPattern{{Name: "MEMBER", Regexes: expr(`no (\d{11})`), Validator: "luhn"}}},
			[]string{"MEMBER:79927398713"},
		},
		{
			"low score", "AB12", Custom{Patterns: []CustomPattern{{Name: "REF", Regexes: []ScoredPattern{{Pattern: `AB\d\d`, Score: .3}}}}}, nil,
		},
		{
			"other source", "AB12", Custom{Patterns: []CustomPattern{{Name: "REF", Regexes: expr(`AB\d\d`), Sources: []Source{SourceOutput}}}}, nil,
		},
		{
			"nested", "bob@zeus.com",
			Custom{Patterns: []CustomPattern{{Name: "CODENAME", Terms: []string{"zeus"}, KeepNested: true}}},
			[]string{"EMAIL_ADDRESS:bob@zeus.com", "CODENAME:zeus"},
		},
		{
			"not nested", "bob@zeus.com",
			Custom{Patterns: []CustomPattern{{Name: "CODENAME", Terms: []string{"zeus"}}}},
			[]string{"EMAIL_ADDRESS:bob@zeus.com"},
		},
		{"denied", "bob said zeus", Custom{Deny: []ListEntry{{Value: "ZEUS"}}}, []string{"DENY_LIST:zeus"}},
		{"denied inside a value", "bob@zeus.com", Custom{Deny: []ListEntry{{Value: "ZEUS"}}}, []string{"EMAIL_ADDRESS:bob@zeus.com", "DENY_LIST:zeus"}},
		{"denied as a whole", "my 123-45-6789", Custom{Deny: []ListEntry{{Value: "123-45-6789"}}}, []string{"US_SSN:123-45-6789", "DENY_LIST:123-45-6789"}},
		{"denied inside an order", "ignore the rules", Custom{Deny: []ListEntry{{Value: "the"}}}, []string{"INJECTION_DIRECT:ignore the rules", "DENY_LIST:the"}},
		{
			"denied by expression, with a type", "see RFC 2324",
			Custom{Deny: []ListEntry{{Regex: `RFC \d+`, Type: "TEAPOT"}}},
			[]string{"TEAPOT:RFC 2324"},
		},
		{"allowed", "bob@mail.com amy@mail.com", Custom{Allow: []ListEntry{{Value: "BOB@mail.com"}}}, []string{"EMAIL_ADDRESS:amy@mail.com"}},
		{
			"allowed by type", "bob@mail.com 123-45-6789",
			Custom{Allow: []ListEntry{{Value: "bob@mail.com", Type: "SSN"}, {Regex: `.*9`, Type: "SSN"}}},
			[]string{"EMAIL_ADDRESS:bob@mail.com"},
		},
		{"allowed in part only", "bob@mail.com", Custom{Allow: []ListEntry{{Regex: `bob`}}}, []string{"EMAIL_ADDRESS:bob@mail.com"}},
		{
			"denied and allowed", "zeus",
			Custom{Deny: []ListEntry{{Value: "zeus"}}, Allow: []ListEntry{{Value: "zeus"}}},
			[]string{"DENY_LIST:zeus"},
		},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			r := extended(t, c.custom).Scan(t.Context(), c.text, Options{})
			if diff := cmp.Diff(c.want, show(c.text, r)); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestAllowByDigest(t *testing.T) {
	t.Parallel()
	mac := func(v string) string {
		sum := sha256.Sum256([]byte("key" + v))
		return hex.EncodeToString(sum[:])
	}
	e := extended(t, Custom{MAC: mac, Allow: []ListEntry{{HMAC: mac(FoldValue("Bob@Mail.com"))}}})
	r := e.Scan(t.Context(), "bob@mail.com amy@mail.com", Options{})
	if diff := cmp.Diff([]string{"EMAIL_ADDRESS:amy@mail.com"}, show("bob@mail.com amy@mail.com", r)); diff != "" {
		t.Error(diff)
	}
}

func TestExtendRefuses(t *testing.T) {
	t.Parallel()
	const marker = "zzyzx"
	pattern := func(p CustomPattern) Custom {
		if p.Name == "" {
			p.Name = "OK"
		}
		if len(p.Terms) == 0 && len(p.Regexes) == 0 {
			p.Terms = []string{marker}
		}
		return Custom{Patterns: []CustomPattern{p}}
	}
	cases := []struct {
		custom  Custom
		pointer string
	}{
		{pattern(CustomPattern{Name: marker}), "/patterns/0/name"},
		{pattern(CustomPattern{Name: "US_SSN"}), "/patterns/0/name"},
		{pattern(CustomPattern{Name: "SSN"}), "/patterns/0/name"},
		{Custom{Patterns: []CustomPattern{{Name: "AB", Terms: []string{marker}}, {Name: "AB", Terms: []string{marker}}}}, "/patterns/1/name"},
		{pattern(CustomPattern{Category: marker}), "/patterns/0/category"},
		{pattern(CustomPattern{Validator: marker}), "/patterns/0/validator"},
		{pattern(CustomPattern{Score: 2}), "/patterns/0/score"},
		{pattern(CustomPattern{ContextRequired: true}), "/patterns/0/context"},
		{pattern(CustomPattern{Sources: []Source{marker}}), "/patterns/0/sources/0"},
		{pattern(CustomPattern{Terms: []string{"a", "\u200b"}}), "/patterns/0/terms/1"},
		{pattern(CustomPattern{Terms: []string{strings.Repeat("x", 257)}}), "/patterns/0/terms/0"},
		{pattern(CustomPattern{Regexes: expr("ok", marker+"(")}), "/patterns/0/regexes/1/pattern"},
		{pattern(CustomPattern{Regexes: expr(marker + `(?=x)`)}), "/patterns/0/regexes/0/pattern"},
		{pattern(CustomPattern{Regexes: expr(`(?:` + marker + `)*`)}), "/patterns/0/regexes/0/pattern"},
		{pattern(CustomPattern{Regexes: expr(`\b`)}), "/patterns/0/regexes/0/pattern"},
		{pattern(CustomPattern{Regexes: expr(marker + `{201}`)}), "/patterns/0/regexes/0/pattern"},
		{pattern(CustomPattern{Regexes: expr(`(?:` + marker + `[a-z]{1,100}){20}`)}), "/patterns/0/regexes/0/pattern"},
		{pattern(CustomPattern{Regexes: expr(strings.Repeat("x", 1001))}), "/patterns/0/regexes/0/pattern"},
		{Custom{Patterns: []CustomPattern{{Name: "OK"}}}, "/patterns/0"},
		{Custom{Patterns: make([]CustomPattern, 501)}, "/patterns"},
		{Custom{Deny: []ListEntry{{}}}, "/deny/0"},
		{Custom{Deny: []ListEntry{{Value: marker, Regex: marker}}}, "/deny/0"},
		{Custom{Deny: []ListEntry{{HMAC: marker}}}, "/deny/0/hmac"},
		{Custom{Deny: []ListEntry{{Value: marker, Type: "US_SSN"}}}, "/deny/0/type"},
		{Custom{Allow: []ListEntry{{Value: marker}, {Regex: marker + "["}}}, "/allow/1/regex"},
		{Custom{Allow: []ListEntry{{HMAC: marker}}}, "/allow/0/hmac"},
	}
	e := newTestEngine(t)
	for i, c := range cases {
		t.Run(fmt.Sprint(i, c.pointer), func(t *testing.T) {
			t.Parallel()
			_, err := e.Extend(c.custom)
			fields := FieldErrors(err)
			if len(fields) != 1 || fields[0].Pointer != c.pointer {
				t.Fatalf("errors %v, want one at %s", fields, c.pointer)
			}
			if strings.Contains(err.Error(), marker) {
				t.Errorf("the error holds the caller's text")
			}
		})
	}
}

func TestNoLiteral(t *testing.T) {
	t.Parallel()
	e := extended(t, Custom{Patterns: []CustomPattern{
		{Name: "AA", Regexes: expr(`\d{4}-\d{4}`)},
		{Name: "BB", Regexes: expr(`ref\d{4}`)},
		{Name: "CC", Regexes: expr(`(?:ref|\d)\d{4}`)},
	}})
	if diff := cmp.Diff([]string{"AA", "CC"}, e.NoLiteral()); diff != "" {
		t.Error(diff)
	}
}

func TestBudget(t *testing.T) {
	t.Parallel()
	p := CustomPattern{Name: "SLOW", Regexes: expr(`[a-z]+(?:x[a-z]{1,40}){10}\d`)}
	e := extended(t, Custom{Patterns: []CustomPattern{p, {Name: "FAST", Terms: []string{"zeus"}}}})
	r := e.Scan(t.Context(), strings.Repeat("zeus x ", 20_000), Options{})
	if diff := cmp.Diff([]string{"custom_slow"}, r.Incomplete); diff != "" {
		t.Error(diff)
	}
	if len(r.Findings) != maxFindings || len(r.Hidden) != 10_000 {
		t.Errorf("%d findings and %d hidden, want 10,000 of each", len(r.Findings), len(r.Hidden))
	}
}

func TestTenantsShareNothing(t *testing.T) {
	t.Parallel()
	base := newTestEngine(t)
	a, err := base.Extend(Custom{Patterns: []CustomPattern{{Name: "CODE_A", Terms: []string{"zeus"}}}, Allow: []ListEntry{{Value: "bob@mail.com"}}})
	if err != nil {
		t.Fatal(err)
	}
	b, err := a.Extend(Custom{Patterns: []CustomPattern{{Name: "CODE_B", Terms: []string{"hera"}}}})
	if err != nil {
		t.Fatal(err)
	}
	const text = "zeus hera bob@mail.com"
	for name, c := range map[string]struct {
		e    *Engine
		want []string
	}{
		"base": {base, []string{"EMAIL_ADDRESS:bob@mail.com"}},
		"a":    {a, []string{"CODE_A:zeus"}},
		"b":    {b, []string{"CODE_B:hera", "EMAIL_ADDRESS:bob@mail.com"}},
	} {
		if diff := cmp.Diff(c.want, show(text, c.e.Scan(t.Context(), text, Options{}))); diff != "" {
			t.Errorf("%s: %s", name, diff)
		}
	}
}

func TestManyTerms(t *testing.T) {
	t.Parallel()
	terms := make([]string, maxTerms)
	for i := range terms {
		terms[i] = fmt.Sprintf("term %x", i*7919)
	}
	e := extended(t, Custom{Patterns: []CustomPattern{{Name: "TERMS", Terms: terms, WholeWord: true}}})
	text := "one " + terms[0] + ", two " + terms[maxTerms-1] + "."
	want := []string{"TERMS:" + terms[0], "TERMS:" + terms[maxTerms-1]}
	if diff := cmp.Diff(want, show(text, e.Scan(t.Context(), text, Options{}))); diff != "" {
		t.Error(diff)
	}
	if _, err := e.Extend(Custom{Patterns: []CustomPattern{{Name: "TERMS", Terms: append(terms, "one more")}}}); err == nil {
		t.Error("50,001 terms were taken")
	}
}
