package pii

import (
	_ "embed" // for the lists
	"strings"
	"sync"
)

// The lists hold names that are frequent in public census counts and civil registers, without accents, as the engine's
// folded view has them. A given name alone is evidence only if it is neither an everyday word nor a place: those are in
// the ambiguous list and need a surname or a cue.
var (
	//go:embed lists/given.txt
	givenList string
	//go:embed lists/given_ambiguous.txt
	givenAmbiguousList string
	//go:embed lists/surnames.txt
	surnameList string
	//go:embed lists/surnames_ambiguous.txt
	surnameAmbiguousList string
	//go:embed lists/plain_words.txt
	plainWordList string
	//go:embed lists/organization_words.txt
	organizationWordList string
)

var (
	givenNames     = newWordSet(&givenList)
	givenAmbiguous = newWordSet(&givenAmbiguousList)
	surnames       = newWordSet(&surnameList)
	// surnameWords are surnames that are also words of places and things (Hill, Stone).
	surnameWords = newWordSet(&surnameAmbiguousList)
	// plainWords are capitalized words that stand where a name could but are none.
	plainWords        = newWordSet(&plainWordList)
	organizationWords = newWordSet(&organizationWordList)
)

// wordSet is a set of lower-case words that is built on first use, so that start-up does not pay for it.
type wordSet func() map[string]struct{}

func newWordSet(list *string) wordSet {
	return sync.OnceValue(func() map[string]struct{} {
		words := strings.Fields(*list)
		set := make(map[string]struct{}, len(words))
		for _, w := range words {
			set[w] = struct{}{}
		}
		return set
	})
}

// words is newWordSet over a literal.
func words(list string) wordSet { return newWordSet(&list) }

// has looks a word up without regard to ASCII case. It does not allocate.
func (s wordSet) has(word string) bool {
	var buf [40]byte
	if len(word) > len(buf) {
		return false
	}
	for i := range len(word) {
		c := word[i]
		if c >= 'A' && c <= 'Z' {
			c |= 0x20
		}
		buf[i] = c
	}
	_, ok := s()[string(buf[:len(word)])]
	return ok
}

// newLineSet is newWordSet over lines, which may hold several words.
func newLineSet(list *string) wordSet {
	return sync.OnceValue(func() map[string]struct{} {
		set := map[string]struct{}{}
		for line := range strings.Lines(*list) {
			set[strings.TrimSpace(line)] = struct{}{}
		}
		return set
	})
}
