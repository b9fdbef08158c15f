package detect

import (
	"cmp"
	"math/bits"
	"slices"
	"strings"
)

// lexiconState is a Lexicon with its sets as bits and its rules in terms of them.
type lexiconState struct {
	sets  map[string]uint64
	rules []setRule
	// reports and harmless are the sets of those phrases, or 0.
	reports, harmless uint64
}

// setRule is a LexiconRule whose sets are bits.
type setRule struct {
	order   []uint64
	all     uint64
	none    uint64
	within  int
	ordered bool
	// beside says that only a none word right before the first word counts.
	beside bool
	weight float64
}

// lexHit is a word of a lexicon in the text, with the number of the word in the view.
type lexHit struct {
	det        *compiled
	start, end int32
	rank, last int32
	sets       uint64
}

const (
	// maxSentence and maxSentenceHits bound a sentence window, in bytes and in words of one lexicon. Where a sentence
	// is longer, its windows overlap by half, so that what is said across a border is in one of them.
	maxSentence     = 600
	maxSentenceHits = 64
	// noneReach is how many words before the first word of a rule its None sets reach.
	noneReach = 3
)

func newLexiconState(l *Lexicon) *lexiconState {
	st := &lexiconState{sets: make(map[string]uint64, len(l.Words))}
	names := make([]string, 0, len(l.Words))
	for name := range l.Words {
		names = append(names, name)
	}
	slices.Sort(names)
	for i, name := range names {
		st.sets[name] = 1 << i
	}
	for _, r := range l.Rules {
		st.rules = append(st.rules, st.rule(r))
	}
	st.reports, st.harmless = st.sets[l.Reports], st.sets[l.Harmless]
	return st
}

func (st *lexiconState) rule(r LexiconRule) setRule {
	out := setRule{within: r.Within, ordered: r.Ordered, beside: r.NoneBeside, weight: r.Weight}
	if out.within == 0 {
		out.within = maxSentence
	}
	for _, name := range r.All {
		out.order = append(out.order, st.sets[name])
		out.all |= st.sets[name]
	}
	for _, name := range r.None {
		out.none |= st.sets[name]
	}
	return out
}

// meaning reports whether a detector looks for what is said, and not for values.
func (d *compiled) meaning() bool { return d.Lexicon != nil || d.Model != nil }

// runMeaning asks the models and applies the rules of each lexicon: to the words as they stand, and as disguised words
// read.
func (s *scan) runMeaning() {
	k := s.plan.e.banks[0]
	if !k.lexicons && len(s.plan.e.judges) == 0 {
		return
	}
	plain := &reading{text: s.text, ranks: &s.ranks, from: s.from, ends: s.unitEnds()}
	disguises := s.disguises(plain)
	s.read(plain, s.hits[0])
	for _, r := range disguises {
		s.read(r, r.findWords(s, k))
	}
}

// read looks for meaning in one reading of the text.
func (s *scan) read(r *reading, hits []hit) {
	s.judgeUnits(r)
	s.readLexicons(r, hits)
}

// readLexicons applies the rules to one reading of the text, one sentence window at a time.
func (s *scan) readLexicons(r *reading, hits []hit) {
	s.noteReading(r)
	s.collectLexicons(r, hits)
	slices.SortStableFunc(s.lexHits, func(a, b lexHit) int {
		return cmp.Or(cmp.Compare(a.det.id, b.det.id), cmp.Compare(a.start, b.start), cmp.Compare(a.end, b.end))
	})
	s.dropHarmless()
	for i := 0; i < len(s.lexHits) && !s.effort.ended; {
		n, cut := sentence(r.text, s.lexHits[i:])
		s.noteChain(r, s.lexHits[i:i+n])
		if !r.repeats(s.text, int(s.lexHits[i].start), int(s.lexHits[i+n-1].end)) {
			s.runRules(r, s.lexHits[i:i+n])
		}
		if cut {
			n = half(s.lexHits[i : i+n])
		}
		i += n
	}
}

// dropHarmless drops the words that stand in a harmless phrase of their lexicon. Hits are in order of lexicon and start,
// so that those inside a phrase are near it.
func (s *scan) dropHarmless() {
	var in *compiled // the lexicon of the last phrase, which ends at end
	end := int32(0)
	kept := s.lexHits[:0]
	for _, h := range s.lexHits {
		if h.det != in {
			in, end = h.det, 0
		}
		switch {
		case h.sets&h.det.lexicon.harmless != 0:
			for n := len(kept); n > 0 && kept[n-1].det == in && kept[n-1].start == h.start; n-- {
				kept = kept[:n-1]
			}
			end = max(end, h.end)
		case h.start >= end:
			kept = append(kept, h)
		}
	}
	s.lexHits = kept
}

// collectLexicons gathers the words of the lexicons that have all sets of some rule in the text: most texts have
// words of many lexicons, and few have what a rule needs.
func (s *scan) collectLexicons(r *reading, hits []hit) {
	clear(s.seen)
	s.lexHits = s.lexHits[:0]
	for i := range hits {
		for _, role := range hits[i].entry.lexicon {
			s.seen[role.det.id] |= role.sets
		}
	}
	for i := range hits {
		for _, role := range hits[i].entry.lexicon {
			if s.runs(r, role.det, &hits[i]) && role.det.lexicon.possible(s.seen[role.det.id]) && int(hits[i].start) >= s.beginOf(r, role.det) {
				s.lexHits = append(s.lexHits, r.lexHit(&hits[i], role))
			}
		}
	}
}

// runs reports whether a lexicon takes a word. A soft hyphen leaves a piece of a word that is a word of its own now and
// then, and one word is enough to be toxic.
func (s *scan) runs(r *reading, d *compiled, h *hit) bool {
	if !s.plan.enabled[d.id] || len(s.soft) == 0 || d.Category != CategoryToxicity {
		return s.plan.enabled[d.id]
	}
	start, end := r.m.span(int(h.start), int(h.end))
	_, before := slices.BinarySearch(s.soft, int32(start-1))
	_, after := slices.BinarySearch(s.soft, int32(end))
	return !before && !after
}

// possible reports whether some rule has all its sets in seen.
func (st *lexiconState) possible(seen uint64) bool {
	for i := range st.rules {
		if st.rules[i].all&^seen == 0 {
			return true
		}
	}
	return false
}

// sentence returns how many of the hits, which are not empty, share the first one's lexicon and sentence, and whether
// the sentence goes on behind them.
func sentence(text string, hits []lexHit) (n int, cut bool) {
	first := &hits[0]
	for i := 1; i < len(hits); i++ {
		h := &hits[i]
		switch {
		case h.det != first.det, endsSentence(text, int(hits[i-1].end), int(h.start)):
			return i, false
		case i == maxSentenceHits, int(h.end-first.start) > maxSentence:
			return i, true
		}
	}
	return len(hits), false
}

// half returns how many hits of a full window the next one leaves out.
func half(hits []lexHit) int {
	for i := 1; i < len(hits); i++ {
		if i >= maxSentenceHits/2 || int(hits[i].start-hits[0].start) >= maxSentence/2 {
			return i
		}
	}
	return len(hits)
}

// endsSentence reports whether a sentence ends in text[from:to]: at a full stop, question or exclamation mark
// before a space, or at a line's end with an empty line after it.
func endsSentence(text string, from, to int) bool {
	for i := from; i < to; i++ {
		switch text[i] {
		case '.', '?', '!':
			if i+1 < len(text) && (text[i+1] == ' ' || text[i+1] == '\n') {
				return true
			}
		case '\n':
			if i+1 < len(text) && text[i+1] == '\n' {
				return true
			}
		}
	}
	return false
}

// runRules fires the rules of one lexicon over the words of one sentence window, and offers one finding for all.
func (s *scan) runRules(r *reading, hits []lexHit) {
	d := hits[0].det
	var seen uint64
	for i := range hits {
		seen |= hits[i].sets
	}
	miss, best := 1.0, 0.0
	c := candidate{det: d, start: -1}
	for i := range d.lexicon.rules {
		rule := &d.lexicon.rules[i]
		if rule.all&^seen != 0 {
			continue
		}
		s.effort.spend(len(hits))
		from, to, ok := rule.find(r.text, hits)
		if !ok {
			continue
		}
		miss *= 1 - rule.weight
		c.rules |= 1 << i
		if rule.weight > best {
			best, c.why = rule.weight, d.Lexicon.Rules[i].Name
		}
		if c.start < 0 || from < c.start {
			c.start = from
		}
		c.end = max(c.end, to)
	}
	if c.start >= 0 {
		c.support = supportWorth * s.support(d.Category, c.start)
		c.base = 1 - miss*(1-c.support)
		if s.mentions(r.text, hits, c.start, c.end) {
			c.base /= 2
		}
		c.start, c.end = r.m.span(c.start, c.end)
		s.offerScored(c)
	}
}

// find returns the span of the first place where the rule holds.
func (r *setRule) find(text string, hits []lexHit) (from, to int, ok bool) {
	for i := range hits {
		if hits[i].sets&r.all == 0 || r.none != 0 && r.excluded(text, hits, i) {
			continue
		}
		if r.ordered {
			to, ok = r.chain(hits[i:])
		} else {
			to, ok = r.cover(hits[i:])
		}
		if ok {
			return int(hits[i].start), to, true
		}
	}
	return 0, 0, false
}

// excluded reports whether a word of a None set stands shortly before hit i.
func (r *setRule) excluded(text string, hits []lexHit, i int) bool {
	for j := i - 1; j >= 0 && hits[i].rank-hits[j].last <= noneReach; j-- {
		if hits[j].sets&r.none == 0 || hits[j].end > hits[i].start {
			continue
		}
		if !r.beside || strings.TrimLeft(text[hits[j].end:hits[i].start], " \t\r\n_") == "" {
			return true
		}
	}
	return false
}

// maxQuote bounds how far the marks of a quotation are looked for, and how far from them a reporting word counts.
const maxQuote = 160

// mentions reports whether text[start:end] stands in quotation marks with a reporting word outside them.
func (s *scan) mentions(text string, hits []lexHit, start, end int) bool {
	st := hits[0].det.lexicon
	if st.reports == 0 || s.plan.source == SourceIndirect {
		return false
	}
	open, closing := quotation(text, start, end)
	if open < 0 {
		return false
	}
	return slices.ContainsFunc(hits, func(h lexHit) bool {
		return h.sets&st.reports != 0 && (int(h.end) <= open && int(h.end) > open-maxQuote || int(h.start) > closing && int(h.start) < closing+maxQuote)
	})
}

// quotation returns where the marks around a range stand, or -1. A mark opens behind a space or bracket and closes
// before anything but a letter, which tells it from an apostrophe.
func quotation(text string, start, end int) (open, closing int) {
	for open = start - 1; open >= max(0, start-maxQuote); open-- {
		c := text[open]
		if !isQuote(c) || open > 0 && isWordByte(text[open-1]) {
			continue
		}
		for closing = end; closing < min(len(text), end+maxQuote); closing++ {
			if text[closing] == c && (closing+1 == len(text) || !isWordByte(text[closing+1])) {
				return open, closing
			}
		}
	}
	return -1, -1
}

func isQuote(c byte) bool { return c == '"' || c == '\'' || c == '`' }

// chain finds the sets in order, each word after the one before, starting with the first hit.
func (r *setRule) chain(hits []lexHit) (end int, ok bool) {
	next, at := 0, int32(0)
	for i := range hits {
		h := &hits[i]
		if int(h.last-hits[0].rank) > r.within {
			return 0, false
		}
		if h.sets&r.order[next] == 0 || i > 0 && h.start < at {
			if i == 0 {
				return 0, false
			}
			continue
		}
		at = h.end
		if next++; next == len(r.order) {
			return int(at), true
		}
	}
	return 0, false
}

// cover finds all sets in any order, starting with the first hit, each set in a word of its own where possible.
func (r *setRule) cover(hits []lexHit) (end int, ok bool) {
	missing := r.all
	for i := range hits {
		h := &hits[i]
		if int(h.last-hits[0].rank) > r.within {
			return 0, false
		}
		if got := h.sets & missing; got != 0 {
			missing &^= 1 << bits.TrailingZeros64(got)
			end = max(end, int(h.end))
		}
		if missing == 0 {
			return end, true
		}
	}
	return 0, false
}
