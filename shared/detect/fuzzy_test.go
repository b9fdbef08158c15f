package detect

import (
	"context"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

func TestFuzzyTerms(t *testing.T) {
	t.Parallel()
	c := Custom{
		Patterns: []CustomPattern{
			{Name: "CODE_NAME", Terms: []string{"Nightingale", "Blue Harbor", "kiwi", "Łódź-West"}, WholeWord: true, Fuzzy: true, Exclude: []string{"nightingales"}},
			{Name: "EXACT", Terms: []string{"Pelican"}},
			{Name: "CARD_NO", Terms: []string{"79927398713"}, Fuzzy: true, Validator: "luhn"},
			{Name: "BADGE", Terms: []string{"falcon"}, Fuzzy: true, Context: []string{"badge"}, ContextRequired: true},
		},
		Deny: []ListEntry{{Value: "ACME Corp.", Fuzzy: true}, {Value: "globex", Type: "RIVAL"}},
	}
	e := extended(t, c)
	for _, tc := range []struct {
		name, text string
		want       []string
	}{
		{"as it is", "project Nightingale", []string{"CODE_NAME:Nightingale"}},
		{"wrong", "project Nightengale.", []string{"CODE_NAME:Nightengale"}},
		{"missing", "project Nightigale", []string{"CODE_NAME:Nightigale"}},
		{"too many", "project Nighttingale", []string{"CODE_NAME:Nighttingale"}},
		{"swapped", "project Nightignale", []string{"CODE_NAME:Nightignale"}},
		{"two typos", "project Nightengall", nil},
		{"excluded", "many nightingales sing", nil},
		{"within a word", "xxNightengalexx", nil},
		{"first and last", "Xlue harbor, blue harboR2", []string{"CODE_NAME:Xlue harbor", "CODE_NAME:blue harboR2"}},
		{"one word of two", "at blueharbor", []string{"CODE_NAME:blueharbor"}},
		{"another sign between", "at blue--harbot", []string{"CODE_NAME:blue--harbot"}},
		{"a split word", "night ingale", []string{"CODE_NAME:night ingale"}},
		{"full width", "Ｎightengale", []string{"CODE_NAME:Ｎightengale"}},
		{"accents", "in Lodz West", []string{"CODE_NAME:Lodz West"}},
		{"too short for typos", "a kiwl and a kiwi", []string{"CODE_NAME:kiwi"}},
		{"not fuzzy", "a pelicon", nil},
		{"denied", "from acme crop to acne corp", []string{"DENY_LIST:acme crop", "DENY_LIST:acne corp"}},
		{"denied exactly", "from globax to globex", []string{"RIVAL:globex"}},
		{"validated", "79927398731 and 79927398713", []string{"CARD_NO:79927398713"}},
		{"with its context", "badge falkon", []string{"BADGE:falkon"}},
		{"without", "a falkon flies", nil},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			var got []string
			for _, f := range e.Scan(t.Context(), tc.text, Options{Include: []string{"custom"}}).Findings {
				got = append(got, f.Type+":"+tc.text[f.ByteStart:f.ByteEnd])
			}
			if !slices.Equal(got, tc.want) {
				t.Errorf("%q: %v, want %v", tc.text, got, tc.want)
			}
		})
	}
	scored := e.Scan(t.Context(), "acme corp. or acne corp.", Options{Include: []string{"custom"}, Explain: true}).Findings
	if len(scored) != 2 || scored[0].Score <= scored[1].Score || scored[1].Explanation.Pattern != fuzzyWhy {
		t.Errorf("a typo scores as the term itself: %+v", scored)
	}
}

func TestFuzzyRefuses(t *testing.T) {
	t.Parallel()
	for pointer, c := range map[string]Custom{
		"/deny/0/fuzzy":  {Deny: []ListEntry{{Value: "abcd", Fuzzy: true}}},
		"/deny/1/fuzzy":  {Deny: []ListEntry{{Value: "abcde", Fuzzy: true}, {Regex: "abcde", Fuzzy: true}}},
		"/allow/0/fuzzy": {Allow: []ListEntry{{Value: "abcde", Fuzzy: true}}},
	} {
		_, err := newTestEngine(t).Extend(c)
		if f := FieldErrors(err); len(f) != 1 || f[0].Pointer != pointer {
			t.Errorf("%s: %v", pointer, err)
		}
	}
}

// distance is the number of characters to add, drop, change or swap with the next (optimal string alignment).
func distance(a, b []rune) int {
	d := make([][]int, len(a)+1)
	for i := range d {
		d[i] = make([]int, len(b)+1)
		for j := range d[i] {
			switch {
			case i == 0 || j == 0:
				d[i][j] = i + j
				continue
			case a[i-1] == b[j-1]:
				d[i][j] = d[i-1][j-1]
			default:
				d[i][j] = 1 + min(d[i-1][j], d[i][j-1], d[i-1][j-1])
			}
			if i > 1 && j > 1 && a[i-1] == b[j-2] && a[i-2] == b[j-1] {
				d[i][j] = min(d[i][j], d[i-2][j-2]+1)
			}
		}
	}
	return d[len(a)][len(b)]
}

// TestFuzzyIsExhaustive compares the index with measuring every term, for all that deletions, digests and shortcuts may
// get wrong.
func TestFuzzyIsExhaustive(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		word := rapid.StringOfN(rapid.SampledFrom([]rune("abé ")), minFuzzy-1, 9, -1)
		var terms []fuzzyTerm
		for _, w := range rapid.SliceOfNDistinct(word.Filter(func(s string) bool { return len([]rune(s)) >= minFuzzy }), 1, 20, rapid.ID).Draw(t, "terms") {
			terms = append(terms, fuzzyTerm{plain: w})
		}
		text := word.Draw(t, "text")
		var got, want []string
		d := deletions{runes: []rune(text)}
		newFuzzyIndex(terms).near(&d, &effort{ctx: context.Background()}, func(f *fuzzyTerm) { got = append(got, f.plain) })
		for _, f := range terms {
			if distance([]rune(text), []rune(f.plain)) <= 1 {
				want = append(want, f.plain)
			}
		}
		slices.Sort(got)
		slices.Sort(want)
		if got = slices.Compact(got); !slices.Equal(got, want) {
			t.Fatalf("%q is near %q, want %q", text, got, want)
		}
	})
}

// TestFuzzyNeverLeavesATerm is the metamorphic law: a term with any one typo is found in any text of other words.
func TestFuzzyNeverLeavesATerm(t *testing.T) {
	t.Parallel()
	e := extended(t, Custom{Deny: []ListEntry{{Value: "montgomery", Fuzzy: true}, {Value: "van der berg", Fuzzy: true}}})
	rapid.Check(t, func(t *rapid.T) {
		typo := []rune(rapid.SampledFrom([]string{"montgomery", "van der berg"}).Draw(t, "term"))
		at := rapid.IntRange(0, len(typo)-1).Draw(t, "at")
		switch rapid.IntRange(0, 3).Draw(t, "kind") {
		case 0:
			typo = slices.Delete(typo, at, at+1)
		case 1:
			typo = slices.Insert(typo, at, 'x')
		case 2:
			typo[at] = 'x'
		default:
			if at+1 < len(typo) {
				typo[at], typo[at+1] = typo[at+1], typo[at]
			}
		}
		around := rapid.SampledFrom([]string{"", "the ", "über ", "a, b; "})
		text := around.Draw(t, "before") + string(typo) + ", " + around.Draw(t, "after")
		if len(e.Scan(context.Background(), text, Options{Include: []string{"custom"}}).Findings) == 0 {
			t.Fatalf("nothing is found in %q", text)
		}
	})
}

// randomWords are n different words of letters, as large dictionaries have them.
func randomWords(n int) []string {
	r := rand.New(rand.NewPCG(1, 2))
	seen := make(map[string]bool, n)
	for len(seen) < n {
		w := make([]byte, 6+r.IntN(10))
		for i := range w {
			w[i] = byte('a' + r.IntN(26))
		}
		seen[string(w)] = true
	}
	out := make([]string, 0, n)
	for w := range seen {
		out = append(out, w)
	}
	slices.Sort(out)
	return out
}

// TestLargeDictionary finds the words of a dictionary of 100,000, and refuses a larger one.
func TestLargeDictionary(t *testing.T) {
	t.Parallel()
	words := randomWords(maxTerms)
	e := extended(t, Custom{Patterns: []CustomPattern{{Name: "CODES", Terms: words, WholeWord: true, Fuzzy: true}}})
	for i := 0; i < len(words); i += 9973 {
		w := words[i]
		for _, text := range []string{"see " + w + " there", "see " + w[:2] + "0" + w[3:] + " there"} {
			if f := e.Scan(t.Context(), text, Options{Include: []string{"custom"}}).Findings; len(f) != 1 || f[0].ByteStart != 4 {
				t.Errorf("%q: %+v", text, f)
			}
		}
	}
	_, err := newTestEngine(t).Extend(Custom{Patterns: []CustomPattern{{Name: "CODES", Terms: append(words, "onemore")}}})
	if f := FieldErrors(err); len(f) != 1 || f[0].Pointer != "/patterns/0/terms/100000" {
		t.Errorf("100,001 terms: %v", f)
	}
}

func BenchmarkDictionary(b *testing.B) {
	words := randomWords(maxTerms)
	text := strings.Repeat("He called about the results of his test and will come again tomorrow at ten. ", 13)
	for _, fuzzy := range []bool{false, true} {
		c := Custom{Patterns: []CustomPattern{{Name: "CODES", Terms: words, WholeWord: true, Fuzzy: fuzzy}}}
		b.Run(fmt.Sprintf("compile/fuzzy=%v", fuzzy), func(b *testing.B) {
			base := newTestEngine(b)
			b.ReportAllocs()
			for b.Loop() {
				if _, err := base.Extend(c); err != nil {
					b.Fatal(err)
				}
			}
		})
		b.Run(fmt.Sprintf("scan/fuzzy=%v", fuzzy), func(b *testing.B) {
			e := extended(b, c)
			plan, err := e.Compile(Options{Include: []string{"custom"}})
			if err != nil {
				b.Fatal(err)
			}
			b.SetBytes(int64(len(text)))
			b.ReportAllocs()
			for b.Loop() {
				plan.Scan(b.Context(), text, nil)
			}
		})
	}
}
