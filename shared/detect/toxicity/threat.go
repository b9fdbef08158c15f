package toxicity

import "guardrails/shared/detect"

// threat finds announcements of violence.
func threat() detect.Detector {
	return detect.Detector{
		Name:     "toxicity_threat",
		Type:     "TOXICITY_THREAT",
		Category: detect.CategoryToxicity,
		Summary:  "Announcements of violence against people",
		Lexicon: &detect.Lexicon{
			Words:    words("intent", "harm", "menace", "caution", "vulgar", "profane", "harmless", "reported"),
			Harmless: "harmless",
			Reports:  "reported",
			Rules: []detect.LexiconRule{
				{Name: "announced violence", All: []string{"intent", "harm"}, None: []string{"caution"}, Within: 10, Ordered: true, Weight: 0.7},
				{Name: "menace", All: []string{"menace"}, None: []string{"caution"}, Weight: 0.6},
				{Name: "violence and an insult", All: []string{"harm", "vulgar"}, None: []string{"caution"}, Within: 8, Weight: 0.45},
				{Name: "violence and a curse", All: []string{"harm", "profane"}, None: []string{"caution"}, Within: 5, Weight: 0.3},
			},
		},
		Samples: detect.Samples{
			Positive: []string{
				"I will kill you.",
				"We know where you live.",
				"I'm going to burn your house down.",
				"Ich werde dich umbringen.",
				"Te voy a matar.",
				"Ich bringe dich um.",
				"Ik maak je dood.",
			},
			Negative: []string{
				"I will beat the eggs until they are stiff.",
				"He said he would never hurt you.",
				"The frost will kill your tomatoes.",
				"We are going to shoot the film in May.",
				"I'm going to find a parking space.",
			},
			Source: "own",
		},
	}
}
