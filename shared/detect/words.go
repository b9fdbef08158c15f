package detect

import (
	"math/bits"
	"strings"
)

// findWords runs the automata over the view: it opens windows for keywords and keeps the hits of words.
func (s *scan) findWords() {
	for b, k := range s.plan.e.banks {
		if k.words == nil {
			continue
		}
		text := s.text
		s.walk(k.words, text, k.words.edges, func(word, end int) { s.wordHit(b, k.entries[word], text, end) })
	}
}

// walkStep is how much of a text the automaton takes between two looks at the work done; a byte of it is worth a
// sixteenth of one of an expression.
const walkStep = 4 << 10

// walk calls emit with the words of a text that edges leave, until the scan ends.
func (s *scan) walk(a *automaton, text string, edges []edge, emit func(word, end int)) {
	state := uint32(0)
	for from := 0; from < len(text) && s.effort.spend(walkStep/16); from += walkStep {
		state = a.findIn(text, from, min(len(text), from+walkStep), state, edges, emit)
	}
}

// wordHit handles one word that ends at end, in each of its border modes.
func (s *scan) wordHit(b int, entries []entry, text string, end int) {
	start := end - len(entries[0].key)
	if entries[0].phrase {
		start = matchStart(text, end, entries[0].key)
	}
	for i := range entries {
		e := &entries[i]
		if e.strict && !sameSeparators(text[start:end], e.text) {
			continue
		}
		switch e.border {
		case borderWhole:
			if !borderBefore(text, start) || !borderAfter(text, end) {
				continue
			}
		case borderStem:
			if !borderBefore(text, start) {
				continue
			}
		case borderExact:
			if joins(text, start) || joins(text, end) {
				continue
			}
		case borderFree:
		}
		if e.phrase {
			s.mark(start, end)
		}
		s.useWord(e, start, end)
		if e.border == borderStem {
			s.hits[b] = append(s.hits[b], hit{start: int32(start), end: int32(stemEnd(text, end)), entry: e})
			continue
		}
		s.hits[b] = append(s.hits[b], hit{start: int32(start), end: int32(end), entry: e})
	}
}

// sameSeparators reports whether a match has the separators of the word, white space of any kind and length being a
// space.
func sameSeparators(match, word string) bool {
	at := 0
	for i := 0; i < len(word); i++ {
		if c := word[i]; (c == '-' || c == '_' || match[at] == '-' || match[at] == '_') && match[at] != c {
			return false
		}
		at++
		for at < len(match) && isWhite(match[at]) && separates(match[at-1]) {
			at++
		}
	}
	return true
}

// useWord opens the windows that a word is a keyword of, and offers the terms that it is.
func (s *scan) useWord(e *entry, start, end int) {
	if e.cue != cueNone {
		s.noteCue(e.cue, start)
	}
	s.effort.work += len(e.keywords)
	for _, d := range e.keywords {
		s.openWindow(d, start, end)
	}
	for _, x := range e.regexes {
		s.openCustom(x, start, end)
	}
	s.effort.work += len(e.terms)
	for _, d := range e.terms {
		if len(s.terms) >= maxCustom {
			s.fail(d)
			continue
		}
		s.terms = append(s.terms, termHit{det: d, start: int32(start), end: int32(end)})
	}
}

// maxStemTail bounds how far the end of a stemmed word is looked for.
const maxStemTail = 32

func stemEnd(text string, end int) int {
	limit := min(len(text), end+maxStemTail)
	for end < limit && isAlnum(text[end]) {
		end++
	}
	return end
}

// borderBefore reports whether a word may start at i: after anything but a letter or digit, where the letters
// change from small to capital (userEmail), where they change to digits, and between letters of scripts
// without spaces.
func borderBefore(text string, i int) bool {
	if i == 0 {
		return true
	}
	prev, cur := text[i-1], text[i]
	if prev < 0x80 && cur < 0x80 {
		if !isAlnum(prev) || !isAlnum(cur) {
			return true
		}
		return isLower(prev) && isUpper(cur) || isDigit(prev) != isDigit(cur)
	}
	return !joinsWords(runeBefore(text, i)) || !joinsWords(runeAfter(text, i))
}

// borderAfter reports whether a word may end at i.
func borderAfter(text string, i int) bool { return i == len(text) || borderBefore(text, i) }

// joins reports whether the runes on both sides of i belong to one word.
func joins(text string, i int) bool {
	return joinsWords(runeBefore(text, i)) && joinsWords(runeAfter(text, i))
}

// findKeys matches the names around the text against the context words.
func (s *scan) findKeys(keys []string) {
	if len(keys) == 0 {
		return
	}
	if len(keys) > maxKeys {
		keys = keys[len(keys)-maxKeys:]
	}
	s.keyText = s.keyText[:0]
	for _, k := range keys {
		s.keyText = appendKey(s.keyText, k)
	}
	text := strings.TrimSuffix(foldString(string(s.keyText)), "\n")
	s.innermost = strings.LastIndexByte(text, '\n') + 1
	for b, k := range s.plan.e.banks {
		k.words.find(text, func(word, end int) {
			start := matchStart(text, end, k.entries[word][0].key)
			for i := range k.entries[word] {
				e := &k.entries[word][i]
				s.labeled = s.labeled || e.label || len(e.keywords) > 0
				if e.border != borderFree && borderBefore(text, start) && (e.border == borderStem || borderAfter(text, end)) {
					s.keys[b] = append(s.keys[b], hit{start: int32(start), end: int32(end), entry: e})
				}
			}
		})
	}
}

// maxKeys and maxKeyBytes bound how much structure counts as context: the innermost names.
const (
	maxKeys     = 4
	maxKeyBytes = 128
)

// appendKey appends a key as words: customerSSN_no becomes "customer SSN no".
func appendKey(dst []byte, key string) []byte {
	key = key[:min(len(key), maxKeyBytes)]
	for i := 0; i < len(key); i++ {
		c := key[i]
		switch {
		case strings.IndexByte("_-./:", c) >= 0:
			c = ' '
		case i > 0 && isUpper(c) && isLower(key[i-1]):
			dst = append(dst, ' ')
		}
		dst = append(dst, c)
	}
	return append(dst, '\n')
}

// ranks numbers the words of a view, so that the distance between two places in words takes two look-ups.
type ranks struct {
	ready bool
	// starts has a bit for each byte that starts a word; before counts the starts in front of each block of 64.
	starts []uint64
	before []int32
}

func (r *ranks) build(text string) {
	n := len(text)/64 + 1
	r.starts = append(r.starts[:0], make([]uint64, n)...)
	r.before = append(r.before[:0], make([]int32, n)...)
	inside := false
	for i := 0; i < len(text); i++ {
		w := isWordByte(text[i])
		if w && !inside {
			r.starts[i>>6] |= 1 << (i & 63)
		}
		inside = w
	}
	r.count()
}

// buildFrom does build's work for a text of n bytes whose planes are known.
func (r *ranks) buildFrom(p *planes, n int) {
	r.starts = append(r.starts[:0], make([]uint64, n/64+1)...)
	r.before = append(r.before[:0], make([]int32, n/64+1)...)
	for i := range p.n {
		r.starts[i] = starts(p.at(planeWord, i-1), p.at(planeWord, i))
	}
	r.count()
}

func (r *ranks) count() {
	total := int32(0)
	for i, w := range r.starts {
		r.before[i] = total
		total += int32(bits.OnesCount64(w))
	}
	r.ready = true
}

// at returns the number of the word at or before byte i.
func (r *ranks) at(i int) int {
	return int(r.before[i>>6]) + bits.OnesCount64(r.starts[i>>6]<<(63-i&63))
}

// rank returns the number of the word at or before byte i of the view.
func (s *scan) rank(i int) int {
	if !s.ranks.ready {
		s.ranks.buildFrom(&s.planes, len(s.text))
	}
	return s.ranks.at(i)
}
