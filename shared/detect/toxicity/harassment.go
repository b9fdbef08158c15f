package toxicity

import "guardrails/shared/detect"

// harassment finds insults at the reader and wishes of harm.
func harassment() detect.Detector {
	return detect.Detector{
		Name:     "toxicity_harassment",
		Type:     "TOXICITY_HARASSMENT",
		Category: detect.CategoryToxicity,
		Summary:  "Insults at the reader and wishes of harm",
		Lexicon: &detect.Lexicon{
			Words: words("are you", "insult", "wish", "vulgar", "caution"),
			Rules: []detect.LexiconRule{
				{Name: "you are an insult", All: []string{"are you", "insult"}, Within: 5, Ordered: true, Weight: 0.4},
				{Name: "you are a vulgar insult", All: []string{"are you", "vulgar"}, Within: 5, Ordered: true, Weight: 0.4},
				// A negation stands between the two words of the rules above, so what they lack hangs on the insult alone.
				{Name: "insult", All: []string{"insult"}, None: []string{"caution"}, Weight: 0.25},
				{Name: "vulgar insult", All: []string{"vulgar"}, None: []string{"caution"}, Weight: 0.25},
				{Name: "wish of harm", All: []string{"wish"}, None: []string{"caution"}, Weight: 0.7},
			},
		},
		Samples: detect.Samples{
			Positive: []string{
				"You are a pathetic loser.",
				"Just go and kill yourself.",
				"Nobody likes you.",
				"Du bist so ein Versager.",
				"Eres un inútil.",
			},
			Negative: []string{
				"You are not stupid, you are tired.",
				"Are you sure that the snake is harmless?",
				"You are late for the meeting.",
				"The rat is in its cage.",
				"Du bist ein Schatz.",
			},
			Source: "own",
		},
	}
}
