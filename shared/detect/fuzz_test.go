package detect

import (
	"regexp"
	"testing"
	"unicode/utf8"
)

func FuzzScan(f *testing.F) {
	for _, s := range pieces() {
		f.Add(s+" "+s, s)
	}
	f.Add(prose(), "customerSsn")
	f.Add(rotate(prose())+" there", "rot13")
	f.Add("strase-west StrasseWset", "")
	e := extended(f, Custom{
		Patterns: []CustomPattern{{Name: "CODE", Regexes: expr(`x\d+`, `[a-c]{3,9}`), Terms: []string{"é", "ab", "Straße West"}, Fuzzy: true, KeepNested: true}},
		Deny:     []ListEntry{{Value: "99"}},
		Allow:    []ListEntry{{Regex: `bob@.*`}},
	})
	f.Fuzz(func(t *testing.T, text, key string) {
		r := e.Scan(t.Context(), text, Options{MinScore: -1, Explain: true, Keys: []string{key}})
		if len(r.Incomplete) > 0 && len(text) < 1<<14 {
			t.Fatalf("incomplete: %v", r.Incomplete)
		}
		for _, x := range r.Findings {
			if x.ByteStart >= x.ByteEnd || x.ByteEnd > len(text) || x.Score < 0 || x.Score > 1 || x.Explanation == nil {
				t.Fatalf("bad finding %+v", x)
			}
			if utf8.RuneCountInString(text[:x.ByteStart]) != x.Start {
				t.Fatalf("finding splits a character: %+v", x)
			}
		}
	})
}

func FuzzExtend(f *testing.F) {
	for _, x := range []string{`EMP-\d{5}`, `(?i)a|b`, `a{200}`, `\pL+x`, `(a*)*b`, `[^a]+`, `(?:ab|cd){2,3}$`, `(`, `x**`} {
		f.Add(x, "term", "ab-12345 abab")
	}
	base := newTestEngine(f)
	f.Fuzz(func(t *testing.T, x, term, text string) {
		c := Custom{Patterns: []CustomPattern{{Name: "CODE", Regexes: expr(x), Terms: []string{term}, Fuzzy: true}}, Allow: []ListEntry{{Regex: x}}}
		e, err := base.Extend(c)
		if err != nil {
			if len(FieldErrors(err)) == 0 {
				t.Fatalf("no field errors: %v", err)
			}
			return
		}
		if regexp.MustCompile(x).MatchString("") {
			t.Fatal("an expression that matches empty text was taken")
		}
		e.Scan(t.Context(), text, Options{})
	})
}
