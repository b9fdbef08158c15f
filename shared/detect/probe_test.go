package detect

import (
	"fmt"
	"math/rand/v2"
	"regexp"
	"regexp/syntax"
	"strings"
	"sync"
	"testing"
)

// parseProbe returns both ways to ask whether an expression matches.
func parseProbe(tb testing.TB, expr string) (*probe, *regexp.Regexp) {
	tb.Helper()
	tree, err := syntax.Parse(expr, syntax.Perl)
	if err != nil {
		tb.Fatal(err)
	}
	p := newProbe(tree)
	if p == nil {
		tb.Fatalf("%s: no probe", expr)
	}
	return p, regexp.MustCompile(expr)
}

// holdProbe fails the test if the probe says another thing than the expression.
func holdProbe(tb testing.TB, p *probe, re *regexp.Regexp, text string) {
	tb.Helper()
	if got := p.find(text); got != unknown && (got == present) != re.MatchString(text) {
		tb.Errorf("%s: the probe says %d of %q", re, got, text)
	}
}

// The probe agrees with the expression about borders of words, lines and texts, repeats, classes and case.
func TestProbeAgrees(t *testing.T) {
	t.Parallel()
	texts := []string{"", "a", "ab", "ab ab", "a\nb", "\n", "ab\n", "_a", "a-b", "AB", "k", "s", "aaaa", "aaab", "12-34", "x12", "12x", " 12 ", "été", "1é2", "\x00"}
	for _, expr := range []string{
		`a`, `^a`, `a$`, `(?m)^b`, `(?m)a$`, `\bab\b`, `\Ba`, `b\B`, `(?i)AB`, `(?i)K`, `(?i)s`, `a{2,3}b`, `a{4}`, `[^a]`, `.`, `(?s).`, `a.b`, `(?s)a.b`,
		`\b[0-9]{2}\b`, `[0-9]+-[0-9]+`, `a*`, `a|b$`, `(a|ab)(b|$)`, `\z`, `^$`, `(?:^|[^a])b`, `\x00`, `é`, `[é-ü]`, `\w\b\W`,
	} {
		p, re := parseProbe(t, expr)
		for _, text := range texts {
			holdProbe(t, p, re, text)
		}
	}
}

// An expression that needs too many states leaves the answer open, and never gives a wrong one.
func TestProbeGivesUp(t *testing.T) {
	t.Parallel()
	p, re := parseProbe(t, `a[ab]{14}c`)
	draw := rand.New(rand.NewPCG(3, 4))
	open := 0
	for range 200 {
		var b strings.Builder
		for range 60 {
			b.WriteByte("abc"[min(2, draw.IntN(16)/7)])
		}
		holdProbe(t, p, re, b.String())
		if p.find(b.String()) == unknown {
			open++
		}
	}
	if open == 0 || len(p.states) > maxProbeStates {
		t.Errorf("%d answers are open, with %d states of %d", open, len(p.states), maxProbeStates)
	}
}

// A probe may be asked by many at once.
func TestProbeIsShared(t *testing.T) {
	t.Parallel()
	p, re := parseProbe(t, `(?i)\b(?:key|token)\s?[:=]\s?([a-z0-9]{8,12})\b`)
	var wg sync.WaitGroup
	for worker := range 8 {
		wg.Go(func() {
			for i := range 200 {
				holdProbe(t, p, re, fmt.Sprintf("the %s: %0*d!", []string{"key", "TOKEN", "lock"}[i%3], 6+(i+worker)%8, i))
			}
		})
	}
	wg.Wait()
}

func FuzzProbe(f *testing.F) {
	for _, expr := range []string{`\ba+b?\b`, `(?i)key[:= ]{1,3}([a-z]{3,5})`, `(?m)^x|y$`, `[^ab]{2,4}c`} {
		f.Add(expr, "a key: abcd\nxy ccc")
	}
	f.Fuzz(func(t *testing.T, expr, text string) {
		if len(expr) > 60 {
			return
		}
		tree, err := syntax.Parse(expr, syntax.Perl)
		if err != nil {
			return
		}
		re, err := regexp.Compile(expr)
		if err != nil {
			return
		}
		if p := newProbe(tree); p != nil {
			holdProbe(t, p, re, text)
			holdProbe(t, p, re, text) // the second walk takes the states as they are
		}
	})
}
