package detect

import (
	"fmt"
	"math"
	"slices"
	"sort"
)

// The scoring constants: what context, grouping and a neutral neighbor are worth.
const (
	contextNear    = 0.40 // a context word at most nearWords away
	contextFar     = 0.20 // at farWords; between them the worth falls in a line
	groupingWorth  = 0.20
	negativeWorth  = -0.30
	maxScore       = 0.99
	nearWords      = 6
	farWords       = 12
	negativeWords  = 4
	maxContextHits = 48 // hits looked at on each side of a candidate
	strongBase     = 0.50
	noDistance     = math.MaxInt32
)

// candidate is a possible finding, in bytes of the raw text.
type candidate struct {
	start, end int
	det        *compiled
	score      float64
	base       float64
	valid      bool
	grouped    bool
	// folded says that the value reads differently in the view.
	folded bool
	// attached says that the value hangs on another word, so that it needs a context word.
	attached bool
	// view names the other text that the candidate was found in, "" the text itself; whole says that its range is all
	// that was decoded, and not the value's own.
	view  string
	whole bool
	// loses ranks candidates that are otherwise equal: lower wins.
	evidence evidence
	// why is the mask, expression or rule that made the candidate; rules are the lexicon rules that fired.
	why   string
	rules uint64
	// support is what a model added to a lexicon's judgment; judgment explains a model's own.
	support  float64
	judgment *judgment
	// beaten and alternatives are filled by the resolver if an explanation is asked for.
	beaten, alternatives []string
}

// evidence is what stands around a candidate.
type evidence struct {
	// distance is in words to the nearest context word, negative to the nearest negative word.
	distance, negative int
	context            [maxShown]*entry
	shown              int
	negativeEntry      *entry
	fromKeys           bool
}

// maxShown is how many context words an explanation names.
const maxShown = 3

// offer scores a candidate in the view and keeps it if it reaches the threshold.
func (s *scan) offer(d *compiled, start, end int, v Verdict, grouped bool, why string) {
	if v == Reject || start >= end || !s.plan.enabled[d.id] {
		return
	}
	s.offerScored(candidate{
		start: start, end: end, det: d, base: d.base(v), valid: v == Valid, grouped: grouped, why: why,
	})
}

// base returns the base score of a candidate with the verdict.
func (d *compiled) base(v Verdict) float64 {
	if v == Valid && d.ValidBase > 0 {
		return d.ValidBase
	}
	return d.Base
}

// offerScored keeps a candidate whose range is in the view.
func (s *scan) offerScored(c candidate) {
	start, end := s.toRaw(c.start, c.end)
	s.keep(c, c.start, c.end, start, end)
}

// offerRaw keeps a candidate whose range is in the raw text.
func (s *scan) offerRaw(c candidate) {
	start, end := c.start, c.end
	if s.folded {
		start, end = s.folder.m.view(start, end, len(s.text))
	}
	s.keep(c, start, end, c.start, c.end)
}

// keep adds context to a candidate, whose range is [start, end) in the view, and keeps it if it reaches the threshold.
func (s *scan) keep(c candidate, start, end, rawStart, rawEnd int) {
	if rawStart < s.rawFrom {
		return // told already
	}
	c.evidence = s.evidence(c.det, start, end)
	if (c.attached || c.det.NeedContext && !c.grouped) && c.evidence.distance > farWords {
		return
	}
	if c.score = c.total(); c.score < s.plan.min[c.det.id] {
		return
	}
	c.start, c.end = rawStart, rawEnd
	c.folded = s.folded && s.raw[rawStart:rawEnd] != s.text[start:end]
	s.cands = append(s.cands, c)
}

// total adds up the score.
func (c *candidate) total() float64 {
	score := c.base + c.evidence.boost() + c.evidence.penalty()
	if c.takesGrouping() {
		score += groupingWorth
	}
	return math.Round(max(0, min(score, maxScore))*1e4) / 1e4
}

func (c *candidate) takesGrouping() bool { return c.grouped && c.base < strongBase }

// boost is what the nearest context word is worth.
func (ev *evidence) boost() float64 {
	switch {
	case ev.distance <= nearWords:
		return contextNear
	case ev.distance <= farWords:
		over := float64(ev.distance-nearWords) / (farWords - nearWords)
		return contextNear - over*(contextNear-contextFar)
	}
	return 0
}

// penalty is what a negative word is worth that is nearer than any context word.
func (ev *evidence) penalty() float64 {
	if ev.negative <= negativeWords && ev.negative < ev.distance {
		return negativeWorth
	}
	return 0
}

// evidence looks at the words around a range of the view, and at the keys.
func (s *scan) evidence(d *compiled, start, end int) evidence {
	ev := evidence{distance: noDistance, negative: noDistance}
	if len(d.Context) == 0 && len(d.Negative) == 0 && !d.takesNeutral() {
		return ev
	}
	if end <= start {
		return ev
	}
	for i := range s.keys[d.bank] {
		ev.noteKey(&s.keys[d.bank][i], d, s.innermost)
	}
	hits := s.hits[d.bank]
	if len(hits) == 0 {
		return ev
	}
	first := sort.Search(len(hits), func(i int) bool { return int(hits[i].end) > start })
	s.look(&ev, d, hits[max(0, first-maxContextHits):first], start, true)
	s.look(&ev, d, hits[first:min(len(hits), first+maxContextHits)], end, false)
	return ev
}

// look notes the hits on one side of a candidate that starts or ends at edge, from near to far.
func (s *scan) look(ev *evidence, d *compiled, hits []hit, edge int, left bool) {
	for i := range hits {
		h := &hits[i]
		distance := 0
		if left {
			h = &hits[len(hits)-1-i]
			distance = s.rank(edge) - s.rank(int(h.end)-1)
		} else {
			if int(h.start) < edge {
				continue
			}
			distance = s.rank(int(h.start)) - s.rank(edge-1)
		}
		if distance > farWords {
			return
		}
		ev.note(h.entry, d, max(1, distance))
	}
}

// noteKey takes account of a word in the names around the text. Outer names can say what a value is, but only the
// innermost, from byte innermost on, says what it is not.
func (ev *evidence) noteKey(h *hit, d *compiled, innermost int) {
	if h.entry.hasContext(d.id) || int(h.start) >= innermost {
		ev.note(h.entry, d, 1)
	}
	ev.fromKeys = ev.distance == 1
}

// note takes account of one word at a distance.
func (ev *evidence) note(e *entry, d *compiled, distance int) {
	if e.hasContext(d.id) {
		ev.distance = min(ev.distance, distance)
		ev.show(e)
		return
	}
	if distance < ev.negative && e.hasNegative(d) {
		ev.negative, ev.negativeEntry = distance, e
	}
}

// show keeps a context word for the explanation.
func (ev *evidence) show(e *entry) {
	if ev.shown < maxShown && !slices.Contains(ev.context[:ev.shown], e) {
		ev.context[ev.shown] = e
		ev.shown++
	}
}

// explain builds the explanation of a finding.
func (c *candidate) explain() *Explanation {
	x := &Explanation{
		Pattern: c.why, RuleID: c.det.Name, BaseScore: c.base, Score: c.score, View: "raw",
		Context: []string{}, Alternatives: c.alternatives, Beaten: c.beaten,
	}
	if c.valid {
		x.Validator = c.det.Validator
	}
	switch {
	case c.view != "":
		x.View = c.view
	case c.folded:
		x.View = "shadow"
	}
	for _, e := range c.evidence.context[:c.evidence.shown] {
		x.Context = append(x.Context, e.text)
	}
	x.Boosts = c.boosts()
	return x
}

// boosts names what changed the base score.
func (c *candidate) boosts() []string {
	var out []string
	if b := c.evidence.boost(); b != 0 {
		name := "context"
		if c.evidence.fromKeys {
			name = "key"
		}
		out = append(out, fmt.Sprintf("%s %+.2f", name, b))
	}
	if c.takesGrouping() {
		out = append(out, fmt.Sprintf("grouping %+.2f", groupingWorth))
	}
	if p := c.evidence.penalty(); p != 0 {
		out = append(out, fmt.Sprintf("negative %s %+.2f", c.evidence.negativeEntry.text, p))
	}
	out = append(out, c.ruleNames()...)
	if c.support > 0 {
		out = append(out, fmt.Sprintf("model %.2f", c.support))
	}
	return out
}

// ruleNames names the lexicon rules that fired.
func (c *candidate) ruleNames() []string {
	if c.rules == 0 {
		return nil
	}
	var out []string
	for i, r := range c.det.Lexicon.Rules {
		if c.rules&(1<<i) != 0 {
			out = append(out, fmt.Sprintf("rule %s %.2f", r.Name, r.Weight))
		}
	}
	return out
}
