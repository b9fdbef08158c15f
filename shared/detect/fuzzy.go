package detect

import (
	"math/bits"
	"strings"
	"unicode/utf8"
)

// The bounds of fuzzy terms, in characters and words of their plain form.
const (
	minFuzzy      = 5
	maxFuzzy      = 64
	maxFuzzyWords = 8
)

// fuzzyTerm is a term that is found with one typo too: a character too many, missing, wrong, or swapped with its neighbor.
type fuzzyTerm struct {
	det *compiled
	// plain is the folded term with one space for all that stands between its words.
	plain string
}

// fuzzyIndex finds terms by what is left of them when one character is deleted: two texts that are one typo apart share
// what is left of both. So a text of n characters takes n+1 look-ups, however many the terms are.
type fuzzyIndex struct {
	terms []fuzzyTerm
	// keys are the digests of what is left, in order of their first bits; term is the number of each one's term.
	keys []uint64
	term []uint32
	// from is where the keys of each value of the first bits begin; shift leads from a key to those bits.
	from  []uint32
	shift int
	// lengths has a bit for each length that a term has, words is the most words of one.
	lengths [maxFuzzy + 2]bool
	words   int
}

// plainForm returns the folded term with one space for all that stands between its words, and their number.
func plainForm(folded string) (string, int) {
	words := strings.FieldsFunc(folded, func(r rune) bool { return !isFuzzyRune(r) })
	return strings.Join(words, " "), len(words)
}

// isFuzzyRune reports whether a rune is part of a word rather than between words.
func isFuzzyRune(r rune) bool { return joinsWords(r) || spaceless(r) }

// fitsFuzzy reports whether a plain form of so many words is looked for with typos.
func fitsFuzzy(plain string, words int) bool {
	n := utf8.RuneCountInString(plain)
	return n >= minFuzzy && n <= maxFuzzy && words <= maxFuzzyWords
}

// newFuzzyIndex returns the index of terms, or nil if there are none.
func newFuzzyIndex(terms []fuzzyTerm) *fuzzyIndex {
	if len(terms) == 0 {
		return nil
	}
	x := &fuzzyIndex{terms: terms}
	total := 0
	for i := range terms {
		n := utf8.RuneCountInString(terms[i].plain)
		total += n + 1
		x.lengths[n] = true
		x.words = max(x.words, 1+strings.Count(terms[i].plain, " "))
	}
	x.shift = 64 - max(8, bits.Len(uint(total)))
	x.from = make([]uint32, 1<<(64-x.shift)+1)
	var d deletions
	x.each(&d, func(key uint64, _ int) { x.from[key>>x.shift+1]++ })
	for i := 1; i < len(x.from); i++ {
		x.from[i] += x.from[i-1]
	}
	x.keys, x.term = make([]uint64, total), make([]uint32, total)
	next := append([]uint32(nil), x.from...)
	x.each(&d, func(key uint64, term int) {
		at := next[key>>x.shift]
		next[key>>x.shift]++
		x.keys[at], x.term[at] = key, uint32(term)
	})
	return x
}

func (x *fuzzyIndex) each(d *deletions, do func(key uint64, term int)) {
	for i := range x.terms {
		d.runes = append(d.runes[:0], []rune(x.terms[i].plain)...)
		for _, key := range d.keys() {
			do(key, i)
		}
	}
}

// deletions makes the digests of a text and of what is left of it without each of its characters.
type deletions struct {
	runes []rune
	out   []uint64
}

// fuzzyBase is an odd number without pattern; digests are polynomials in it, so that all of a text take one pass.
const fuzzyBase = 0x9E3779B97F4A7C15

// keys returns the digests; they are valid until the next call.
func (d *deletions) keys() []uint64 {
	n := len(d.runes)
	d.out = append(d.out[:0], make([]uint64, n+1)...)
	prefix, power := uint64(0), uint64(1)
	for i, r := range d.runes {
		d.out[i] = prefix
		prefix = prefix*fuzzyBase + uint64(r) + 1
	}
	d.out[n] = mix(prefix)
	suffix := uint64(0)
	for i := n - 1; i >= 0; i-- {
		left := d.out[i]*power + suffix
		d.out[i] = mix(left)
		suffix += (uint64(d.runes[i]) + 1) * power
		power *= fuzzyBase
	}
	return d.out
}

// mix spreads a digest over all its bits.
func mix(x uint64) uint64 {
	x ^= x >> 31
	x *= 0xBF58476D1CE4E5B9
	return x ^ x>>29
}

// maxTried is how many terms are compared with the same words. Terms of which more share what is left of them are no words.
const maxTried = 512

// near calls found with each term that is at most one typo away from the runes, of the first maxTried that may be. If there
// are more, it returns the detector of one that was not looked at.
func (x *fuzzyIndex) near(d *deletions, e *effort, found func(t *fuzzyTerm)) (cut *compiled) {
	n := len(d.runes)
	if n < minFuzzy-1 || n > maxFuzzy+1 || !x.lengths[n] && !x.lengths[n-1] && !(n < maxFuzzy && x.lengths[n+1]) {
		return nil
	}
	var last [4]uint32 // the terms found so far; one may share several deletions with the text
	seen, tried := 0, 0
	for _, key := range d.keys() {
		bucket := key >> x.shift
		if !e.spend(int(x.from[bucket+1]-x.from[bucket]) / probeSpeed) {
			return nil
		}
		for i := x.from[bucket]; i < x.from[bucket+1]; i++ {
			if x.keys[i] != key {
				continue
			}
			if !e.spend(1) {
				return nil
			}
			if tried++; tried > maxTried {
				return x.terms[x.term[i]].det
			}
			t := x.term[i]
			known := false
			for _, s := range last[:min(seen, len(last))] {
				known = known || s == t
			}
			if known || !oneTypo(d.runes, x.terms[t].plain) {
				continue
			}
			last[seen%len(last)] = t
			seen++
			found(&x.terms[t])
		}
	}
	return nil
}

// oneTypo reports whether text and term are equal but for one character too many, missing, wrong, or swapped with the
// next.
func oneTypo(text []rune, term string) bool {
	i := 0
	for i < len(text) {
		r, size := utf8.DecodeRuneInString(term)
		if size == 0 || r != text[i] {
			break
		}
		term, i = term[size:], i+1
	}
	rest := text[i:]
	if len(rest) == 0 && term == "" {
		return true
	}
	first, size := utf8.DecodeRuneInString(term)
	second, more := utf8.DecodeRuneInString(term[size:])
	switch {
	case len(rest) > 0 && equalRunes(rest[1:], term): // too many
		return true
	case size > 0 && equalRunes(rest, term[size:]): // missing
		return true
	case size > 0 && len(rest) > 0 && equalRunes(rest[1:], term[size:]): // wrong
		return true
	}
	return more > 0 && len(rest) > 1 && rest[0] == second && rest[1] == first && equalRunes(rest[2:], term[size+more:])
}

func equalRunes(text []rune, term string) bool {
	for _, r := range text {
		have, size := utf8.DecodeRuneInString(term)
		if size == 0 || have != r {
			return false
		}
		term = term[size:]
	}
	return term == ""
}

// span32 is a range of the view or of a reading, in bytes.
type span32 struct{ start, end int32 }

// fuzzyWhy is the pattern that explanations name.
const fuzzyWhy = "terms, one typo"

// runFuzzy offers what is one typo away from a term. It stands at the borders of words, as many as the term has, one
// more or one less.
func (s *scan) runFuzzy() {
	x := s.plan.e.fuzzy
	if x == nil {
		return
	}
	s.words = appendWords(s.words[:0], s.text)
	for i := range s.words {
		s.deletions.runes = s.deletions.runes[:0]
		for k := i; k < len(s.words) && k-i <= x.words; k++ {
			if k > i {
				s.deletions.runes = append(s.deletions.runes, ' ')
			}
			s.deletions.add(s.text[s.words[k].start:s.words[k].end])
			if len(s.deletions.runes) > maxFuzzy+1 {
				break
			}
			if !s.effort.spend(len(s.deletions.runes)) {
				return
			}
			start, end := int(s.words[i].start), int(s.words[k].end)
			var told *compiled
			cut := x.near(&s.deletions, s.effort, func(t *fuzzyTerm) {
				if t.det == told { // which of its terms it is makes no difference
					return
				}
				told = t.det
				s.offerCustom(t.det, t.det.custom.score*fuzzyShare, start, end, fuzzyWhy, false)
			})
			if cut != nil {
				s.fail(cut)
			}
		}
	}
}

// fuzzyShare is how much of a term's score a text with a typo has.
const fuzzyShare = 0.9

// add appends the characters of a word, in lower case; of a word that is too long, enough to see that it is.
func (d *deletions) add(word string) {
	for _, r := range word {
		if r < utf8.RuneSelf {
			r = rune(lower(byte(r)))
		}
		if d.runes = append(d.runes, r); len(d.runes) > maxFuzzy+1 {
			return
		}
	}
}

// appendWords appends the words of a text.
func appendWords(dst []span32, text string) []span32 {
	start := -1
	for i, r := range text {
		switch in := isFuzzyRune(r); {
		case in && start < 0:
			start = i
		case !in && start >= 0:
			dst = append(dst, span32{int32(start), int32(i)})
			start = -1
		}
	}
	if start >= 0 {
		dst = append(dst, span32{int32(start), int32(len(text))})
	}
	return dst
}
