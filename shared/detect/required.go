package detect

import (
	"regexp/syntax"
	"unicode/utf8"
)

const (
	// minLiteral is the shortest literal, in bytes, worth an entry in the automaton.
	minLiteral = 2
	// maxLiterals bounds the alternatives of a required literal.
	maxLiterals = 32
	// unbounded is the length of a match without limit.
	unbounded = 1 << 20
)

// requiredLiterals returns folded literals of which every match of the expression holds at least one, or nil.
func requiredLiterals(re *syntax.Regexp) []string {
	switch re.Op {
	case syntax.OpLiteral:
		return literal(re.Rune)
	case syntax.OpCapture, syntax.OpPlus:
		return requiredLiterals(re.Sub[0])
	case syntax.OpRepeat:
		if re.Min >= 1 {
			return requiredLiterals(re.Sub[0])
		}
	case syntax.OpConcat:
		var best []string
		for _, sub := range re.Sub {
			if lits := requiredLiterals(sub); better(lits, best) {
				best = lits
			}
		}
		return best
	case syntax.OpAlternate:
		var all []string
		for _, sub := range re.Sub {
			lits := requiredLiterals(sub)
			if lits == nil || len(all)+len(lits) > maxLiterals {
				return nil
			}
			all = append(all, lits...)
		}
		return all
	}
	return nil
}

// literal folds a run of runes, or returns nil if it is too short, or if how it folds depends on what stands
// around it, as with Greek and Cyrillic letters.
func literal(runes []rune) []string {
	for _, r := range runes {
		if latinLookScript(r) {
			return nil
		}
	}
	if s := foldString(string(runes)); len(s) >= minLiteral {
		return []string{s}
	}
	return nil
}

// better reports whether a is the better set to look for: the longer its shortest literal, the rarer the hits.
func better(a, b []string) bool {
	if a == nil || b == nil {
		return a != nil
	}
	return shortest(a) > shortest(b)
}

func shortest(list []string) int {
	n := len(list[0])
	for _, s := range list {
		n = min(n, len(s))
	}
	return n
}

// matchLength returns the least and the most runes that a match can have; the most is capped at unbounded.
func matchLength(re *syntax.Regexp) (least, most int) {
	switch re.Op {
	case syntax.OpLiteral:
		return len(re.Rune), len(re.Rune)
	case syntax.OpCharClass, syntax.OpAnyChar, syntax.OpAnyCharNotNL:
		return 1, 1
	case syntax.OpCapture:
		return matchLength(re.Sub[0])
	case syntax.OpStar:
		return 0, unbounded
	case syntax.OpPlus:
		least, _ = matchLength(re.Sub[0])
		return least, unbounded
	case syntax.OpQuest:
		_, most = matchLength(re.Sub[0])
		return 0, most
	case syntax.OpRepeat:
		return repeatLength(re)
	case syntax.OpConcat:
		for _, sub := range re.Sub {
			l, m := matchLength(sub)
			least, most = least+l, min(unbounded, most+m)
		}
		return least, most
	case syntax.OpAlternate:
		least = unbounded
		for _, sub := range re.Sub {
			l, m := matchLength(sub)
			least, most = min(least, l), max(most, m)
		}
		return least, most
	}
	return 0, 0
}

func repeatLength(re *syntax.Regexp) (least, most int) {
	l, m := matchLength(re.Sub[0])
	if re.Max < 0 {
		return l * re.Min, unbounded
	}
	return min(unbounded, l*re.Min), min(unbounded, m*re.Max)
}

// anchored reports whether the expression looks at the ends of the text or of lines, which a window would move.
func anchored(re *syntax.Regexp) bool {
	switch re.Op {
	case syntax.OpBeginText, syntax.OpEndText, syntax.OpBeginLine, syntax.OpEndLine:
		return true
	}
	for _, sub := range re.Sub {
		if anchored(sub) {
			return true
		}
	}
	return false
}

// maxRepeat returns the largest bound of a repetition in the expression.
func maxRepeat(re *syntax.Regexp) int {
	n := 0
	if re.Op == syntax.OpRepeat {
		n = max(re.Min, re.Max)
	}
	for _, sub := range re.Sub {
		n = max(n, maxRepeat(sub))
	}
	return n
}

// windowReach returns how far around a required literal a match can extend, in bytes of the view, or 0 if the
// expression must see the whole text. A rune takes at most utf8.UTFMax bytes, but for rare ligatures.
func windowReach(re *syntax.Regexp) int {
	_, most := matchLength(re)
	if reach := most*utf8.UTFMax + 64; reach <= maxReach && !anchored(re) {
		return reach
	}
	return 0
}

// maxReach bounds windows of custom expressions; beyond it, they see the whole text.
const maxReach = 2 << 10
