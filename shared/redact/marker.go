package redact

import "strings"

// Marker is where a replacement that this package made stands in a text, in bytes.
type Marker struct{ Start, End int }

// blank stands for what a marker says; behind it stands border. Neither is part of a value, and a value may begin or end
// beside a border as beside the brackets, which stay.
const (
	blank  = '_'
	border = ' '
)

// Blank returns text with the replacements in it made neutral, so that scanning redacted text does not find words of
// the type names ("[TOXICITY_HATE]", "[SECRET_API_KEY:…]") again. Lengths and offsets stay the same.
//
// Of [TYPE] and [PERSON_1] all between the brackets is blanked; of digests and encrypted tokens only the part before
// the payload: a payload may be forged to carry a value past the scan. For the same reason what is blanked ends in
// borders, so that a value right beside a marker is found as in any other place. Only types that known accepts make a
// marker, so that no other text can hide in brackets.
func Blank(text string, known func(typ string) bool) (string, []Marker) {
	var markers []Marker
	for at := 0; ; {
		i := strings.IndexByte(text[at:], '[')
		if i < 0 {
			break
		}
		at += i
		end := markerEnd(text, at, known)
		if end == at {
			at++
			continue
		}
		markers = append(markers, Marker{Start: at, End: end})
		at = end
	}
	if len(markers) == 0 {
		return text, nil
	}
	out := []byte(text)
	for _, m := range markers {
		blankMarker(out[m.Start+1 : m.End])
	}
	return string(out), markers
}

// blankMarker blanks a marker behind its opening bracket.
func blankMarker(marker []byte) {
	last := len(marker) - 1
	for i, c := range marker {
		switch {
		case i == last && c == ']':
		case i == last, c == ':':
			marker[i] = border
		default:
			marker[i] = blank
		}
	}
}

// markerEnd returns where the marker that begins at the bracket ends, or at itself if there is none.
func markerEnd(text string, at int, known func(string) bool) int {
	i := at + 1
	for i < len(text) && i-at <= maxType+maxNumber+1 && typeByte(text[i]) {
		i++
	}
	if i == at+1 || i == len(text) {
		return at
	}
	typ := text[at+1 : i]
	switch {
	case text[i] == ']' && (known(typ) || known(numbered(typ))):
		return i + 1
	case text[i] == ':' && known(typ):
		return payload(text, i)
	}
	return at
}

// maxNumber is the most digits of a pseudonym's number: a request holds fewer values than that.
const maxNumber = 6

// numbered returns the type of a pseudonym such as PERSON_1, or "".
func numbered(name string) string {
	i := strings.LastIndexByte(name, '_')
	if i < 0 || i == len(name)-1 || len(name)-i > maxNumber+1 || strings.Trim(name[i+1:], "0123456789") != "" {
		return ""
	}
	return name[:i]
}

// payload returns where the payload after the colon begins.
func payload(text string, colon int) int {
	rest := text[colon:]
	if versionAt(rest) == "" {
		return colon + 1
	}
	kid := rest[markLength:]
	for i := 0; i < len(kid) && i <= maxKid; i++ {
		if kid[i] == '.' {
			return colon + markLength + i + 1
		}
		if !tokenByte(kid[i]) {
			break
		}
	}
	return colon + markLength
}

// maxMarker is the most that Blank looks at behind an opening bracket, in bytes.
const maxMarker = 1 + maxType + maxNumber + 1 + markLength + maxKid + 2

// Unfinished returns where a marker may begin that the end of the text cuts off, or the length of the text. Blank makes of
// what stands before it the same as of the whole text.
func Unfinished(text string) int {
	low := max(0, len(text)-maxMarker)
	i := strings.LastIndexByte(text[low:], '[')
	if i < 0 {
		return len(text)
	}
	for j := low + i + 1; j < len(text); j++ {
		if c := text[j]; !tokenByte(c) && c != ':' && c != '.' {
			return len(text)
		}
	}
	return low + i
}
