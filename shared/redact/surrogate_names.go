package redact

import (
	"slices"
	"strings"
)

// givenNames are common in many countries: alone they identify nobody.
func givenNames() []string {
	return []string{
		"Adam", "Alice", "Anna", "Ben", "Clara", "Daniel", "David", "Elena", "Emma", "Eva", "Felix", "Hannah", "Helena", "Ida", "Irene",
		"Jonas", "Julia", "Karl", "Laura", "Leo", "Lena", "Lucas", "Maria", "Marta", "Max", "Mia", "Nina", "Noah", "Nora", "Oscar",
		"Paul", "Peter", "Philip", "Rosa", "Samuel", "Sara", "Simon", "Sofia", "Thomas", "Victor",
	}
}

// Surnames of surrogates are put together of a beginning and an ending, which together are the name of nobody.
func beginnings() []string {
	return []string{
		"Ash", "Bram", "Cald", "Dun", "Elm", "Fen", "Gorl", "Hark", "Ivel", "Jarn", "Kest", "Lorn", "Marl", "Nor", "Oak", "Pell", "Quarn",
		"Rav", "Stell", "Thorn", "Ulv", "Vant", "Wex", "Yarl",
	}
}

func endings() []string {
	return []string{"brinley", "elthorne", "hallow", "lowen", "mereth", "nettley", "ostrand", "penwith", "rowan", "sterby"}
}

func (p *picks) given() string { return givenNames()[p.below(len(givenNames()))] }

func (p *picks) surname() string {
	return beginnings()[p.below(len(beginnings()))] + endings()[p.below(len(endings()))]
}

// isGiven reports whether a name in lower case is one of the given names.
func isGiven(lower string) bool {
	return slices.ContainsFunc(givenNames(), func(n string) bool { return strings.EqualFold(n, lower) })
}

// isSurname reports whether a name in lower case is a surname that surname makes.
func isSurname(lower string) bool {
	return slices.ContainsFunc(endings(), func(end string) bool {
		start, ok := strings.CutSuffix(lower, end)
		return ok && slices.ContainsFunc(beginnings(), func(b string) bool { return strings.EqualFold(b, start) })
	})
}
