package toxicity

import (
	_ "embed"

	"guardrails/shared/detect/wordlist"
)

//go:embed words.txt
var wordFile string

// words returns the named sets of words.txt, as a lexicon holds them.
func words(names ...string) map[string][]string { return wordlist.Parse(wordFile).Pick(names...) }
