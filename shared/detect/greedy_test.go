package detect

import (
	"context"
	"slices"
	"strings"
	"testing"
)

// extendTest returns an engine with one pattern of a tenant's own.
func extendTest(tb testing.TB, p CustomPattern) *Engine {
	tb.Helper()
	p.Name, p.Category = "GREEDY", CategoryCustom
	e, err := newTestEngine(tb).Extend(Custom{Patterns: []CustomPattern{p}})
	if err != nil {
		tb.Fatal(err)
	}
	return e
}

// A tenant's own terms and expressions cannot make a short text cost without bound, whatever they are: they are cut short and
// say so.
func TestGreedyPatternsAreCutShort(t *testing.T) {
	t.Parallel()
	nested := make([]string, 200)
	for i := range nested {
		nested[i] = strings.Repeat("a", i+1)
	}
	var typos []string
	for c := rune(0x4E00); len(typos) < 3000; c++ {
		typos = append(typos, "abcde"+string(c))
	}
	for name, tt := range map[string]struct {
		pattern CustomPattern
		text    string
	}{
		"terms in terms":            {CustomPattern{Terms: nested}, strings.Repeat("a", 4<<10)},
		"terms that share a typo":   {CustomPattern{Terms: typos, Fuzzy: true}, strings.Repeat("abcde ", 2000)},
		"matches that read further": {CustomPattern{Regexes: []ScoredPattern{{Pattern: `xyz(.*q)?`}}}, strings.Repeat("xyz", 100_000)},
		"the same, and not ASCII":   {CustomPattern{Regexes: []ScoredPattern{{Pattern: `xyz(.*q)?`}}}, strings.Repeat("xyzé", 50_000)},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			e := extendTest(t, tt.pattern)
			plan, err := e.Compile(Options{})
			if err != nil {
				t.Fatal(err)
			}
			s := &scan{}
			s.reset(t.Context(), plan, tt.text)
			s.run(nil)
			if len(s.cands) > maxCustom+len(tt.text) || len(s.terms) > maxCustom {
				t.Errorf("%d candidates and %d terms", len(s.cands), len(s.terms))
			}
			if r := plan.Scan(context.Background(), tt.text, nil); !slices.Contains(r.Incomplete, "custom_greedy") {
				t.Errorf("incomplete are %v", r.Incomplete)
			}
		})
	}
}

// Many matches that read no further than they are long cost what the text does.
func TestManyMatchesAreNotCutShort(t *testing.T) {
	t.Parallel()
	for _, expr := range []string{`ticket-\d+`, `[a-z]{6}-\d+`, `ticket-\d+(?:, urgent)?`} {
		e := extendTest(t, CustomPattern{Regexes: []ScoredPattern{{Pattern: expr}}})
		text := strings.Repeat("see ticket-4711, ticket-4712; ", 2000)
		r := e.Scan(t.Context(), text, Options{Include: []string{"GREEDY"}})
		if len(r.Incomplete) > 0 || len(r.Findings) != 4000 {
			t.Errorf("%s: %d findings, incomplete are %v", expr, len(r.Findings), r.Incomplete)
		}
	}
}
