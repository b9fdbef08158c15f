package detect

import (
	"math/bits"
	"strings"
	"unicode"
)

// maxRange bounds the bytes of a Number candidate, and with them the work at each start.
const maxRange = 48

// normal holds the last candidate's value without separators, since several detectors judge the same range.
type normal struct {
	start, end int
	value      string
}

// findNumbers finds the candidates of Number detectors: it tries the masks at the start of every token that has a digit
// near it.
func (s *scan) findNumbers() {
	m := s.plan.e.banks[0].masks
	if m == nil {
		return
	}
	s.norm = normal{end: -1}
	block := s.from >> 6
	before := s.planes.alnum(block - 1)
	skip := uint64(1)<<(s.from&63) - 1
	for ; block < s.planes.n; block++ {
		own := s.planes.alnum(block)
		at := (starts(before, own) | own&s.planes.at(planeBreak, block) | s.planes.at(planeMask, block)) &^ skip
		skip = 0
		for before = own; at != 0; at &= at - 1 {
			i := block<<6 + bits.TrailingZeros64(at)
			if !s.planes.digitNear(i) {
				continue
			}
			if to := m.next[maskStart*m.classes+int(m.class[s.text[i]])]; to != 0 {
				if !s.effort.spend(1) {
					return
				}
				s.tryMasks(m, i, to)
			}
		}
	}
}

// tryMasks follows the masks from start on, and hands on each range that completes one at a token border.
func (s *scan) tryMasks(m *maskSet, start int, state uint16) {
	text := s.text
	limit := min(len(text), start+maxRange)
	for i := start + 1; ; i++ {
		if len(m.accept[state]) > 0 && (i == len(text) || !isAlnum(text[i-1]) || !isAlnum(text[i]) || s.broken(i)) {
			s.number(m, m.accept[state], start, i)
		}
		if i >= limit {
			return
		}
		if state = m.next[int(state)*m.classes+int(m.class[text[i]])]; state == 0 {
			return
		}
	}
}

// number judges one range with every detector whose mask it fits.
func (s *scan) number(m *maskSet, shapes []int32, start, end int) {
	s.mark(start, end)
	value := s.text[start:end]
	var last *compiled
	checked, attached := false, false
	for _, i := range shapes {
		sh := &m.shapes[i]
		if sh.det == last || !s.plan.enabled[sh.det.id] || !sh.matches(value) {
			continue
		}
		if !checked && !s.standsAlone(start, end) {
			return
		}
		if !checked {
			attached = joinedByUnderscore(s.text, start, end)
			checked = true
		}
		s.effort.spend(end - start)
		if v := s.judge(sh.det, start, end); v != Reject && !inPath(s.text, start) {
			s.offerScored(candidate{
				start: start, end: end, det: sh.det, base: sh.det.base(v), valid: v == Valid, grouped: sh.grouped, why: sh.mask,
				attached: attached && !sh.grouped,
			})
			last = sh.det
		}
	}
}

// judge runs the detector's validator on the value without separators. A panic counts as a failure.
func (s *scan) judge(d *compiled, start, end int) (v Verdict) {
	if d.Number.Validate == nil {
		return Plausible
	}
	if s.norm.start != start || s.norm.end != end {
		s.norm = normal{start, end, normalize(s.text[start:end])}
	}
	defer s.recoverFrom(d, &v)
	return d.Number.Validate(s.norm.value)
}

// recoverFrom turns a panic of a detector into a rejected candidate and an entry in Result.Incomplete.
func (s *scan) recoverFrom(d *compiled, v *Verdict) {
	if recover() != nil {
		s.fail(d)
		*v = Reject
	}
}

// normalize drops all but letters and digits and upper-cases letters; a value already in that form is not copied.
func normalize(value string) string {
	clean := true
	for i := 0; i < len(value); i++ {
		if !isDigit(value[i]) && !isUpper(value[i]) {
			clean = false
			break
		}
	}
	if clean {
		return value
	}
	var b strings.Builder
	b.Grow(len(value))
	for i := 0; i < len(value); i++ {
		if !isSeparator(value[i]) {
			b.WriteByte(upper(value[i]))
		}
	}
	return b.String()
}

// standsAlone reports whether the range is not a part of something longer: a run of groups, a decimal,
// a version, an amount of money, a mail address, an identifier with underscores around more digits.
func (s *scan) standsAlone(start, end int) bool {
	text := s.text
	spaced := strings.IndexByte(text[start:end], ' ') >= 0
	if start > 0 && !freeBefore(text, start, end, spaced) && !s.broken(start) {
		return false
	}
	return end == len(text) || freeAfter(text, start, end, spaced) || s.broken(end)
}

func freeBefore(text string, start, end int, spaced bool) bool {
	switch c := text[start-1]; {
	case isAlnum(c), c == '@', c == '$', c == '%', c == '+':
		return false
	case c == '-', c == '.', c == '/', c == ':', c == '_':
		return !digitTokenBefore(text, start-1)
	case c == ' ' && spaced:
		return !sameGroup(text, tokenBefore(text, start-1), tokenAfter(text, start)) || twinBefore(text, start, end)
	case c >= 0x80:
		// Latin letters are ASCII in the view: a digit beside another one changes the script.
		r := runeBefore(text, start)
		return (isDigit(text[start]) || !joinsWords(r)) && !unicode.Is(unicode.Sc, r)
	}
	return true
}

func freeAfter(text string, start, end int, spaced bool) bool {
	switch c := text[end]; {
	case isAlnum(c), c == '@', c == '%':
		return false
	case c == '-', c == '.', c == '/', c == ':', c == '_':
		return !digitTokenAfter(text, end+1)
	case c == ' ' && spaced:
		return !sameGroup(text, tokenAfter(text, end+1), tokenBefore(text, end)) || twinAfter(text, start, end)
	case c >= 0x80:
		r := runeAfter(text, end)
		return (isDigit(text[end-1]) || !joinsWords(r)) && !unicode.Is(unicode.Sc, r)
	}
	return true
}

// joinedByUnderscore reports whether a word hangs on the range by an underscore, as in the names of files and columns.
// Most numbers there are numbers of something, so that a word must say what this one is. Underscores that join it to
// nothing are emphasis.
func joinedByUnderscore(text string, start, end int) bool {
	return start > 1 && text[start-1] == '_' && isAlnum(text[start-2]) || end+1 < len(text) && text[end] == '_' && isAlnum(text[end+1])
}

// twinBefore and twinAfter report whether the groups next to a range are those of one more value like it, and no
// others: people write two numbers one space apart.
func twinBefore(text string, start, end int) bool {
	other := start - 1 - (end - start)
	return other >= 0 && sameShape(text[other:start-1], text[start:end]) && (other == 0 || isWhite(text[other-1]) && !digitAt(text, other-2)) && !groupAt(text, end)
}

func twinAfter(text string, start, end int) bool {
	other := end + 1 + (end - start)
	return other <= len(text) && sameShape(text[end+1:other], text[start:end]) && !groupAt(text, other) && !digitAt(text, start-2)
}

func digitAt(text string, i int) bool { return i >= 0 && i < len(text) && isDigit(text[i]) }

// groupAt reports whether a further group of digits follows behind a space, or a longer token goes on.
func groupAt(text string, i int) bool {
	return i < len(text) && (isAlnum(text[i]) || text[i] == ' ' && digitAt(text, i+1))
}

// sameShape reports whether two texts of one length have digits and other signs at the same places.
func sameShape(a, b string) bool {
	for i := range len(a) {
		if isDigit(a[i]) != isDigit(b[i]) || !isDigit(a[i]) && a[i] != b[i] {
			return false
		}
	}
	return true
}

// maxToken bounds the search for the other end of a token.
const maxToken = 24

// token is a range of letters and digits.
type token struct{ start, end int }

func tokenBefore(text string, end int) token {
	i := end
	for i > 0 && end-i < maxToken && isAlnum(text[i-1]) {
		i--
	}
	return token{i, end}
}

func tokenAfter(text string, start int) token {
	i := start
	for i < len(text) && i-start < maxToken && isAlnum(text[i]) {
		i++
	}
	return token{start, i}
}

func digitTokenBefore(text string, end int) bool  { return hasDigit(text, tokenBefore(text, end)) }
func digitTokenAfter(text string, start int) bool { return hasDigit(text, tokenAfter(text, start)) }

func hasDigit(text string, t token) bool {
	for i := t.start; i < t.end; i++ {
		if isDigit(text[i]) {
			return true
		}
	}
	return false
}

// sameGroup reports whether a neighbor continues a run of groups set apart by spaces: digits, of the same length.
func sameGroup(text string, neighbor, own token) bool {
	if neighbor.end-neighbor.start != own.end-own.start || neighbor.start == neighbor.end {
		return false
	}
	for i := neighbor.start; i < neighbor.end; i++ {
		if !isDigit(text[i]) {
			return false
		}
	}
	return true
}

// maxPath is how far back the start of a URL is looked for.
const maxPath = 256

// inPath reports whether the byte at i stands in the host or path of a URL. Query strings and fragments do not
// count: values are handed over there.
func inPath(text string, i int) bool {
	if i == 0 || !strings.ContainsRune("/-._:@", rune(text[i-1])) {
		return false
	}
	for j, low := i-1, max(0, i-maxPath); j >= low; j-- {
		switch c := text[j]; {
		case c <= ' ', c == '?', c == '=', c == '#', c == '&', c == '"', c == '\'', c == '<', c == '>':
			return false
		case c == '/' && j >= 2 && text[j-1] == '/' && text[j-2] == ':':
			return true
		}
	}
	return false
}
