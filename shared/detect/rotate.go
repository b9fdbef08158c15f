package detect

import (
	"cmp"
	"slices"
	"strings"
	"unicode/utf8"
)

// rotatedCues are words whose rotation by 13 letters is a word of no language, and one of which stands in nearly every
// English sentence, instruction or label. Rotated they are in the automaton; where one is hit, its sentence is read rotated.
func rotatedCues() []string {
	return strings.Fields(`about address admin after again always answer anything assistant because before bypass could credential
		credentials credit developer diagnosed disregard everything first follow following forget guidelines ignore information
		instruction instructions jailbreak message never number other output password patient people phone please pretend previous
		print private prompt repeat reply reveal rules safety secret security should social system their there these think those
		token unrestricted username which without would write your yourself`)
}

// rotationNames say themselves that a text near them is rotated.
func rotationNames() []string { return []string{"rot13", "rot 13", "caesar cipher", "caesar 13"} }

// cue is what a word says of rotated text.
type cue uint8

const (
	cueNone    cue = iota
	cueRotated     // it is a rotated word
	cueName        // it names the rotation
)

// addRotation puts the cues into the automaton.
func (b *bankBuilder) addRotation() {
	for _, w := range rotatedCues() {
		b.phrase(rotate(w)).cue = cueRotated
	}
	for _, w := range rotationNames() {
		b.phrase(w).cue = cueName
	}
}

// rotate moves each ASCII letter by 13 places; twice is the text again.
func rotate(text string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case r >= 'a' && r <= 'z':
			return 'a' + (r-'a'+13)%26
		case r >= 'A' && r <= 'Z':
			return 'A' + (r-'A'+13)%26
		}
		return r
	}, text)
}

// rotationCue is a place where the text may be rotated.
type rotationCue struct {
	cue cue
	at  int32
}

// maxRotated is how far around a cue the text is read rotated.
const maxRotated = 512

// noteCue keeps where the text may be rotated.
func (s *scan) noteCue(c cue, at int) {
	if at >= s.from {
		s.cues = append(s.cues, rotationCue{c, int32(at)})
	}
}

// rotated scans the sentences with rotated words, and what is near the name of the rotation, as what they stand for.
func (s *scan) rotated(scan func(view)) {
	if s.isRotated {
		return
	}
	slices.SortStableFunc(s.cues, func(a, b rotationCue) int { return cmp.Compare(a.at, b.at) })
	done := s.from
	for _, c := range s.cues {
		start, end := c.reach(s.text)
		if start = max(start, done); start >= end {
			continue
		}
		done = end
		s.mark(start, end)
		if end-start > s.decodeLeft {
			s.decodeCut = true
			return
		}
		s.decodeLeft -= end - start
		scan(view{name: "rot13", text: rotate(s.text[start:end]), rotated: true, place: func(_ *compiled, from, to int) (int, int, bool) {
			from, to = s.toRaw(start+from, start+to)
			return from, to, true
		}})
	}
}

// reach returns what is read rotated because of a cue.
func (c rotationCue) reach(text string) (start, end int) {
	low, high := max(0, int(c.at)-maxRotated), min(len(text), int(c.at)+maxRotated)
	for start = int(c.at); start > low && (c.cue == cueName || !ends(text, start-1)); {
		start--
	}
	for end = int(c.at); end < high && (c.cue == cueName || !ends(text, end)); {
		end++
	}
	for start < end && !utf8.RuneStart(text[start]) {
		start++
	}
	for end < len(text) && !utf8.RuneStart(text[end]) {
		end++
	}
	return start, end
}

// ends reports whether a line or sentence ends at byte i.
func ends(text string, i int) bool {
	switch text[i] {
	case '\n':
		return true
	case '.', '!', '?':
		return i+1 < len(text) && isWhite(text[i+1])
	}
	return false
}
