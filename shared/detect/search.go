package detect

import (
	"fmt"
	"regexp"
	"regexp/syntax"
	"sync"
)

// search finds the matches of an expression, as [regexp.Regexp] does, with probes that say where to look. Its parts are
// made when they are first needed: most expressions never see a match.
type search struct {
	demand demand
	// anywhere and anchored are nil for an expression that a probe cannot do.
	anywhere, anchored *probe
	prog               *syntax.Prog
	// whole searches a text.
	whole func() *regexp.Regexp
}

// newSearch parses the expression.
func newSearch(expr string) (*search, error) {
	tree, err := syntax.Parse(expr, syntax.Perl)
	if err != nil {
		return nil, fmt.Errorf("regexp: %w", err)
	}
	q := &search{demand: demandOf(tree)}
	prog, err := syntax.Compile(tree.Simplify())
	if err != nil {
		return nil, fmt.Errorf("regexp: %w", err)
	}
	q.prog = prog
	q.anywhere, q.anchored = newProbes(prog)
	q.whole = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(expr) })
	return q, nil
}

// probeSpeed is how many bytes a probe takes in the time of one by an expression.
const probeSpeed = 16

// findAll returns the matches in text, as FindAllStringSubmatchIndex does, and how much work it was, in bytes by an
// expression. The matches lie in the memory of m.
func (q *search) findAll(text string, m *matcher) (found [][]int, work int) {
	g := guide{steps: guideSteps * len(text), states: mayMake(len(text))}
	most := g.states
	out, ok := q.guided(text, &g, m)
	work = stateWork * (most - max(0, g.states))
	switch {
	case !ok:
		return q.whole().FindAllStringSubmatchIndex(text, -1), work + len(text)
	case len(out) == 0:
		return nil, work + len(text)/probeSpeed
	}
	return out, work + len(text)
}

// matches reports whether the expression fits somewhere in text, and how much work it was.
func (q *search) matches(text string) (ok bool, work int) {
	left := mayMake(len(text))
	most := left
	a, _ := q.anywhere.find(text, 0, &left)
	work = stateWork*(most-max(0, left)) + len(text)/probeSpeed
	if a != unknown {
		return a == present, work
	}
	return q.whole().MatchString(text), work + len(text)
}

// guide is what may still be spent on finding matches by probes: bytes that are read to find where one starts, and states
// that are made.
type guide struct{ steps, states int }

// mayMake is how many states may be made for a text of n bytes: more than are kept would be made over and over.
func mayMake(n int) int { return min(leastStates+n/8, 2*maxProbeStates) }

const (
	// leastStates is how many states may be made for any text, stateWork what it costs to make one.
	leastStates = 48
	stateWork   = 32
	// guideSteps is how many bytes may be read for each byte of a text to find where its matches start; an expression
	// that needs more is left to a Regexp, whose work has the same bound for all.
	guideSteps = 16
)

// guided is findAll by probes; not ok where they do not know.
func (q *search) guided(text string, g *guide, m *matcher) (out [][]int, ok bool) {
	m.found, m.groups = m.found[:0], m.groups[:0]
	for from := 0; ; {
		a, end := q.anywhere.find(text, from, &g.states)
		if a != present {
			return m.found, a == absent
		}
		start := q.start(text, from, end, g)
		if start < 0 {
			return nil, false
		}
		at, ok := m.match(q.prog, text, start)
		if !ok || at == nil || at[1] == at[0] {
			return nil, false
		}
		m.found = append(m.found, at)
		from = at[1]
	}
}

// start returns the first place from from to to where a match starts, or -1 if the probe does not know.
func (q *search) start(text string, from, to int, g *guide) int {
	for i := from; i <= to && g.steps > 0; i++ {
		a, read := q.anchored.find(text, i, &g.states)
		g.steps -= read - i + 1
		switch a {
		case present:
			return i
		case unknown:
			return -1
		case absent:
		}
	}
	return -1
}
