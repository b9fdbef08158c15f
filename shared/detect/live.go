package detect

import (
	"cmp"
	"slices"
	"strings"

	"guardrails/shared/model"
)

// live is what a scan knows of the stream that its text is a window of. A stream cuts its text at joints: places that no
// value, match, word or decoded run touches with both ends, where a sentence and a unit of the models end, and behind
// which there is enough text that nothing to come changes what is found before. Detectors then begin at a joint as they
// would in the whole text.
type live struct {
	// on says that the scan is of a stream's window. What starts before rawFrom in the raw text, and from in the view, has
	// been told and is only context.
	on bool
	// partial says that the window is not all of the text.
	partial       bool
	from, rawFrom int
	// marks are ranges of the raw text that no joint may cut.
	marks []extent
	// matched and open are the matches of patterns, and the keywords whose windows end behind the text.
	matched, open []trace
	// chains are the windows of sentences, and begin says where the first starts that reaches over the last joint: a sentence
	// longer than a window has a row of them, each of which starts where the one before says. path names the view.
	chains []chain
	begin  map[chainKey]int
	path   string
	// repeated are the values found so far that are looked for again; forward says that they are so only behind the place
	// where they are found. inView says that the text is a view of the scanned one.
	repeated        []mention
	forward, inView bool
}

// extent is a range of a text, in bytes.
type extent struct{ start, end int }

// trace is a range of the view that a detector has looked at, because of a word in it or for what it matches.
type trace struct {
	det *compiled
	extent
	word int
}

// chainKey names a row of windows: those of a lexicon in a reading of a view.
type chainKey struct {
	path string
	det  int
}

// chain is a range of the raw text that is a window.
type chain struct {
	chainKey
	extent
}

func (l *live) reset() {
	*l = live{marks: l.marks[:0], matched: l.matched[:0], open: l.open[:0], chains: l.chains[:0]}
}

// mark notes a range of the view that no joint may cut.
func (s *scan) mark(start, end int) {
	if s.on && start < end {
		start, end = s.toRaw(start, end)
		s.markRaw(start, end)
	}
}

// markRaw is mark for a range of the raw text.
func (s *scan) markRaw(start, end int) {
	if s.on {
		s.marks = append(s.marks, extent{start, end})
	}
}

func (s *scan) markIn(raw bool, start, end int) {
	if raw {
		s.markRaw(start, end)
		return
	}
	s.mark(start, end)
}

// markCandidates marks what has been found so far.
func (s *scan) markCandidates() {
	if !s.on {
		return
	}
	for i := range s.cands {
		s.markRaw(s.cands[i].start, s.cands[i].end)
	}
}

// markMap marks what a view of the view has in another form.
func (s *scan) markMap(m spanMap) {
	for i, run := range m {
		if run.srcLen == run.dstLen || !s.on {
			continue
		}
		units := 1
		if i+1 < len(m) {
			units = int(m[i+1].dst-run.dst) / int(run.dstLen)
		}
		s.mark(int(run.src), int(run.src)+units*int(run.srcLen))
	}
}

// takeMarks takes over the marks of a view of all of the text.
func (s *scan) takeMarks(v *view, sub *scan) {
	if v.outer == nil {
		return
	}
	n := len(sub.raw)
	for _, m := range sub.marks {
		if m.start < m.end {
			s.markRaw(v.outer(m.start, min(n, m.end)))
		}
	}
	for _, c := range sub.chains {
		if c.start < c.end {
			c.start, c.end = v.outer(c.start, c.end)
		}
		s.chains = append(s.chains, c)
	}
}

// anyDetector stands in a key for a view that there is.
const anyDetector = -1

// noteReading notes that there is a reading.
func (s *scan) noteReading(r *reading) {
	if s.on {
		s.chains = append(s.chains, chain{chainKey: chainKey{s.path + r.name, anyDetector}})
	}
}

// noteChain notes a window of a lexicon in a reading, by its words.
func (s *scan) noteChain(r *reading, hits []lexHit) {
	if s.on {
		start, end := r.m.span(int(hits[0].start), int(hits[len(hits)-1].end))
		start, end = s.toRaw(start, end)
		s.chains = append(s.chains, chain{chainKey{s.path + r.name, hits[0].det.id}, extent{start, end}})
	}
}

// beginOf returns the place in a reading from which a lexicon takes words.
func (s *scan) beginOf(r *reading, d *compiled) int {
	if len(s.begin) == 0 {
		return r.from
	}
	path := s.path + r.name
	if _, had := s.begin[chainKey{path, anyDetector}]; !had {
		path = "" // what the text itself had, which said the same up to here
	}
	at, ok := s.begin[chainKey{path, d.id}]
	if !ok {
		return r.from
	}
	at = s.toView(at)
	if r.m != nil {
		at = r.m.place(at, len(r.text))
	}
	return at
}

// noteMatch notes what an expression of a pattern matches.
func (s *scan) noteMatch(d *compiled, start, end int) {
	if s.on {
		s.matched = append(s.matched, trace{det: d, extent: extent{start, end}})
		s.mark(start, end)
	}
}

// noteOpen notes a keyword whose window goes on behind the text.
func (s *scan) noteOpen(d *compiled, start, end int) {
	if !s.on {
		return
	}
	lo, hi := d.reach(start, end, len(s.text)+maxWindow)
	if hi > len(s.text) && lo < len(s.text)-holdBack && end > s.from {
		s.open = append(s.open, trace{det: d, extent: extent{max(lo, s.from), len(s.text)}, word: start})
	}
}

// firstOpen returns where in the view the first window begins that goes on behind the text, but for those whose match is
// complete, and n if there is none before.
func (s *scan) firstOpen(n int) int {
	slices.SortFunc(s.open, func(a, b trace) int { return cmp.Compare(a.start, b.start) })
	for _, o := range s.open {
		complete := slices.ContainsFunc(s.matched, func(m trace) bool {
			return m.det == o.det && m.start <= o.word && o.word < m.end && m.end < len(s.text)
		})
		if !complete {
			n = min(n, o.start)
			break
		}
	}
	for _, l := range s.plan.leads {
		low := max(s.from, len(s.text)-l.window)
		if i := strings.Index(strings.ToLower(s.text[low:]), l.word); i >= 0 {
			n = min(n, low+i)
		}
	}
	return n
}

// before returns the place in the view from which an expression sees a stream's text: one character before the joint,
// which says whether a word begins there.
func (s *scan) before() int {
	at := s.from
	if at > 0 {
		for at--; at > 0 && s.text[at]&0xC0 == 0x80; {
			at--
		}
	}
	return at
}

// unitEnds returns where the units of the view end, from what has been told on.
func (s *scan) unitEnds() []int32 {
	if len(s.ends) == 0 {
		s.ends = appendUnitEnds(s.ends, s.text, s.from, s.fences)
	}
	return s.ends
}

// appendUnitEnds appends where the units of a text end, from a place on. A unit ends at a fence in any case.
func appendUnitEnds(ends []int32, text string, from int, fences []int32) []int32 {
	for at := from; at < len(text); {
		for len(fences) > 0 && int(fences[0]) <= at {
			fences = fences[1:]
		}
		rest := text[at:]
		if len(fences) > 0 {
			rest = text[at:fences[0]]
		}
		at += model.UnitEnd(rest)
		ends = append(ends, int32(at))
	}
	return ends
}
