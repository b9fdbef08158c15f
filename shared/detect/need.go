package detect

import (
	"math/bits"
	"regexp"
	"regexp/syntax"
	"slices"
	"strings"
	"unicode/utf8"
)

// need is what a text must hold if an expression fits it, in any case: a literal, all of some needs, or any of them. To look
// for it costs a small part of what the expression does.
type need struct {
	literal string
	parts   []need
	any     bool

	// bit is the literal's in a set of those that were found.
	bit uint64
}

// lookout is a need with what finds all its literals in one pass over a text.
type lookout struct {
	need need
	// first and second say which literals have a byte there.
	first, second [256]uint64
	literals      []string
}

// maxWatched is how many literals a set has room for.
const maxWatched = 64

// newLookout derives what to look for, with the longest literals that there is room for, or nil if there is nothing.
func newLookout(re *syntax.Regexp) *lookout {
	for m := most(32); m > 0; m /= 2 {
		n, ok := m.needOf(re)
		if !ok {
			return nil
		}
		l := &lookout{need: n}
		if l.number(&l.need) {
			return l
		}
	}
	return nil
}

// anyOf looks out for one of some words of at least two bytes, or returns nil if there are none.
func anyOf(words []string) *lookout {
	n := need{any: true}
	for _, w := range words {
		n.parts = append(n.parts, need{literal: strings.ToLower(w)})
	}
	l := &lookout{need: n}
	if len(words) == 0 || !l.number(&l.need) {
		return nil
	}
	return l
}

func (l *lookout) number(n *need) bool {
	if n.literal == "" {
		for i := range n.parts {
			if !l.number(&n.parts[i]) {
				return false
			}
		}
		return true
	}
	i := slices.Index(l.literals, n.literal)
	if i < 0 {
		if i = len(l.literals); i == maxWatched {
			return false
		}
		l.literals = append(l.literals, n.literal)
		for _, c := range bothCases(n.literal[0]) {
			l.first[c] |= 1 << i
		}
		for _, c := range bothCases(n.literal[1]) {
			l.second[c] |= 1 << i
		}
	}
	n.bit = 1 << i
	return true
}

// bothCases are a byte in lower case and, if it is a letter, in upper case.
func bothCases(c byte) [2]byte {
	if isLower(c) {
		return [2]byte{c, c &^ 0x20}
	}
	return [2]byte{c, c}
}

// met reports whether a text has what is needed, in any case.
func (l *lookout) met(text string) bool {
	var found uint64
	for i := 0; i+1 < len(text); i++ {
		set := l.first[text[i]] & l.second[text[i+1]] &^ found
		for ; set != 0; set &= set - 1 {
			n := bits.TrailingZeros64(set)
			word := l.literals[n]
			if len(text)-i >= len(word) && strings.EqualFold(text[i:i+len(word)], word) {
				if found |= 1 << n; l.need.met(found) {
					return true
				}
			}
		}
	}
	return false
}

// met reports whether the literals that were found are enough.
func (n *need) met(found uint64) bool {
	if n.literal != "" {
		return found&n.bit != 0
	}
	for i := range n.parts {
		if n.parts[i].met(found) == n.any {
			return n.any
		}
	}
	return !n.any
}

// condition is an expression with its need, or a nil one where nothing is known.
type condition struct {
	re   *regexp.Regexp
	need *lookout
}

func compileCondition(expr string) (condition, error) {
	re, err := regexp.Compile(expr)
	if err != nil {
		return condition{}, err
	}
	tree, err := syntax.Parse(expr, syntax.Perl)
	if err != nil {
		return condition{}, err
	}
	return condition{re: re, need: newLookout(tree)}, nil
}

// needOf derives the need of an expression; ok is false where it has none.
func (m most) needOf(re *syntax.Regexp) (n need, ok bool) {
	if all := m.exact(re); all != nil {
		return oneOf(all)
	}
	switch re.Op {
	case syntax.OpCapture, syntax.OpPlus:
		return m.needOf(re.Sub[0])
	case syntax.OpRepeat:
		if re.Min >= 1 {
			return m.needOf(re.Sub[0])
		}
	case syntax.OpConcat:
		return m.needOfConcat(re.Sub)
	case syntax.OpAlternate:
		n.any = true
		for _, sub := range re.Sub {
			part, ok := m.needOf(sub)
			if !ok {
				return need{}, false
			}
			n.parts = append(n.parts, part)
		}
		return n, true
	}
	return need{}, false
}

// needOfConcat joins neighbors whose texts are known, so that a need is of words and not of their parts.
func (m most) needOfConcat(subs []*syntax.Regexp) (n need, ok bool) {
	known := []string{""}
	flush := func() {
		if part, ok := oneOf(known); ok {
			n.parts = append(n.parts, part)
		}
		known = []string{""}
	}
	for _, sub := range subs {
		all := m.exact(sub)
		if all == nil || len(known)*len(all) > int(m) {
			flush()
		}
		if all != nil {
			known = cross(known, all)
		} else if part, ok := m.needOf(sub); ok {
			n.parts = append(n.parts, part)
		}
	}
	flush()
	return n, len(n.parts) > 0
}

// most bounds how many texts of a part of an expression are listed: the more, the longer the literals that are looked for.
type most int

// exact lists in lower case all that an expression fits, or nil if that is too much, or not of ASCII.
func (m most) exact(re *syntax.Regexp) []string {
	switch re.Op {
	case syntax.OpEmptyMatch, syntax.OpBeginLine, syntax.OpEndLine, syntax.OpBeginText, syntax.OpEndText, syntax.OpWordBoundary, syntax.OpNoWordBoundary:
		return []string{""}
	case syntax.OpLiteral:
		return exactRunes(re.Rune)
	case syntax.OpCharClass:
		return exactClass(re.Rune)
	case syntax.OpCapture:
		return m.exact(re.Sub[0])
	case syntax.OpQuest:
		if all := m.exact(re.Sub[0]); all != nil {
			return union(all, []string{""})
		}
	case syntax.OpConcat:
		known := []string{""}
		for _, sub := range re.Sub {
			all := m.exact(sub)
			if all == nil || len(known)*len(all) > int(m) {
				return nil
			}
			known = cross(known, all)
		}
		return known
	case syntax.OpAlternate:
		var all []string
		for _, sub := range re.Sub {
			part := m.exact(sub)
			if part == nil || len(all)+len(part) > int(m) {
				return nil
			}
			all = union(all, part)
		}
		return all
	}
	return nil
}

func exactRunes(runes []rune) []string {
	if slices.ContainsFunc(runes, func(r rune) bool { return r >= utf8.RuneSelf }) {
		return nil
	}
	return []string{strings.ToLower(string(runes))}
}

// maxClass is how many characters a class has that is listed.
const maxClass = 4

// exactClass takes pairs of first and last characters.
func exactClass(pairs []rune) []string {
	var all []string
	for i := 0; i+1 < len(pairs); i += 2 {
		for r := pairs[i]; r <= pairs[i+1]; r++ {
			if r >= utf8.RuneSelf || len(all) == maxClass {
				return nil
			}
			all = union(all, exactRunes([]rune{r}))
		}
	}
	return all
}

func union(a, b []string) []string {
	for _, s := range b {
		if !slices.Contains(a, s) {
			a = append(a, s)
		}
	}
	return a
}

func cross(a, b []string) []string {
	var out []string
	for _, x := range a {
		for _, y := range b {
			out = union(out, []string{x + y})
		}
	}
	return out
}

// oneOf is the need of one of some texts. Those that have another of them in them need not be looked for; one of a single byte
// is nearly everywhere.
func oneOf(all []string) (n need, ok bool) {
	n.any = true
	for i, s := range all {
		if len(s) < minLiteral {
			return need{}, false
		}
		if !slices.ContainsFunc(all, func(o string) bool { return o != all[i] && strings.Contains(s, o) }) {
			n.parts = append(n.parts, need{literal: s})
		}
	}
	return n, len(n.parts) > 0
}

// windowNeed is the need of an expression, or nil where the keyword that opens a window meets it.
func windowNeed(re *syntax.Regexp, keywords []string) *lookout {
	l := newLookout(re)
	if l == nil || !slices.ContainsFunc(keywords, func(k string) bool { return !l.met(foldString(k)) }) {
		return nil
	}
	return l
}

// holds reports whether part of the view meets a need.
func (s *scan) holds(l *lookout, text string) bool {
	s.effort.work += len(text) / 8
	return l.met(text)
}

// allowed reports whether one of the expressions fits text.
func (s *scan) allowed(list []condition, text string) bool {
	return slices.ContainsFunc(list, func(c condition) bool {
		if c.need != nil && !s.holds(c.need, text) {
			return false
		}
		return s.effort.spend(len(text)) && c.re.MatchString(text)
	})
}
