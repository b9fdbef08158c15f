package pii

import (
	_ "embed" // for the lists
	"strings"

	"guardrails/shared/detect"
)

//go:embed lists/places.txt
var placeList string

// placeNames are countries and large cities, one a line.
var placeNames = newLineSet(&placeList)

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
		Anchor: &detect.Anchor{Bytes: "ABCDEFGHIJKLMNOPQRSTUVWXYZ", Scan: scanLocation},
		Samples: detect.Samples{
			Positive: []string{"She lives in Lisbon", "I'm originally from New Zealand", "er wohnt in München"},
			Negative: []string{"the Paris agreement", "lives in harmony", "Lisbonne is spelled so", "from Berliner streets"},
			Source:   "own",
		},
	}
}

// scanLocation takes the longest run of one to four words that the list has.
func scanLocation(text string, at int) (int, int, detect.Verdict) {
	if at > 0 && (isWord(text[at-1]) || strings.IndexByte("_@/\\-.#$&", text[at-1]) >= 0) {
		return 0, 0, detect.Reject
	}
	best := at
	end := at
	for range 4 {
		for end < len(text) && end-at < 40 && isWord(text[end]) {
			end++
		}
		if placeNames.has(text[at:end]) {
			best = end
		}
		if end >= len(text) || text[end] != ' ' && text[end] != '-' {
			break
		}
		end++
	}
	if best == at || best < len(text) && (text[best] == '-' || text[best] == '_' || text[best] == '@') {
		return 0, 0, detect.Reject
	}
	return at, best, detect.Plausible
}
