package toxicity

import "guardrails/shared/detect"

// selfHarm finds people who speak of harming themselves.
func selfHarm() detect.Detector {
	return detect.Detector{
		Name:     "toxicity_self_harm",
		Type:     "TOXICITY_SELF_HARM",
		Category: detect.CategoryToxicity,
		Summary:  "Wishes and plans of harming oneself",
		Lexicon: &detect.Lexicon{
			Words: words("self", "despair", "own despair", "caution"),
			Rules: []detect.LexiconRule{
				{Name: "despair", All: []string{"despair"}, None: []string{"caution"}, Weight: 0.35},
				{Name: "despair of one's own", All: []string{"self", "despair"}, Within: 10, Ordered: true, Weight: 0.3},
				{Name: "plain words", All: []string{"own despair"}, None: []string{"caution"}, Weight: 0.6},
			},
		},
		Samples: detect.Samples{
			Positive: []string{
				"I want to kill myself.",
				"I wish I was dead.",
				"Ich will nicht mehr leben.",
				"Ya no quiero vivir.",
				"quiero matarme",
				"Quero me matar.",
				"J'ai envie de mourir.",
			},
			Negative: []string{
				"The suicide prevention hotline is open day and night.",
				"I don't want to die my hair again.",
				"How many people die of malaria every year?",
				"The overdose limit stands on the package.",
				"Ich will nicht mehr in der Stadt leben.",
			},
			Source: "own",
		},
	}
}
