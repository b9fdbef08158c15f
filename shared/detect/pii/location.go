package pii

import (
	"strings"

	"guardrails/shared/detect"
)

func locations() []detect.Detector {
	return []detect.Detector{location()}
}

func location() detect.Detector {
	return detect.Detector{
		Name: "location", Type: "LOCATION", Category: detect.CategoryPII,
		Summary: "Country or large city that is said of a person",
		Base:    0.30, NeedContext: true,
		Context: []string{
			"lives in", "live in", "living in", "lived in", "moved to", "moved here from", "move to", "originally from", "comes from", "born in", "grew up in", "based in", "residing in", "resident of", "resides in", "citizen of", "she is from", "he is from", "i am from", "i'm from", "arrived in",
			"wohnt in", "lebt in", "geboren in", "kommt aus", "habite a", "vit a", "ne a", "vive en", "nacio en", "abita a", "vive a", "nato a", "mora em", "nasceu em", "woont in",
		},
		Anchor: &detect.Anchor{Bytes: capitals, Word: true, Scan: scanLocation},
		Samples: detect.Samples{
			Positive: []string{"She lives in Lisbon", "I'm originally from New Zealand", "er wohnt in München"},
			Negative: []string{"the Paris agreement", "lives in harmony", "Lisbonne is spelled so", "from Berliner streets"},
			Source:   "own",
		},
	}
}

// scanLocation takes the longest run of one to four words that the lists have.
func scanLocation(text string, at int) (int, int, detect.Verdict) {
	if at > 0 && (isWord(text[at-1]) || strings.IndexByte("_@/\\-.#$&", text[at-1]) >= 0) {
		return 0, 0, detect.Reject
	}
	end, k := longestPlace(text, at)
	if k&isPlace == 0 || end < len(text) && (text[end] == '-' || text[end] == '_' || text[end] == '@') {
		return 0, 0, detect.Reject
	}
	return at, end, detect.Plausible
}

// maxPlaceWords is how many words a place of the lists has at most.
const maxPlaceWords = 5

// longestPlace returns the end of the longest place of the lists that begins at at, and what they say of it; at, if
// there is none.
func longestPlace(text string, at int) (int, kinds) {
	best, found := at, kinds(0)
	end := at
	for n := 0; n < maxPlaceWords; n++ {
		for end < len(text) && end-at < maxWord && (isWord(text[end]) || text[end] == '\'') {
			end++
		}
		k := kindsOf(text[at:end])
		if k&anyPlace != 0 {
			best, found = end, k
		}
		if n == 0 && k&isPlaceStart == 0 || end >= len(text) || text[end] != ' ' && text[end] != '-' {
			break
		}
		end++
	}
	return best, found
}
