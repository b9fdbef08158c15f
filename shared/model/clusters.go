package model

import "math/bits"

// The sketch of a text: so many smallest hashes, in bands of four. Texts that agree in a band are taken for copies of one
// another but for details; that is so for half of the pairs with a similarity of 0.7 and nearly all from 0.85 on.
const (
	sketch = 32
	band   = 4
	// shingle is how many characters a piece of text has that is hashed.
	shingle = 5
)

// Clusters numbers groups of near copies among texts, by MinHash over runs of five characters and union of all that
// agree in a band (Broder, 1997). Letter case and what is no letter or digit are left out of account.
func Clusters(texts []string) []int {
	parent := make([]int, len(texts))
	for i := range parent {
		parent[i] = i
	}
	find := func(i int) int {
		for parent[i] != i {
			parent[i] = parent[parent[i]]
			i = parent[i]
		}
		return i
	}
	first := map[[2]uint64]int{}
	for i, t := range texts {
		s := minHashes(t)
		for b := 0; b < sketch; b += band {
			h := uint64(b)
			for _, x := range s[b : b+band] {
				h = (h ^ x) * factor
				h ^= h >> 31
			}
			key := [2]uint64{uint64(b), h}
			j, known := first[key]
			if !known {
				first[key] = i
				continue
			}
			// The smaller number stays, so that the numbers do not depend on the order of unions.
			if a, b := find(i), find(j); a != b {
				parent[max(a, b)] = min(a, b)
			}
		}
	}
	out := make([]int, len(texts))
	for i := range out {
		out[i] = find(i)
	}
	return out
}

func minHashes(text string) (s [sketch]uint64) {
	for k := range s {
		s[k] = ^uint64(0)
	}
	var plain []byte
	for i := range len(text) {
		if c := letters[text[i]]; c != 0 {
			plain = append(plain, c)
		}
	}
	for i := 0; i == 0 || i+shingle <= len(plain); i++ {
		h := uint64(seedWord)
		for _, c := range plain[i:min(i+shingle, len(plain))] {
			h = mix(h, c)
		}
		for k := range s {
			s[k] = min(s[k], bits.RotateLeft64(h*(seedPair+2*uint64(k)*seedChars), k))
		}
	}
	return s
}
