package detect

import (
	"cmp"
	"regexp"
	"slices"
)

// customRule is what a tenant's pattern or deny entries have beyond a detector.
type customRule struct {
	deny bool
	// hosts says that its terms are domains.
	hosts      bool
	keepNested bool
	sources    []Source
	validate   func(string) Verdict
	// exclude holds folded values that are no findings.
	exclude map[string]bool
	score   float64
}

// customRegex is one expression of a tenant.
type customRegex struct {
	det   *compiled
	id    int
	re    *regexp.Regexp
	score float64
	// literal says that the expression runs only where one of its required literals stands; reach is how far
	// around it, in bytes, or 0 for the whole text.
	literal bool
	reach   int
	// cost is what a byte of text costs against the budget.
	cost int
	// far tells how far the expression reads.
	far func() *probe
}

// customWindow is the part of the view that an expression sees.
type customWindow struct {
	regex  *customRegex
	lo, hi int32
}

// termHit is a dictionary term in the view.
type termHit struct {
	det        *compiled
	start, end int32
}

// customBudget bounds the work of a tenant's expressions on one text, in bytes of text times cost. It stands for
// about 20 ms: the matcher spends 5 to 20 ns on a byte for a program of costUnit instructions.
const (
	customBudget = 2 << 20
	costUnit     = 50
)

// maxCustom is how many terms and how many matches of a tenant's own are taken from a text. Beyond it the detector counts as
// cut short: a short text can hold a term at each byte, and as many as end there.
const maxCustom = 200_000

// firstMatches is how many matches of a tenant's expression are looked for at first, and then twice as many: between two
// looks it is known how far it read for them.
const firstMatches = 4

// denies reports whether the detector stands for a deny list.
func (d *compiled) denies() bool { return d.custom != nil && d.custom.deny }

// openCustom notes that a required literal of an expression stands at [start, end) of the view.
func (s *scan) openCustom(x *customRegex, start, end int) {
	if !s.plan.enabled[x.det.id] {
		return
	}
	lo, hi := 0, len(s.text)
	if x.reach > 0 {
		lo, hi = max(0, start-x.reach), min(hi, end+x.reach)
	}
	if i := s.lastCustom[x.id]; i > 0 {
		if w := &s.customWindows[i-1]; int32(lo) <= w.hi {
			w.lo, w.hi = min(w.lo, int32(lo)), max(w.hi, int32(hi))
			return
		}
	}
	s.customWindows = append(s.customWindows, customWindow{regex: x, lo: int32(lo), hi: int32(hi)})
	s.lastCustom[x.id] = int32(len(s.customWindows))
}

// runCustom offers the terms that were found and runs the tenant's expressions.
func (s *scan) runCustom() {
	for _, t := range s.terms {
		if t.det.custom == nil {
			continue
		}
		if !s.effort.spend(1) {
			return
		}
		s.offerCustom(t.det, t.det.custom.score, int(t.start), int(t.end), "terms", false)
	}
	s.runFuzzy()
	for _, x := range s.plan.e.regexes {
		if !x.literal && s.plan.enabled[x.det.id] {
			s.customWindows = append(s.customWindows, customWindow{regex: x, lo: 0, hi: int32(len(s.text))})
		}
	}
	slices.SortStableFunc(s.customWindows, func(a, b customWindow) int { return cmp.Compare(a.regex.id, b.regex.id) })
	for _, w := range s.customWindows {
		if !s.effort.spend(int(w.hi - w.lo)) {
			return
		}
		s.runCustomWindow(w)
	}
}

// runCustomWindow runs an expression over its window of the view and, where that differs, of the raw text too:
// a tenant may write letters that folding changes.
func (s *scan) runCustomWindow(w customWindow) {
	lo, hi := max(int(w.lo), s.before()), int(w.hi)
	if lo >= hi {
		return
	}
	price := (hi - lo) * w.regex.cost
	if s.folded {
		price *= 2
	}
	if price > s.budget {
		s.fail(w.regex.det)
		return
	}
	s.budget -= price
	s.runExpression(w.regex, s.text, lo, hi, false)
	if s.folded {
		lo, hi = s.toRaw(lo, hi)
		s.runExpression(w.regex, s.raw, lo, hi, true)
	}
}

func (s *scan) runExpression(x *customRegex, text string, lo, hi int, raw bool) {
	part, seen := text[lo:hi], 0
	for n := firstMatches; ; n *= 2 {
		n = min(n, maxFindings)
		found := x.re.FindAllStringSubmatchIndex(part, n)
		s.offerMatches(x, found[seen:], lo, raw)
		if len(found) < n || n == maxFindings {
			return
		}
		for _, m := range found[seen:] {
			if !s.afford(x, part, m) {
				s.fail(x.det)
				return
			}
		}
		seen = len(found)
	}
}

// afford pays for what an expression read behind a match, as one does that might have matched more. Without it, matches of
// a few bytes could each cost the rest of a text.
func (s *scan) afford(x *customRegex, part string, m []int) bool {
	states := leastStates
	read := x.far().reads(part, m[0], &states) - m[1]
	s.budget -= 2 * max(0, read) * x.cost
	return s.effort.spend(1+max(0, read)/probeSpeed) && s.budget > 0
}

func (s *scan) offerMatches(x *customRegex, found [][]int, lo int, raw bool) {
	for _, m := range found {
		s.markIn(raw, lo+m[0], lo+m[1])
		if start, end := group(m, lo); start < end {
			s.offerCustom(x.det, x.score, start, end, x.re.String(), raw)
		}
	}
}

// offerCustom checks exclusions and the named validator, and offers the candidate; raw says where its range is.
func (s *scan) offerCustom(d *compiled, score float64, start, end int, why string, raw bool) {
	if !s.plan.enabled[d.id] {
		return
	}
	if s.customs++; s.customs > maxCustom {
		s.fail(d)
		return
	}
	text := s.text
	if raw {
		text = s.raw
	}
	if d.custom.hosts {
		var ok bool
		if start, ok = hostSpan(text, start, end); !ok {
			return
		}
	}
	value := text[start:end]
	if len(d.custom.exclude) > 0 && d.custom.exclude[foldString(value)] {
		return
	}
	v := Plausible
	if d.custom.validate != nil {
		if v = s.judgeCustom(d, value); v == Reject {
			return
		}
	}
	c := candidate{start: start, end: end, det: d, base: score, valid: v == Valid, why: why}
	if raw {
		s.offerRaw(c)
		return
	}
	s.offerScored(c)
}

func (s *scan) judgeCustom(d *compiled, value string) (v Verdict) {
	defer s.recoverFrom(d, &v)
	return d.custom.validate(normalize(value))
}
