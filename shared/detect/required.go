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

// demand is what every match of an expression has at least. A window without it needs no expression run over it.
type demand struct {
	// digits counts ASCII digits; run is the length of the longest run without white space.
	digits, run int
}

// demandOf derives the demand of an expression.
func demandOf(re *syntax.Regexp) demand {
	p := measure(re)
	return demand{digits: p.digits, run: p.run}
}

// parts describes the least that a part of an expression matches.
type parts struct {
	digits, run int
	// solid says that no white space can match, length how long the part is then.
	solid  bool
	length int
}

func measure(re *syntax.Regexp) parts {
	switch re.Op {
	case syntax.OpLiteral:
		return measureRunes(re.Rune)
	case syntax.OpCharClass:
		return measureClass(re.Rune)
	case syntax.OpCapture:
		return measure(re.Sub[0])
	case syntax.OpStar, syntax.OpQuest:
		return parts{solid: measure(re.Sub[0]).solid}
	case syntax.OpPlus:
		return measure(re.Sub[0])
	case syntax.OpRepeat:
		return measureRepeat(measure(re.Sub[0]), re.Min)
	case syntax.OpConcat:
		return measureConcat(re.Sub)
	case syntax.OpAlternate:
		return measureAlternate(re.Sub)
	case syntax.OpAnyChar, syntax.OpAnyCharNotNL:
		return parts{}
	}
	return parts{solid: true}
}

func measureRunes(runes []rune) parts {
	p := parts{solid: true, length: len(runes)}
	run := 0
	for _, r := range runes {
		if r >= '0' && r <= '9' {
			p.digits++
		}
		if isSpace(r) {
			p.solid, run = false, 0
			continue
		}
		run++
		p.run = max(p.run, run)
	}
	return p
}

// measureClass measures one character of a class, given as pairs of first and last runes.
func measureClass(pairs []rune) parts {
	p := parts{digits: 1, run: 1, solid: true, length: 1}
	for i := 0; i+1 < len(pairs); i += 2 {
		if pairs[i] < '0' || pairs[i+1] > '9' {
			p.digits = 0
		}
		if pairs[i] <= ' ' && pairs[i+1] >= ' ' || pairs[i] <= '\r' && pairs[i+1] >= '\t' {
			p.solid, p.run, p.length = false, 0, 0
		}
	}
	return p
}

func measureRepeat(p parts, least int) parts {
	p.digits *= least
	p.length *= least
	if p.solid {
		p.run = p.length
	}
	if least == 0 {
		p.run = 0
	}
	return p
}

// measureConcat adds up the digits, and the runs of neighbors that are solid.
func measureConcat(subs []*syntax.Regexp) parts {
	out := parts{solid: true}
	run := 0
	for _, sub := range subs {
		p := measure(sub)
		out.digits += p.digits
		out.run = max(out.run, p.run)
		if !p.solid {
			out.solid, run = false, 0
			continue
		}
		out.length += p.length
		run += p.length
		out.run = max(out.run, run)
	}
	return out
}

func measureAlternate(subs []*syntax.Regexp) parts {
	out := measure(subs[0])
	for _, sub := range subs[1:] {
		p := measure(sub)
		out.digits, out.run, out.length = min(out.digits, p.digits), min(out.run, p.run), min(out.length, p.length)
		out.solid = out.solid && p.solid
	}
	return out
}

// isSpace reports whether r is white space in a view, where other spaces than these do not occur.
func isSpace(r rune) bool { return r == ' ' || r >= '\t' && r <= '\r' }

// meets reports whether text has what the demand asks for.
func (d demand) meets(text string) bool {
	digits, run, longest := 0, 0, 0
	for i := 0; i < len(text); i++ {
		c := text[i]
		if isDigit(c) {
			digits++
		}
		if run++; isSpace(rune(c)) {
			run = 0
		}
		longest = max(longest, run)
		if digits >= d.digits && longest >= d.run {
			return true
		}
	}
	return digits >= d.digits && longest >= d.run
}
