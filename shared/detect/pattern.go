package detect

import (
	"cmp"
	"fmt"
	"math"
	"regexp"
	"slices"
	"strings"
)

// window is the part of the view that a Pattern's expression sees because of keyword hits in it.
type window struct {
	det    *compiled
	lo, hi int32
	// first is where the first of the keywords starts.
	first int32
}

// openWindow notes that a keyword of d stands at [start, end) of the view. Windows that touch are merged, up to a
// length: a text full of keywords is taken in steps, so that a scan can end between them.
func (s *scan) openWindow(d *compiled, start, end int) {
	if !s.plan.enabled[d.id] {
		return
	}
	if d.Pattern.Scan != nil { // it looks at each keyword by itself
		s.windows = append(s.windows, window{det: d, lo: int32(start), hi: int32(end), first: int32(start)})
		return
	}
	lo, hi := d.reach(start, end, len(s.text))
	s.noteOpen(d, start, end)
	if i := s.lastWindow[d.id]; i > 0 {
		if w := &s.windows[i-1]; int32(lo) <= w.hi && hi-int(w.lo) <= max(maxMerged, mergedReaches*(hi-lo)) {
			w.lo, w.hi, w.first = min(w.lo, int32(lo)), max(w.hi, int32(hi)), min(w.first, int32(start))
			return
		}
	}
	s.windows = append(s.windows, window{det: d, lo: int32(lo), hi: int32(hi), first: int32(start)})
	s.lastWindow[d.id] = int32(len(s.windows))
}

// A merged window is at most maxMerged bytes long, or so many times as long as a window of its own: what two windows
// that touch have in common is looked at twice, which must stay a small part.
const (
	maxMerged     = 4 << 10
	mergedReaches = 4
)

// reach returns how far a keyword's window extends in a text of n bytes.
func (d *compiled) reach(start, end, n int) (lo, hi int) {
	size := defaultWindow
	if d.Pattern.Window > 0 {
		size = d.Pattern.Window
	}
	return max(0, start-size), min(n, end+max(size, d.Pattern.Ahead))
}

// runPatterns offers the terms of built-in patterns, and runs the expressions in their windows, detector by detector.
func (s *scan) runPatterns() {
	for _, t := range s.terms {
		if t.det.custom == nil && s.effort.spend(matchWork) {
			s.offer(t.det, int(t.start), int(t.end), Plausible, false, "terms")
		}
	}
	slices.SortStableFunc(s.windows, func(a, b window) int { return cmp.Compare(a.det.id, b.det.id) })
	done, seen := s.from, s.from
	var last *compiled
	for _, w := range s.windows {
		if w.det != last {
			last, done, seen = w.det, s.from, s.from
		}
		if w.det.Pattern.Scan != nil {
			if int(w.first) >= done {
				done = max(done, s.readKeyword(w.det, int(w.first), int(w.hi)))
			}
		} else if int(w.hi) > max(done, seen) { // the window before may have grown over this one
			done, seen = s.runWindow(w.det, done, max(int(w.lo), done), int(w.hi), int(w.first))
		}
		if s.effort.ended {
			return
		}
	}
}

// readKeyword has a detector read the value that belongs to the keyword at [start, end) of the view; it returns where what it
// read ends.
func (s *scan) readKeyword(d *compiled, start, end int) (done int) {
	p := d.pattern
	if p.once.Do(func() { p.err = p.compile(d.Pattern) }); p.err != nil {
		s.fail(d)
		return end
	}
	if !s.effort.spend(keywordWork) {
		return end
	}
	var v Verdict
	defer s.recoverFrom(d, &v)
	from, to, done := d.Pattern.Scan(s.text, start, end)
	if from < to && s.effort.spend(matchWork+to-from) {
		s.noteMatch(d, min(start, from), max(done, to))
		s.match(d, from, to)
	}
	return done
}

// keywordWork is what it costs to read what stands at a keyword, where no value does.
const keywordWork = 32

// minGrowth is the least that a window grows by.
const minGrowth = 256

// runWindow runs one expression over text[lo:hi]; it returns where the last match ended and up to where it looked. A
// match that touches an edge of the window may be cut there, so the window grows on that side, by maxWindow at most
// and never below floor. To the right, only the match that may be cut is looked at again.
func (s *scan) runWindow(d *compiled, floor, lo, hi, first int) (done, seen int) {
	p := d.pattern
	from := lo
	if d.Pattern.Behind {
		from = max(lo, first)
	}
	if p.once.Do(func() { p.err = p.compile(d.Pattern) }); p.err != nil {
		s.fail(d)
		return floor, hi
	}
	if !p.value.demand.meets(s.text[from:hi]) {
		return floor, hi
	}
	bottom, ceiling := max(floor, lo-maxWindow), min(len(s.text), hi+maxWindow)
	for {
		found, work := p.value.findAll(s.text[lo:hi], &s.matcher)
		if !s.effort.spend(work) || len(found) == 0 {
			return floor, hi
		}
		if size := hi - lo; found[0][0] == 0 && lo > bottom {
			lo = max(bottom, lo-size)
			continue
		}
		last := found[len(found)-1]
		cut := lo+last[1] == hi && hi < ceiling
		if cut {
			found = found[:len(found)-1]
		}
		floor = s.matches(d, found, lo, floor)
		if !cut {
			return floor, hi
		}
		lo += last[0]
		bottom, hi = lo, min(ceiling, hi+max(minGrowth, hi-lo))
	}
}

// matches judges what was found in the view from lo on, and returns where the last of it ends, or floor.
func (s *scan) matches(d *compiled, found [][]int, lo, floor int) int {
	for _, m := range found {
		s.noteMatch(d, lo+m[0], lo+m[1])
		if start, end := group(m, lo); start < end && s.effort.spend(matchWork+end-start) {
			s.match(d, start, end)
		}
		floor = lo + m[1]
	}
	return floor
}

// matchWork is what the checks of a match cost beside the length of its value.
const matchWork = 64

// group returns the span that a match reports: group 1 if the expression has one that took part.
func group(m []int, at int) (start, end int) {
	if len(m) >= 4 && m[2] >= 0 {
		return at + m[2], at + m[3]
	}
	return at + m[0], at + m[1]
}

// match applies the checks of a Pattern to a value, cheap ones first.
func (s *scan) match(d *compiled, start, end int) {
	value := s.text[start:end]
	p := d.Pattern
	if p.Entropy > 0 && entropy(value) < p.Entropy || d.pattern.stop != nil && s.fits(d.pattern.stop, value) {
		return
	}
	v := s.judgeValue(d, value)
	if v == Reject || s.allowed(d.pattern.allow, value) || s.allowed(d.pattern.allowBefore, s.text[max(0, start-maxBefore):start]) {
		return
	}
	s.offer(d, start, end, v, false, p.Regexp)
}

func (s *scan) judgeValue(d *compiled, value string) (v Verdict) {
	if d.Pattern.Validate == nil {
		return Plausible
	}
	defer s.recoverFrom(d, &v)
	return d.Pattern.Validate(value)
}

func (p *patternState) compile(l *Pattern) (err error) {
	if l.Scan == nil {
		if p.value, err = newSearch(l.Regexp); err != nil {
			return err
		}
	}
	if len(l.Stopwords) > 0 {
		if p.stop, err = newSearch(anyWord(l.Stopwords)); err != nil {
			return fmt.Errorf("stopwords: %w", err)
		}
	}
	if p.allow, err = compileAll(l.Allow); err != nil {
		return fmt.Errorf("allow: %w", err)
	}
	if p.allowBefore, err = compileAll(l.AllowBefore); err != nil {
		return fmt.Errorf("allow before: %w", err)
	}
	return nil
}

func compileAll(exprs []string) ([]*search, error) {
	out := make([]*search, 0, len(exprs))
	for _, x := range exprs {
		q, err := newSearch(x)
		if err != nil {
			return nil, err
		}
		out = append(out, q)
	}
	return out, nil
}

// anyWord is an expression for any of some words, in any case.
func anyWord(words []string) string {
	quoted := make([]string, len(words))
	for i, w := range words {
		quoted[i] = regexp.QuoteMeta(w)
	}
	return "(?i)" + strings.Join(quoted, "|")
}

// fits reports whether an expression fits somewhere in text.
func (s *scan) fits(q *search, text string) bool {
	ok, work := q.matches(text)
	return s.effort.spend(work) && ok
}

// allowed reports whether one of the expressions fits text.
func (s *scan) allowed(list []*search, text string) bool {
	return slices.ContainsFunc(list, func(q *search) bool { return s.fits(q, text) })
}

// maxBefore bounds what AllowBefore sees, and with it the work on each match.
const maxBefore = 96

// entropy is the Shannon entropy of the value's bytes, in bits a byte.
func entropy(value string) float64 {
	var counts [256]uint16
	for i := 0; i < len(value); i++ {
		counts[value[i]]++
	}
	sum := 0.0
	n := float64(len(value))
	for _, c := range counts {
		if c > 0 {
			f := float64(c) / n
			sum -= f * math.Log2(f)
		}
	}
	return sum
}
