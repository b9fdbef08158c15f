package detect

import (
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

// folder builds the folded copy of a text: compatibility forms decomposed, accents and invisible characters
// dropped, digits of all scripts in ASCII, look-alike letters in Latin, dashes and quotes in ASCII, letters
// outside ASCII in lower case. ASCII is copied as it is; the automaton folds its case.
type folder struct {
	dst []byte
	m   spanMap
	// breaks are offsets in dst where a letter and a digit stand side by side that did not in the text, or of which one
	// is outside ASCII: a value may begin or end there, as between words.
	breaks []int32
	// hidden says that an invisible character was dropped.
	hidden bool
	// latin says that the current word has a Latin letter; script how its other letters are to be read.
	latin  bool
	script scriptMode
}

// scriptMode says what to do with Greek or Cyrillic letters in the current word.
type scriptMode uint8

const (
	scriptUnknown scriptMode = iota
	scriptLook               // the word is Latin in disguise: take the look-alikes
	scriptKeep               // the word is honest Greek or Cyrillic
)

// maxWordAhead bounds how far the folder looks to decide how to read a word, in runes.
const maxWordAhead = 48

// isASCII reports whether a text needs no folding.
func isASCII(s string) bool {
	for i := 0; i < len(s); i++ {
		if s[i] >= utf8.RuneSelf {
			return false
		}
	}
	return true
}

// foldString returns the folded form of s in lower case, as keywords and list values are stored.
func foldString(s string) string {
	if isFolded(s) {
		return s
	}
	f := folder{}
	f.fold(s)
	for i, c := range f.dst {
		f.dst[i] = lower(c)
	}
	return string(f.dst)
}

// isFolded reports whether s is ASCII in lower case, as most keywords are.
func isFolded(s string) bool {
	for i := 0; i < len(s); i++ {
		if s[i] >= utf8.RuneSelf || isUpper(s[i]) {
			return false
		}
	}
	return true
}

// reset empties the folder and keeps its memory.
func (f *folder) reset() {
	f.dst, f.m, f.breaks, f.hidden = f.dst[:0], f.m[:0], f.breaks[:0], false
	f.endWord()
}

// fold appends the folded copy of s to f.dst and its map to f.m.
func (f *folder) fold(s string) { f.foldFrom(s, 0, len(s)) }

// foldFrom folds s from the rune at i up to the first one at or after end, and returns where that starts.
func (f *folder) foldFrom(s string, i, end int) int {
	for i < end {
		if s[i] < utf8.RuneSelf {
			i = f.ascii(s, i)
			continue
		}
		r, size := utf8.DecodeRuneInString(s[i:])
		at := len(f.dst)
		f.rune(s, i, r, size)
		f.m = f.m.add(at, i, len(f.dst)-at, size)
		i += size
		f.noteBreaks(r, at, s, i)
	}
	return i
}

// noteBreaks notes the breaks around a rune that was folded to dst[at:] and ends at s[i]. Letters that are ASCII in
// another form, such as full-width ones, are no other script.
func (f *folder) noteBreaks(r rune, at int, s string, i int) {
	if r >= firstSymbol && !invisible(r) {
		return
	}
	if at > 0 && at < len(f.dst) && isDigit(f.dst[at-1]) && isLetter(f.dst[at]) {
		f.breaks = append(f.breaks, int32(at))
	}
	n := len(f.dst)
	if n == 0 || i == len(s) {
		return
	}
	last, next := f.dst[n-1], s[i]
	if isLetter(last) && isDigit(next) || at == n && isDigit(last) && isLetter(next) {
		f.breaks = append(f.breaks, int32(n))
	}
}

// firstSymbol is where the blocks of letters end, in the order of Unicode, that look-alikes and accents come from.
const firstSymbol = 0x2000

// ascii copies the run of ASCII bytes at i and returns its end.
func (f *folder) ascii(s string, i int) int {
	end := i
	for end < len(s) && s[end] < utf8.RuneSelf {
		end++
	}
	at := len(f.dst)
	f.dst = append(f.dst, s[i:end]...)
	f.m = f.m.add(at, i, 1, 1)
	last := s[end-1]
	f.latin = isLetter(last)
	if !f.latin {
		f.script = scriptUnknown
	}
	return end
}

// rune folds one rune outside ASCII, which stands at s[i:i+size].
func (f *folder) rune(s string, i int, r rune, size int) {
	switch {
	case r == utf8.RuneError && size == 1:
		f.dst = append(f.dst, "\uFFFD"...)
		f.endWord()
		return
	case invisible(r):
		f.hidden = true
		return
	}
	if c := plainSymbol(r); c != 0 {
		f.dst = append(f.dst, c)
		f.endWord()
		return
	}
	dec := norm.NFKD.PropertiesString(s[i:]).Decomposition()
	if dec == nil {
		f.simple(s, i, r)
		return
	}
	for len(dec) > 0 {
		d, n := utf8.DecodeRune(dec)
		dec = dec[n:]
		f.simple(s, i, d)
	}
}

// simple folds one rune without decomposition.
func (f *folder) simple(s string, i int, r rune) {
	if r < utf8.RuneSelf {
		f.dst = append(f.dst, byte(r))
		f.latin = isLetter(byte(r))
		return
	}
	if unicode.Is(unicode.Mn, r) || invisible(r) {
		return
	}
	if plain := plainLatin(r); plain != "" {
		f.dst = append(f.dst, plain...)
		f.latin = true
		return
	}
	if c := plainSymbol(r); c != 0 {
		f.dst = append(f.dst, c)
		f.endWord()
		return
	}
	if unicode.IsDigit(r) {
		f.dst = append(f.dst, digitOf(r))
		return
	}
	f.letter(s, i, r)
}

// letter folds a letter or symbol of another script.
func (f *folder) letter(s string, i int, r rune) {
	if !unicode.IsLetter(r) {
		f.endWord()
		if unicode.Is(unicode.Zs, r) {
			f.dst = append(f.dst, ' ')
			return
		}
		f.dst = utf8.AppendRune(f.dst, r)
		return
	}
	if c, ok := latinLook(r); ok {
		if f.script == scriptUnknown {
			f.script = wordScript(s[i:], f.latin)
		}
		if f.script == scriptLook {
			f.dst = append(f.dst, c)
			return
		}
	} else if latinLookScript(r) && f.script == scriptUnknown && !f.latin {
		f.script = scriptKeep
	}
	if r == 'ς' {
		r = 'σ'
	}
	f.dst = utf8.AppendRune(f.dst, unicode.ToLower(r))
}

func (f *folder) endWord() {
	f.latin, f.script = false, scriptUnknown
}

// wordScript decides how to read the word that goes on at s: as Latin in disguise if it has a Latin letter,
// or if every letter has a Latin look-alike; otherwise as it is written.
func wordScript(s string, latin bool) scriptMode {
	if latin {
		return scriptLook
	}
	mode := scriptLook
	count := 0
	for _, r := range s {
		if count++; count > maxWordAhead {
			break
		}
		if r < utf8.RuneSelf {
			if isLetter(byte(r)) {
				return scriptLook
			}
			if !isDigit(byte(r)) {
				break
			}
			continue
		}
		if invisible(r) || unicode.Is(unicode.Mn, r) {
			continue
		}
		if !unicode.IsLetter(r) {
			break
		}
		if _, ok := latinLook(r); !ok {
			mode = scriptKeep
		}
	}
	return mode
}

// latinLookScript reports whether r belongs to a script whose letters latinLook knows.
func latinLookScript(r rune) bool {
	return r >= 0x370 && r <= 0x58F || r >= 0x13A0 && r <= 0x13FF
}

// invisible reports whether r takes no room on the page: joiners, bidirectional controls, tags,
// variation selectors, fillers.
func invisible(r rune) bool {
	switch {
	case r < 0xAD:
		return false
	case r == 0xAD, r == 0x34F, r == 0x61C, r == 0x115F, r == 0x1160, r == 0x17B4, r == 0x17B5,
		r == 0x3164, r == 0xFEFF, r == 0xFFA0:
		return true
	case r >= 0x180B && r <= 0x180E, r >= 0x200B && r <= 0x200F, r >= 0x202A && r <= 0x202E,
		r >= 0x2060 && r <= 0x206F, r >= 0xFE00 && r <= 0xFE0F, r >= 0xFFF9 && r <= 0xFFFB,
		r >= 0xE0000 && r <= 0xE01EF:
		return true
	}
	return false
}

// digitOf returns the ASCII digit of a decimal digit of any script. Unicode lists decimal digits in runs of ten.
func digitOf(r rune) byte {
	for _, t := range unicode.Nd.R16 {
		if r >= rune(t.Lo) && r <= rune(t.Hi) {
			return '0' + byte((r-rune(t.Lo))%10)
		}
	}
	for _, t := range unicode.Nd.R32 {
		if r >= rune(t.Lo) && r <= rune(t.Hi) {
			return '0' + byte((r-rune(t.Lo))%10)
		}
	}
	return '0'
}

// Fold returns a text in the form that the detectors see, which models are trained on: without what hides words.
func Fold(s string) string {
	if isASCII(s) {
		return s
	}
	f := folder{}
	f.fold(s)
	return string(f.dst)
}
