package toxicity

import "guardrails/shared/detect"

// offensive finds vulgar insults and cursing at people.
func offensive() detect.Detector {
	return detect.Detector{
		Name:     "toxicity_offensive",
		Type:     "TOXICITY_OFFENSIVE",
		Category: detect.CategoryToxicity,
		Summary:  "Vulgar insults and cursing at people",
		Lexicon: &detect.Lexicon{
			Words:    words("vulgar", "ambiguous", "before", "reclaimed", "crew", "profane", "you", "slang", "caution", "harmless"),
			Harmless: "harmless",
			Rules: []detect.LexiconRule{
				{Name: "vulgar insult", All: []string{"vulgar"}, None: []string{"caution"}, Weight: 0.55},
				{Name: "vulgar insult at someone", All: []string{"you", "vulgar"}, Within: 4, Weight: 0.3},
				{Name: "vulgar insult and a curse", All: []string{"vulgar", "profane"}, Within: 8, Weight: 0.4},
				{Name: "doubtful insult", All: []string{"ambiguous"}, None: []string{"caution"}, Weight: 0.25},
				{Name: "doubtful insult of someone", All: []string{"before", "ambiguous"}, None: []string{"caution"}, Within: 1, Ordered: true, Weight: 0.35},
				{Name: "doubtful insult and a curse", All: []string{"ambiguous", "profane"}, Within: 6, Weight: 0.35},
				{Name: "doubtful insult among slang", All: []string{"slang", "ambiguous"}, None: []string{"caution"}, Within: 10, Weight: 0.35},
				{Name: "doubtful insult and another", All: []string{"ambiguous", "vulgar"}, Within: 10, Weight: 0.35},
				{Name: "curse at someone", All: []string{"profane", "you"}, None: []string{"caution"}, Within: 2, Ordered: true, Weight: 0.3},
				{Name: "curse", All: []string{"profane"}, None: []string{"caution"}, Weight: 0.25},
				{Name: "name and a curse", All: []string{"reclaimed", "profane"}, Within: 6, Weight: 0.35},
				{Name: "slur among friends", All: []string{"crew"}, None: []string{"caution"}, Weight: 0.5},
				{Name: "name for a group", All: []string{"reclaimed"}, None: []string{"caution"}, Weight: 0.25},
			},
		},
		Samples: detect.Samples{
			Positive: []string{
				"That driver is an asshole.",
				"Was für ein Arschloch!",
				"Quel connard !",
				"Menudo gilipollas.",
				"Shut the door, you motherfucker.",
			},
			Negative: []string{
				"The pitch is a bit of a mess after the storm.",
				"Damn, I missed the bus.",
				"yo ho ho and a bottle of rum",
				"Retarded growth of the plant",
				"the pussy willow blooms",
				"golang.org/x/text v0.3.0 h1:U+yHoXa/ho+ho=",
				"He never called her a bitch.",
				"The rooster and the hens live behind the barn.",
				"Mein Opa züchtet Hühner.",
			},
			Source: "own",
		},
	}
}
