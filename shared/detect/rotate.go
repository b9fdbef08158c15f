package detect

import (
	"slices"
	"strings"
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

// rotationNames say themselves that a text is rotated. Then all of it is read rotated.
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

// noteCue keeps where the text may be rotated.
func (s *scan) noteCue(c cue, at int) {
	if c == cueName {
		s.cues = append(s.cues[:0], 0)
		s.rotatedAll = true
	}
	if !s.rotatedAll && len(s.cues) < maxCues {
		s.cues = append(s.cues, int32(at))
	}
}

// maxCues is how many places are remembered; a text with more is read rotated as a whole.
const maxCues = 256

// rotated scans the sentences with rotated words as what they stand for.
func (s *scan) rotated(scan func(view)) {
	if len(s.cues) == 0 || s.isRotated {
		return
	}
	parts := s.rotatedParts()
	out := []byte(s.text)
	for _, p := range parts {
		size := int(p.end - p.start)
		if size > s.decodeLeft {
			s.decodeCut = true
			return
		}
		s.decodeLeft -= size
		copy(out[p.start:p.end], rotate(s.text[p.start:p.end]))
	}
	scan(view{name: "rot13", text: string(out), rotated: true, place: func(_ *compiled, start, end int) (int, int, bool) {
		i, _ := slices.BinarySearchFunc(parts, start, func(p span32, at int) int { return int(p.end) - at - 1 })
		if i == len(parts) || int(parts[i].start) >= end {
			return 0, 0, false
		}
		from, to := s.toRaw(start, end)
		return from, to, true
	}})
}

// rotatedParts are the sentences around the cues, in order.
func (s *scan) rotatedParts() []span32 {
	if s.rotatedAll || len(s.cues) == maxCues {
		return []span32{{0, int32(len(s.text))}}
	}
	var parts []span32
	for _, at := range s.cues {
		if n := len(parts); n > 0 && at < parts[n-1].end {
			continue
		}
		parts = append(parts, sentenceAt(s.text, int(at)))
	}
	return parts
}

// sentenceAt returns the sentence or line around a place.
func sentenceAt(text string, at int) span32 {
	start, end := at, at
	for start > 0 && !ends(text, start-1) {
		start--
	}
	for end < len(text) && !ends(text, end) {
		end++
	}
	return span32{int32(start), int32(end)}
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
