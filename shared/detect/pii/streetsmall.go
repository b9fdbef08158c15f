package pii

import (
	"strings"

	"guardrails/shared/detect"
)

// streetInSmallLetters finds addresses as people type them into a chat, where no capital helps.
func streetInSmallLetters() detect.Detector {
	return detect.Detector{
		Name: "street_small_letters", Type: "ADDRESS", Category: detect.CategoryPII,
		Summary: "English, German or Dutch street address in small letters, behind a cue or with a city or postal code",
		Base:    0.60,
		Pattern: &detect.Pattern{
			Scan:     scanSmallStreet,
			Regexp:   `[0-9]{1,5}[a-z]? (?:[a-z0-9'.\-]+ ){1,3}(?:street|road|avenue|ave|rd|ln|parkway|blvd|boulevard|lane|drive|terrace|crescent|court)\b|[a-z\-]{3,}(?:strasse|straat) [0-9]{1,4}[a-z]?\b`,
			Validate: func(string) detect.Verdict { return detect.Valid },
			Keywords: []string{" street", " road", " avenue", " ave", " rd", " ln", " parkway", " blvd", " boulevard", " lane", " drive", " terrace", " crescent", " court", "strasse ", "straat "},
		},
		Samples: detect.Samples{
			Positive: []string{
				"i live at 12 mill road", "my address is 742 evergreen terrace, springfield, il 62704", "ship it to 350 5th avenue, new york", "send to 9 larch crescent apt 4b pls",
				"88 harbour lane, bristol bs1 5ty", "ich wohne in der musterstraße 12, 10115 berlin", "kerkstraat 14, 1017 gb amsterdam",
			},
			Negative: []string{
				"5 minutes from main street", "a 30 mph road", "the 2 lane road", "12 people on the street", "we own 3 drive bays", "i walk 5 km down a lane in london", "2 court orders", "hauptstrasse 12 gesperrt",
			},
			Source: "own",
		},
	}
}

// scanSmallStreet reads the address around a kind of street at text[start:end].
func scanSmallStreet(text string, start, end int) (from, to, done int) {
	text = text[:min(len(text), start+maxAddress)]
	if text[start] != ' ' {
		return scanSmallCompound(text, start, end)
	}
	if text[start+1] < 'a' || end < len(text) && isWord(text[end]) {
		return 0, 0, 0
	}
	name := start
	for n := 0; n < 3; n++ {
		first := lastToken(text, name)
		word := text[first:name]
		if word == "" || word[0] < 'a' && !isOrdinal(word) || kindsOf(word)&isPlain != 0 && !compass.has(word) {
			return 0, 0, 0
		}
		if first < 2 || text[first-1] != ' ' {
			return 0, 0, 0
		}
		if number := numberBefore(text, first); number >= 0 {
			return smallAddress(text, number, behindStreet(text, end))
		}
		name = first - 1
	}
	return 0, 0, 0
}

// scanSmallCompound reads a street with its kind at its end and the number behind it.
func scanSmallCompound(text string, start, end int) (from, to, done int) {
	first := lastToken(text, start)
	if start-first < 3 || text[first] < 'a' {
		return 0, 0, 0
	}
	stop := numberAfter(text, end, 4)
	if stop == end {
		return 0, 0, 0
	}
	return smallAddress(text, first, stop)
}

// smallAddress takes what follows a street, which must prove it, unless what stands before does.
func smallAddress(text string, start, end int) (from, to, done int) {
	full := extendSmall(text, end)
	if full == end && !smallCue(text, start) {
		return 0, 0, 0
	}
	return start, full, full
}

// smallCue is addressCue, over a German article (wohne in der).
func smallCue(text string, start int) bool {
	if before, ok := strings.CutSuffix(text[:start], "der "); ok {
		return addressCue(text, len(before))
	}
	return addressCue(text, start)
}

// extendSmall is extendAddress for small letters: units, places of the lists, and postal codes, with at most two other
// words before one of these.
func extendSmall(text string, end int) int {
	accepted := end
	for loose := 0; loose < 3; {
		i := skipSeparators(text, end)
		if i == end || i >= len(text) {
			break
		}
		if stop := unit(text, i); stop > i {
			end, accepted, loose = stop, stop, 0
			continue
		}
		if stop := smallCode(text, i); stop > i {
			if city, k := longestPlace(text, min(stop+1, len(text))); k&anyPlace != 0 && text[stop] == ' ' {
				stop = city
			}
			return stop
		}
		stop, k := longestPlace(text, i)
		if k&anyPlace != 0 && k&(isCommon|isPlain) == 0 && (text[end] == ',' || text[end] == '\n' || loose == 0) {
			end, accepted, loose = stop, stop, 0
			continue
		}
		stop = token(text, i)
		if stop == i || kindsOf(text[i:stop])&isPlain != 0 || !isLetter(text[i]) {
			break
		}
		end = stop
		loose++
	}
	return accepted
}

// smallCode returns the end of a postal code at i, with the state before it, in any case; i, if there is none.
func smallCode(text string, i int) int {
	j := i
	if i+3 < len(text) && text[i+2] == ' ' && stateCodes.has(text[i:i+2]) && isDigit(text[i+3]) {
		j += 3
	}
	var buf [12]byte
	n := copy(buf[:], text[j:])
	for k := range n {
		if buf[k] >= 'a' && buf[k] <= 'z' {
			buf[k] &^= 0x20
		}
	}
	// The copy ends within a longer run only where no code is that long.
	length := postalCode(string(buf[:n]), 0)
	if length == 0 {
		return i
	}
	return j + length
}
