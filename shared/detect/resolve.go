package detect

import (
	"cmp"
	"slices"
	"sort"
	"strings"
)

// maxFindings is how many findings Result.Findings lists; the rest are hidden.
const maxFindings = 10_000

// resolve picks among overlapping candidates, so that the rest do not overlap, and orders them by position.
//
// Values come first: validated over not, longer, higher score, nearer context, specific over generic. Meaning
// (lexicon findings) spans whole sentences and must neither hide the values in it nor be hidden by them, so it is laid
// around them afterwards. Deny terms and custom findings with keep_nested are exempt: a term that a tenant denies is
// often a part of a value, which is found all the same, whole; and so is what was decoded, since its range is that of
// everything that was encoded with it, and what encloses other values.
func (s *scan) resolve() {
	s.order, s.kept = s.order[:0], s.kept[:0]
	if len(s.cands) == 0 && len(s.repeated) == 0 {
		return
	}
	s.markCandidates() // before they are widened and cut
	defer s.markCandidates()
	s.used = s.used.empty(len(s.raw))
	for i := range s.cands {
		s.order = append(s.order, int32(i))
	}
	// The text's own candidates come before those of its views, which may be the same.
	slices.SortStableFunc(s.order, func(a, b int32) int { return precedence(&s.cands[a], &s.cands[b]) })
	var nested, meaning []int32
	for _, i := range s.order {
		c := &s.cands[i]
		switch {
		case c.whole, c.det.Encloses, c.det.custom != nil && (c.det.custom.keepNested || c.det.custom.deny):
			nested = append(nested, i)
		case c.det.meaning():
			meaning = append(meaning, i)
		case s.used.take(c.start, c.end):
			s.kept = append(s.kept, i)
		}
	}
	if !s.inView {
		s.repeat()
	}
	s.layMeaning(meaning)
	s.sortKept()
	if s.plan.explain {
		s.noteLosers()
	}
	nested = slices.DeleteFunc(nested, func(i int32) bool { return s.cands[i].whole && s.known(&s.cands[i]) })
	if len(nested) > 0 {
		s.keepNested(nested)
		s.sortKept()
	}
}

// precedence orders candidates so that of two that overlap, the first one stays.
func precedence(a, b *candidate) int {
	if c := compareBool(b.valid, a.valid); c != 0 {
		return c
	}
	if c := cmp.Compare(b.end-b.start, a.end-a.start); c != 0 {
		return c
	}
	return cmp.Or(
		cmp.Compare(b.score, a.score),
		cmp.Compare(a.evidence.distance, b.evidence.distance),
		cmp.Compare(generality(a.det.Type), generality(b.det.Type)),
		cmp.Compare(a.det.id, b.det.id),
		cmp.Compare(a.start, b.start),
	)
}

// maxRepeated bounds the values of a text that are looked for again.
const maxRepeated = 32

// mention is a value of several words that a detector with Repeats has found.
type mention struct {
	candidate
	value string
}

// repeat keeps each place where a value stands that a detector with Repeats has found elsewhere; in a stream, only behind
// the first of them, since the text before has been let go.
func (s *scan) repeat() {
	s.sortKept()
	for _, m := range s.repeated {
		s.repeatValue(m, s.rawFrom)
	}
	for _, i := range slices.Clone(s.kept) {
		c := s.cands[i]
		if !c.det.Repeats || len(s.repeated) == maxRepeated {
			continue
		}
		value := s.raw[c.start:c.end]
		if strings.IndexByte(value, ' ') < 0 || slices.ContainsFunc(s.repeated, func(m mention) bool { return m.value == value }) {
			continue
		}
		s.repeated = append(s.repeated, mention{candidate: c, value: value})
		from := 0
		if s.forward {
			from = c.end
		}
		s.repeatValue(s.repeated[len(s.repeated)-1], from)
	}
}

func (s *scan) repeatValue(m mention, at int) {
	c, value := m.candidate, m.value
	for {
		i := strings.Index(s.raw[at:], value)
		if i < 0 {
			return
		}
		at += i
		c.start, c.end = at, at+len(value)
		if !joins(s.raw, c.start) && !joins(s.raw, c.end) && s.used.take(c.start, c.end) {
			s.cands = append(s.cands, c)
			s.kept = append(s.kept, int32(len(s.cands)-1))
		}
		at += len(value)
	}
}

// known reports whether a finding of the candidate's type lies in its range already. The findings kept so far are in
// order of position and do not overlap.
func (s *scan) known(c *candidate) bool {
	first := sort.Search(len(s.kept), func(j int) bool { return s.cands[s.kept[j]].end > c.start })
	for _, i := range s.kept[first:] {
		k := &s.cands[i]
		if k.start >= c.end {
			return false
		}
		if k.det.Type == c.det.Type {
			return true
		}
	}
	return false
}

func compareBool(a, b bool) int {
	switch {
	case a == b:
		return 0
	case a:
		return 1
	}
	return -1
}

// sortKept orders the kept candidates by position.
func (s *scan) sortKept() {
	slices.SortStableFunc(s.kept, func(i, j int32) int {
		a, b := &s.cands[i], &s.cands[j]
		return cmp.Or(cmp.Compare(a.start, b.start), cmp.Compare(a.end, b.end), cmp.Compare(a.det.id, b.det.id))
	})
}

// keepNested keeps, for each detector, its findings from left to right that do not overlap one another.
func (s *scan) keepNested(nested []int32) {
	slices.SortStableFunc(nested, func(i, j int32) int {
		a, b := &s.cands[i], &s.cands[j]
		return cmp.Or(cmp.Compare(a.det.id, b.det.id), cmp.Compare(a.start, b.start), cmp.Compare(b.end, a.end), cmp.Compare(b.score, a.score))
	})
	var last *candidate
	for _, i := range nested {
		if c := &s.cands[i]; last == nil || last.det != c.det || c.start >= last.end {
			s.kept = append(s.kept, i)
			last = c
		}
	}
}

// generality ranks types that many values fit by accident; specific types have 0.
func generality(typ string) int {
	switch typ {
	case "PHONE_NUMBER", "BANK_ACCOUNT", "US_BANK_NUMBER", "DATE_TIME", "SOCIAL_HANDLE", "USERNAME":
		return 1
	case "URL":
		return 2
	case "DOMAIN_NAME":
		return 3
	}
	return 0
}

// layMeaning keeps lexicon findings: of those of one category that overlap, a lexicon's, and the strongest; then each in the
// longest part of its span that no other finding has, shorter ones first.
func (s *scan) layMeaning(meaning []int32) {
	if len(meaning) == 0 {
		return
	}
	// A lexicon's words say more of what a finding is than a model does, whose judgment has raised the lexicon's score.
	slices.SortStableFunc(meaning, func(i, j int32) int {
		a, b := &s.cands[i], &s.cands[j]
		return cmp.Or(compareBool(b.det.Lexicon != nil, a.det.Lexicon != nil), cmp.Compare(b.score, a.score))
	})
	spans := map[Category]bitset{}
	all := slices.Clone(meaning)
	meaning = slices.DeleteFunc(meaning, func(i int32) bool {
		c := &s.cands[i]
		if spans[c.det.Category] == nil {
			spans[c.det.Category] = bitset(nil).empty(len(s.raw))
		}
		return !spans[c.det.Category].take(c.start, c.end)
	})
	s.widen(meaning, all)
	size := func(i int32) int { return s.cands[i].end - s.cands[i].start }
	slices.SortStableFunc(meaning, func(i, j int32) int { return cmp.Compare(size(i), size(j)) })
	for _, i := range meaning {
		s.keepFree(i)
	}
}

// widen makes what lexicons have found as long as what a model says of it, which judges whole sentences: of a sentence
// that is redacted nothing must be left that says the same. Several findings in a sentence share it.
func (s *scan) widen(kept, all []int32) {
	said := map[Category][]*candidate{}
	for _, i := range kept {
		if c := &s.cands[i]; c.det.Lexicon != nil {
			said[c.det.Category] = append(said[c.det.Category], c)
		}
	}
	for _, list := range said { // apart from each other, and they stay so
		slices.SortFunc(list, func(a, b *candidate) int { return cmp.Compare(a.start, b.start) })
	}
	for _, j := range all {
		m := &s.cands[j]
		if m.det.Model == nil {
			continue
		}
		list := said[m.det.Category]
		first, _ := slices.BinarySearchFunc(list, m.start+1, func(c *candidate, end int) int { return cmp.Compare(c.end, end) })
		for n := first; n < len(list) && list[n].start < m.end; n++ {
			c := list[n]
			s.effort.work++
			if n == first {
				c.start = min(c.start, m.start)
			}
			if n+1 < len(list) && list[n+1].start < m.end {
				c.end = max(c.end, list[n+1].start)
			} else {
				c.end = max(c.end, m.end)
			}
		}
	}
}

// minPart is how long a part of a sentence beside values is that is kept beside the longest one.
const minPart = 8

// keepFree keeps a candidate in the parts of its span that no other finding has: the longest, and those that say something
// by themselves.
func (s *scan) keepFree(i int32) {
	c := s.cands[i]
	longest, last := true, c.end
	for start, end := s.freePart(c.start, last); start < end && (longest || end-start >= minPart); start, end = s.freePart(c.start, last) {
		s.used.take(start, end)
		part := c
		part.start, part.end = start, end
		if longest {
			s.cands[i] = part
			s.kept = append(s.kept, i)
		} else {
			s.cands = append(s.cands, part)
			s.kept = append(s.kept, int32(len(s.cands)-1))
		}
		longest = false
	}
}

// freePart returns the longest part of a range that is not taken, without spaces at its ends.
func (s *scan) freePart(start, end int) (int, int) {
	bestStart, bestEnd := start, start
	for i := start; i < end; {
		if s.used.has(i, i+1) || s.raw[i] == ' ' {
			i++
			continue
		}
		from := i
		for i < end && !s.used.has(i, i+1) {
			i++
		}
		to := i
		for to > from && s.raw[to-1] == ' ' {
			to--
		}
		if to-from > bestEnd-bestStart {
			bestStart, bestEnd = from, to
		}
	}
	return bestStart, bestEnd
}

// bitset marks the bytes of a text that findings have.
type bitset []uint64

// empty returns a set for n bytes, in the memory of b where that is enough.
func (b bitset) empty(n int) bitset {
	return append(b[:0], make([]uint64, n/64+1)...)
}

// has reports whether a byte of the range, which is not empty, is marked.
func (b bitset) has(start, end int) bool {
	for w := start >> 6; w <= (end-1)>>6; w++ {
		if b[w]&wordMask(w, start, end) != 0 {
			return true
		}
	}
	return false
}

// take marks the range unless a byte of it is marked already, and reports whether it did.
func (b bitset) take(start, end int) bool {
	if b.has(start, end) {
		return false
	}
	for w := start >> 6; w <= (end-1)>>6; w++ {
		b[w] |= wordMask(w, start, end)
	}
	return true
}

// wordMask has the bits of the range that fall into word w.
func wordMask(w, start, end int) uint64 {
	mask := ^uint64(0)
	if low := start - w<<6; low > 0 {
		mask <<= low
	}
	if high := end - w<<6; high < 64 {
		mask &= 1<<high - 1
	}
	return mask
}

// noteLosers tells the kept candidates, which are in order of position, whom they beat: alternatives had the
// same span, beaten ones another.
func (s *scan) noteLosers() {
	for i := range s.cands {
		c := &s.cands[i]
		first := sort.Search(len(s.kept), func(j int) bool { return s.cands[s.kept[j]].end > c.start })
		if first == len(s.kept) {
			continue
		}
		w := &s.cands[s.kept[first]]
		switch {
		case w.start >= c.end || w.det.Type == c.det.Type || c.det.Encloses:
		case w.start == c.start && w.end == c.end:
			w.alternatives = appendName(w.alternatives, c.det.Type)
		default:
			w.beaten = appendName(w.beaten, c.det.Type)
		}
	}
}

// maxLosers bounds the names in an explanation.
const maxLosers = 8

func appendName(names []string, name string) []string {
	if len(names) >= maxLosers || slices.Contains(names, name) {
		return names
	}
	return append(names, name)
}

// finding turns a candidate into what the caller gets; countOffsets adds the other units.
func (s *scan) finding(c *candidate) Finding {
	f := Finding{
		Type: c.det.Type, Category: c.det.Category, Detector: c.det.Name,
		ByteStart: c.start, ByteEnd: c.end, Score: c.score, Validated: c.valid,
	}
	if s.plan.explain {
		f.Explanation = c.explain()
	}
	return f
}
