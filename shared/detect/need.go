package detect

import (
	"bytes"
	"regexp"
	"regexp/syntax"
	"slices"
	"unicode/utf8"
)

// need is what a text must hold if an expression fits it, in lower case: a literal, all of some needs, or any of them. To look
// for it costs a small part of what the expression does.
type need struct {
	literal []byte
	parts   []need
	any     bool
}

// condition is an expression with its need, or a nil one where nothing is known.
type condition struct {
	re   *regexp.Regexp
	need *need
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
	c := condition{re: re}
	if n, ok := needOf(tree); ok {
		c.need = &n
	}
	return c, nil
}

// needOf derives the need of an expression; ok is false where it has none.
func needOf(re *syntax.Regexp) (n need, ok bool) {
	switch re.Op {
	case syntax.OpLiteral:
		return needOfRunes(re.Rune)
	case syntax.OpCapture, syntax.OpPlus:
		return needOf(re.Sub[0])
	case syntax.OpRepeat:
		if re.Min >= 1 {
			return needOf(re.Sub[0])
		}
	case syntax.OpConcat:
		for _, sub := range re.Sub {
			if part, ok := needOf(sub); ok {
				n.parts = append(n.parts, part)
			}
		}
		return n, len(n.parts) > 0
	case syntax.OpAlternate:
		n.any = true
		for _, sub := range re.Sub {
			part, ok := needOf(sub)
			if !ok {
				return need{}, false
			}
			n.parts = append(n.parts, part)
		}
		return n, true
	}
	return need{}, false
}

// needOfRunes takes literals of ASCII, of at least two bytes: a single one is nearly everywhere.
func needOfRunes(runes []rune) (need, bool) {
	if len(runes) < minLiteral || slices.ContainsFunc(runes, func(r rune) bool { return r >= utf8.RuneSelf }) {
		return need{}, false
	}
	return need{literal: bytes.ToLower([]byte(string(runes)))}, true
}

// met reports whether a text in lower case has what is needed.
func (n *need) met(text []byte) bool {
	if n.literal != nil {
		return bytes.Contains(text, n.literal)
	}
	for i := range n.parts {
		if n.parts[i].met(text) == n.any {
			return n.any
		}
	}
	return !n.any
}

// allowed reports whether one of the expressions fits text.
func (s *scan) allowed(list []condition, text string) bool {
	if len(list) == 0 {
		return false
	}
	var buffer [2 * maxBefore]byte
	low := buffer[:0]
	if len(text) <= len(buffer) {
		for i := range len(text) {
			low = append(low, lower(text[i]))
		}
	}
	return slices.ContainsFunc(list, func(c condition) bool {
		if c.need != nil && len(text) <= len(buffer) && !c.need.met(low) {
			s.effort.work += len(text) / 8
			return false
		}
		return s.effort.spend(len(text)) && c.re.MatchString(text)
	})
}
