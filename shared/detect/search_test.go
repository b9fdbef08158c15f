package detect

import (
	"fmt"
	"math/rand/v2"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"
)

// parseSearch returns both ways to find the matches of an expression.
func parseSearch(tb testing.TB, expr string) (*search, *regexp.Regexp) {
	tb.Helper()
	q, err := newSearch(expr)
	if err != nil {
		tb.Fatal(err)
	}
	return q, regexp.MustCompile(expr)
}

// ask returns what the probe says of a text.
func ask(q *search, text string) answer {
	left := 1000
	a, _ := q.anywhere.find(text, 0, &left)
	return a
}

func first(found [][]int, _ int) [][]int { return found }

// holdSearch fails the test if the search says another thing than the expression.
func holdSearch(tb testing.TB, q *search, re *regexp.Regexp, text string) {
	tb.Helper()
	if a := ask(q, text); a != unknown && (a == present) != re.MatchString(text) {
		tb.Errorf("%s: the probe says %d of %q", re, a, text)
	}
	if got, want := first(q.findAll(text, &matcher{})), re.FindAllStringSubmatchIndex(text, -1); !slices.EqualFunc(got, want, slices.Equal) {
		tb.Errorf("%s finds %v in %q, want %v", re, got, text, want)
	}
}

// A search agrees with the expression about borders of words, lines and texts, repeats, classes and case.
func TestSearchAgrees(t *testing.T) {
	t.Parallel()
	texts := []string{"", "a", "ab", "ab ab", "a\nb", "\n", "ab\n", "_a", "a-b", "AB", "k", "s", "aaaa", "aaab", "12-34", "x12", "12x", " 12 ", "été", "1é2", "\x00"}
	for _, expr := range []string{
		`a`, `^a`, `a$`, `(?m)^b`, `(?m)a$`, `\bab\b`, `\Ba`, `b\B`, `(?i)AB`, `(?i)K`, `(?i)s`, `a{2,3}b`, `a{4}`, `[^a]`, `.`, `(?s).`, `a.b`, `(?s)a.b`,
		`\b[0-9]{2}\b`, `[0-9]+-[0-9]+`, `a*`, `a|b$`, `(a|ab)(b|$)`, `\z`, `^$`, `(?:^|[^a])b`, `\x00`, `é`, `[é-ü]`, `\w\b\W`, `(?i)\b(ab|a)(b*)`, `(?:^|[^a-z])(ab?)(?:$|[^a-z])`,
	} {
		p, re := parseSearch(t, expr)
		for _, text := range texts {
			holdSearch(t, p, re, text)
		}
	}
}

// An expression that needs too many states for a text leaves the answer open, and never gives a wrong one; what it keeps
// for other texts is bounded.
func TestSearchGivesUp(t *testing.T) {
	t.Parallel()
	q, re := parseSearch(t, `a[ab]{14}c`)
	draw := rand.New(rand.NewPCG(3, 4))
	open := 0
	for range 200 {
		var b strings.Builder
		for range 200 {
			b.WriteByte("abc"[min(2, draw.IntN(16)/7)])
		}
		left := 20
		if a, _ := q.anywhere.find(b.String(), 0, &left); a == unknown {
			open++
		}
		holdSearch(t, q, re, b.String())
		if n := len(q.anywhere.states); n > maxProbeStates {
			t.Fatalf("%d states are kept, want at most %d", n, maxProbeStates)
		}
	}
	if open == 0 {
		t.Error("no answer is open")
	}
}

// A search may be asked by many at once.
func TestSearchIsShared(t *testing.T) {
	t.Parallel()
	p, re := parseSearch(t, `(?i)\b(?:key|token)\s?[:=]\s?([a-z0-9]{8,12})\b`)
	var wg sync.WaitGroup
	for worker := range 8 {
		wg.Go(func() {
			for i := range 200 {
				holdSearch(t, p, re, fmt.Sprintf("the %s: %0*d!", []string{"key", "TOKEN", "lock"}[i%3], 6+(i+worker)%8, i))
			}
		})
	}
	wg.Wait()
}

func FuzzSearch(f *testing.F) {
	for _, expr := range []string{`\ba+b?\b`, `(?i)key[:= ]{1,3}([a-z]{3,5})`, `(?m)^x|y$`, `[^ab]{2,4}c`} {
		f.Add(expr, "a key: abcd\nxy ccc")
	}
	f.Fuzz(func(t *testing.T, expr, text string) {
		if len(expr) > 60 {
			return
		}
		re, err := regexp.Compile(expr)
		if err != nil {
			return
		}
		q, err := newSearch(expr)
		if err != nil {
			t.Fatal(err)
		}
		for range 2 { // the second walk takes the states as they are
			holdSearch(t, q, re, text)
		}
	})
}
