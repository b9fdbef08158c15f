package toxicity

import (
	_ "embed"
	"strings"
)

//go:embed words.txt
var wordFile string

// set returns the words of one set of words.txt; none if there is no such set.
func set(name string) []string {
	_, body, found := strings.Cut(wordFile, "\n["+name+"]\n")
	if !found {
		return nil
	}
	body, _, _ = strings.Cut(body, "\n[")
	var words []string
	for _, word := range strings.FieldsFunc(body, func(r rune) bool { return r == ',' || r == '\n' }) {
		if word = strings.TrimSpace(word); word != "" {
			words = append(words, word)
		}
	}
	return words
}

// sets returns the named sets of words.txt, as a lexicon holds them.
func sets(names ...string) map[string][]string {
	out := make(map[string][]string, len(names))
	for _, name := range names {
		out[name] = set(name)
	}
	return out
}
