package detect

import (
	"cmp"
	"slices"
	"sort"
)

// maxFindings is how many findings Result.Findings lists; the rest are hidden.
const maxFindings = 10_000

// resolve picks among overlapping candidates, so that the rest do not overlap, and orders them by position.
//
// Values come first: validated over not, longer, higher score, nearer context, specific over generic. Meaning
// (lexicon findings) spans whole sentences and must neither hide the values in it nor be hidden by them, so it
// is laid around them afterwards. Custom findings with keep_nested are exempt.
func (s *scan) resolve() {
	if len(s.cands) == 0 {
		return
	}
	s.used = append(s.used[:0], make([]uint64, len(s.raw)/64+1)...)
	slices.SortStableFunc(s.cands, precedence)
	var kept, nested, meaning []candidate
	for i := range s.cands {
		c := &s.cands[i]
		switch {
		case c.det.custom != nil && c.det.custom.keepNested:
			nested = append(nested, *c)
		case c.det.Lexicon != nil:
			meaning = append(meaning, *c)
		case !s.taken(c.start, c.end):
			s.take(c.start, c.end)
			kept = append(kept, *c)
		}
	}
	kept = s.layMeaning(kept, meaning)
	slices.SortStableFunc(kept, byPosition)
	if s.plan.explain {
		noteLosers(kept, s.cands)
	}
	kept = append(kept, nested...)
	slices.SortStableFunc(kept, byPosition)
	s.cands = append(s.cands[:0], kept...)
}

// precedence orders candidates so that of two that overlap, the first one stays.
func precedence(a, b candidate) int {
	return cmp.Or(
		-compareBool(a.valid, b.valid),
		-cmp.Compare(a.end-a.start, b.end-b.start),
		-cmp.Compare(a.score, b.score),
		cmp.Compare(a.evidence.distance, b.evidence.distance),
		cmp.Compare(generality(a.det.Type), generality(b.det.Type)),
		cmp.Compare(a.det.id, b.det.id),
		cmp.Compare(a.start, b.start),
	)
}

func byPosition(a, b candidate) int {
	return cmp.Or(cmp.Compare(a.start, b.start), cmp.Compare(a.end, b.end), cmp.Compare(a.det.id, b.det.id))
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

// layMeaning adds lexicon findings: of those of one category that overlap, the strongest; then each in the
// longest part of its span that no other finding has, shorter ones first.
func (s *scan) layMeaning(kept, meaning []candidate) []candidate {
	var strongest []candidate
	slices.SortStableFunc(meaning, func(a, b candidate) int {
		return cmp.Or(-cmp.Compare(a.score, b.score), precedence(a, b))
	})
	for _, c := range meaning {
		if !slices.ContainsFunc(strongest, func(o candidate) bool { return c.overlaps(o) && c.det.Category == o.det.Category }) {
			strongest = append(strongest, c)
		}
	}
	slices.SortStableFunc(strongest, func(a, b candidate) int { return cmp.Compare(a.end-a.start, b.end-b.start) })
	for _, c := range strongest {
		if c.start, c.end = s.freePart(c.start, c.end); c.start < c.end {
			s.take(c.start, c.end)
			kept = append(kept, c)
		}
	}
	return kept
}

func (c *candidate) overlaps(o candidate) bool { return c.start < o.end && o.start < c.end }

// freePart returns the longest part of a range that is not taken, without spaces at its ends.
func (s *scan) freePart(start, end int) (int, int) {
	if !s.taken(start, end) {
		return start, end
	}
	bestStart, bestEnd := start, start
	for i := start; i < end; {
		if s.taken(i, i+1) || s.raw[i] == ' ' {
			i++
			continue
		}
		from := i
		for i < end && !s.taken(i, i+1) {
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

// taken reports whether a kept candidate has a byte of the range.
func (s *scan) taken(start, end int) bool {
	for w := start >> 6; w <= (end-1)>>6; w++ {
		if s.used[w]&wordMask(w, start, end) != 0 {
			return true
		}
	}
	return false
}

func (s *scan) take(start, end int) {
	for w := start >> 6; w <= (end-1)>>6; w++ {
		s.used[w] |= wordMask(w, start, end)
	}
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

// noteLosers tells the kept candidates, in order of position, which others they beat: alternatives had the same
// span, beaten ones another.
func noteLosers(kept, all []candidate) {
	for i := range all {
		c := &all[i]
		first := sort.Search(len(kept), func(j int) bool { return kept[j].end > c.start })
		if first == len(kept) || kept[first].start >= c.end || kept[first].det.Type == c.det.Type {
			continue
		}
		w := &kept[first]
		if w.start == c.start && w.end == c.end {
			w.alternatives = appendName(w.alternatives, c.det.Type)
		} else {
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
