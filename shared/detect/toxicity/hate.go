package toxicity

import "guardrails/shared/detect"

// hate finds slurs and talk that degrades people for what they are, or wants them gone.
func hate() detect.Detector {
	return detect.Detector{
		Name:     "toxicity_hate",
		Type:     "TOXICITY_HATE",
		Category: detect.CategoryToxicity,
		Summary:  "Slurs, and degrading or eliminating talk about groups of people",
		Lexicon: &detect.Lexicon{
			Words:    words("slur", "soft slur", "insult", "group", "degrade", "eliminate", "should go", "belittle", "hatred", "are", "profane", "vulgar", "you", "caution", "harmless"),
			Harmless: "harmless",
			Rules: []detect.LexiconRule{
				{Name: "slur", All: []string{"slur"}, None: []string{"caution"}, Weight: 0.6},
				{Name: "slur beside an insult", All: []string{"slur", "vulgar"}, Within: 6, Weight: 0.3},
				{Name: "slur beside a curse", All: []string{"slur", "profane"}, Within: 4, Weight: 0.3},
				{Name: "doubtful slur", All: []string{"soft slur"}, None: []string{"caution"}, Weight: 0.35},
				{Name: "doubtful slur at someone", All: []string{"you", "soft slur"}, Within: 3, Weight: 0.25},
				{Name: "doubtful slur beside an insult", All: []string{"soft slur", "vulgar"}, Within: 6, Weight: 0.35},
				{Name: "doubtful slur beside a curse", All: []string{"soft slur", "profane"}, Within: 4, Weight: 0.35},
				{Name: "doubtful slur with contempt", All: []string{"soft slur", "insult"}, Within: 4, Weight: 0.35},
				{Name: "group degraded", All: []string{"group", "are", "degrade"}, None: []string{"caution"}, Within: 6, Ordered: true, Weight: 0.45},
				{Name: "degrading word", All: []string{"degrade"}, None: []string{"caution"}, Weight: 0.2},
				{Name: "call to remove a group", All: []string{"eliminate", "group"}, None: []string{"caution"}, Within: 4, Ordered: true, Weight: 0.7},
				{Name: "group to be removed", All: []string{"group", "should go"}, None: []string{"caution"}, Within: 8, Ordered: true, Weight: 0.7},
				{Name: "group belittled", All: []string{"belittle", "group"}, None: []string{"caution"}, Within: 1, Ordered: true, Weight: 0.55},
				{Name: "hatred of a group", All: []string{"hatred", "group"}, None: []string{"caution"}, Within: 3, Ordered: true, Weight: 0.6},
			},
		},
		Samples: detect.Samples{
			Positive: []string{
				"Immigrants are vermin.",
				"All the refugees should be shot.",
				"I hate gays.",
				"Jews control the media and must be eliminated.",
				"Ausländer sind Abschaum.",
				"Get those wetbacks out of here.",
			},
			Negative: []string{
				"The museum shows how the refugees lived in the camps.",
				"Nobody should say that immigrants are vermin.",
				"The word kike is an insult.",
				"Dick Van Dyke sang in the film.",
				"The women are in the garden with their dogs.",
				"Die Frauen sind im Garten.",
			},
			Source: "own",
		},
	}
}
