package injection

// narrated adds to the set of that name what people say with an adverb or auxiliary between the words: "they always",
// "I'll", "never just". Only words right before a verb tell that it is no order, so each pair is a phrase of its own.
func narrated(sets map[string][]string) map[string][]string {
	for _, who := range []string{"i", "he", "she", "they", "we", "who", "people", "users", "attackers"} {
		for _, how := range []string{"always", "often", "sometimes", "usually", "just", "simply", "may", "might", "can", "could", "will", "would", "should", "must", "also", "then", "all"} {
			sets["narrated"] = append(sets["narrated"], who+" "+how)
		}
	}
	for _, who := range []string{"i", "he", "she", "they", "we", "who"} {
		sets["narrated"] = append(sets["narrated"], who+"'ll", who+"'d")
	}
	for _, not := range []string{"never", "not", "don't", "do not", "cannot", "can't"} {
		for _, how := range []string{"just", "simply", "ever", "blindly", "always"} {
			sets["narrated"] = append(sets["narrated"], not+" "+how)
		}
	}
	return sets
}
