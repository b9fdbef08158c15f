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
			Words:    words("are you", "insult", "wish", "vulgar", "caution", "harmless", "reported", "you insult", "insult noun", "what a", "shut up"),
			Harmless: "harmless",
			Reports:  "reported",
			Rules: []detect.LexiconRule{
				{Name: "you are an insult", All: []string{"are you", "insult"}, Within: 5, Ordered: true, Weight: 0.4},
				{Name: "you are a vulgar insult", All: []string{"are you", "vulgar"}, Within: 5, Ordered: true, Weight: 0.4},
				// A negation stands between the two words of the rules above, so what they lack hangs on the insult alone.
				{Name: "insult", All: []string{"insult"}, None: []string{"caution"}, Weight: 0.25},
				{Name: "vulgar insult", All: []string{"vulgar"}, None: []string{"caution"}, Weight: 0.25},
				{Name: "you and an insult", All: []string{"you insult", "insult"}, None: []string{"caution"}, Within: 4, Ordered: true, Weight: 0.4},
				{Name: "what an insult", All: []string{"what a", "insult noun"}, None: []string{"caution"}, Within: 2, Ordered: true, Weight: 0.35},
				{Name: "silenced with an insult", All: []string{"shut up", "insult"}, None: []string{"caution"}, Within: 6, Weight: 0.4},
				{Name: "wish of harm", All: []string{"wish"}, None: []string{"caution"}, Weight: 0.7},
			},
		},
		Samples: detect.Samples{
			Positive: []string{
				"You are a pathetic loser.",
				"Just go and kill yourself.",
				"Nobody likes you.",
				"Shut up, you worthless piece of garbage.",
				"What a moron, get lost.",
				"Die in a fire.",
				"Cállate, imbécil.",
				"Du bist so ein Versager.",
				"Eres un inútil.",
			},
			Negative: []string{
				"You are not stupid, you are tired.",
				"Are you sure that the snake is harmless?",
				"You are late for the meeting.",
				"The rat is in its cage.",
				"You are trash collector of the month.",
				"Moderators removed the comment \"go kill yourself\".",
				"What a stupid idea, I forgot my keys.",
				"Du bist ein Schatz.",
			},
			Source: "own",
		},
	}
}
