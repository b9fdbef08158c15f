package model

import (
	"math"
	"slices"
	"unicode/utf8"
)

// What a word costs when letters are cut into words: the rarer it is, the more, by its idf.
const (
	costWord    = 1 // for each, so that few long words are better than many short ones
	costUnknown = 8 // for one that the vocabulary lacks, and costByte for each of its bytes
	costByte    = 3
	costBetween = 5 // for what stands between two gaps, known or not
	costAcross  = 3 // for each gap inside a word
)

// longestWord bounds a word that is looked for, in bytes.
const longestWord = 24

// splitter is working memory.
type splitter struct {
	// cost is that of the best words up to each byte, from where the last of them starts; gap says that a byte has a gap
	// before it.
	cost []float32
	from []int32
	gap  []bool
	// parted says that there are gaps.
	parted bool
	x      extractor
}

// Words cuts text that lost the spaces between its words, as "ignoreallrules", into words that the model knows, as few
// and as common as can be. Gaps are the offsets, in order, at which more stood between two letters than elsewhere: a
// sign of a border, and no proof. It appends the offsets of the cuts, in order: between two letters or digits, and at
// gaps. The work is linear in the length of the text.
func (s *Scorer) Words(m *Model, text string, gaps, out []int32) []int32 {
	p := &s.split
	p.reset(len(text), gaps)
	for i := 0; i < len(text); {
		_, size := utf8.DecodeRuneInString(text[i:])
		if letters[text[i]] == 0 {
			p.offer(i, i+size, p.cost[i])
		} else {
			p.offer(i, i+size, p.cost[i]+costUnknown)
			p.words(&m.v, text, i)
		}
		i += size
	}
	first := len(out)
	for at := len(text); at > 0; at = int(p.from[at]) {
		if at < len(text) && (p.gap[at] || letters[text[at]] != 0 && letters[text[at-1]] != 0) {
			out = append(out, int32(at))
		}
	}
	slices.Reverse(out[first:])
	return out
}

func (p *splitter) reset(n int, gaps []int32) {
	p.cost = slices.Grow(p.cost[:0], n+1)[:n+1]
	p.from = slices.Grow(p.from[:0], n+1)[:n+1]
	p.gap = slices.Grow(p.gap[:0], n+1)[:n+1]
	clear(p.gap)
	for i := range p.cost {
		p.cost[i] = math.MaxFloat32
	}
	p.cost[0], p.parted = 0, len(gaps) > 0
	for _, at := range gaps {
		p.gap[at] = true
	}
}

// offer takes a word for the last one up to end, if that is the best so far.
func (p *splitter) offer(start, end int, cost float32) {
	if cost < p.cost[end] {
		p.cost[end], p.from[end] = cost, int32(start)
	}
}

// words offers the words that start at a letter.
func (p *splitter) words(v *vocabulary, text string, start int) {
	h, across := uint64(seedWord), 0
	for end := start; end < min(len(text), start+longestWord); {
		c := letters[text[end]]
		if c == 0 {
			return
		}
		if end > start && p.gap[end] {
			across++
		}
		h = mix(h, c)
		if end++; end < len(text) && text[end]&0xC0 == 0x80 {
			continue
		}
		before := p.cost[start] + float32(costAcross*across)
		p.offer(start, end, before+costUnknown+float32(costByte*(end-start)))
		if p.parted && across == 0 && (start == 0 || p.gap[start] || letters[text[start-1]] == 0) && (end == len(text) || p.gap[end] || letters[text[end]] == 0) {
			p.offer(start, end, before+costBetween)
		}
		if id, ok := v.id(wordBucket(h)); ok && p.known(v, text[start:end]) {
			p.offer(start, end, before+costWord+idfs[v.idf[id]])
		}
	}
}

// known reports whether the vocabulary has all runs of characters of a word: its bucket alone is that of many.
func (p *splitter) known(v *vocabulary, word string) bool {
	p.x.buckets = p.x.buckets[:0]
	if isPlain(word) {
		p.x.plainRuns(word)
	} else {
		p.x.runs(word)
	}
	for _, b := range p.x.buckets {
		if _, ok := v.id(b); !ok {
			return false
		}
	}
	return true
}

func isPlain(word string) bool {
	for i := range len(word) {
		if word[i] >= 0x80 {
			return false
		}
	}
	return true
}
