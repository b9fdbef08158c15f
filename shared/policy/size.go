package policy

import "guardrails/shared/detect"

// What the parts of a set take, in bytes, as measured on compiled sets: each byte of a word is a state of an automaton.
const (
	sizeOfSet   = 64 << 10
	sizeOfByte  = 48
	sizeOfRegex = 16 << 10
	sizeOfEntry = 256
	// sizeOfTypo is for each byte of a term that is found with typos.
	sizeOfTypo = 24
)

// Size estimates how much memory the set takes, in bytes: what a cache of sets has to count.
func (s *Set) Size() int { return s.size }

func sizeOf(c *detect.Custom) int {
	n := sizeOfSet
	words := func(lists ...[]string) {
		for _, list := range lists {
			for _, w := range list {
				n += sizeOfEntry + sizeOfByte*len(w)
			}
		}
	}
	for i := range c.Patterns {
		p := &c.Patterns[i]
		words(p.Terms, p.Context, p.Exclude)
		if p.Fuzzy {
			for _, t := range p.Terms {
				n += sizeOfTypo * (len(t) + 1)
			}
		}
		n += sizeOfRegex * len(p.Regexes)
	}
	for _, list := range [][]detect.ListEntry{c.Allow, c.Deny} {
		for i := range list {
			words([]string{list[i].Value, list[i].HMAC, list[i].Domain})
			if list[i].Fuzzy {
				n += sizeOfTypo * (len(list[i].Value) + 1)
			}
			if list[i].Regex != "" {
				n += sizeOfRegex
			}
		}
	}
	return n
}
