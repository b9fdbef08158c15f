package detect

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"guardrails/shared/model"
)

const (
	// minSpaced is how many single letters in a row make spaced-out words.
	minSpaced = 4
	// maxGap is how many signs there may be between two characters of spaced-out words.
	maxGap = 16
	// maxRun is about how long a run is in bytes: a longer row is several.
	maxRun = 2 << 10
)

// spacers are the signs that set single characters apart.
var spacers = [256]bool{
	' ': true, '\t': true, '\n': true, '\r': true, '.': true, '-': true, '_': true, '*': true, '/': true, '|': true, '~': true, '+': true,
}

// run is a row of single characters in the view, [start, end).
type run struct {
	start, end, letters int
	// sign and gap are what parts the letters of a word: the first sign, and the length of the shortest gap that it begins.
	sign byte
	gap  int
}

// wide reports whether view[from:to] looks like a gap between words.
func (r *run) wide(view string, from, to int) bool { return view[from] != r.sign || to-from > r.gap }

// runAt measures the run that opens with the character at start, which has a gap behind it.
func runAt(view string, start int) run {
	r := run{start: start, end: start + runeLength(view, start), letters: 1, gap: maxGap}
	r.sign = view[r.end]
	for r.end-start < maxRun {
		next := gapEnd(view, r.end)
		if next == r.end || next == len(view) {
			return r
		}
		c, size := utf8.DecodeRuneInString(view[next:])
		if joinsWords(runeAfter(view, next+size)) {
			return r
		}
		if view[r.end] == r.sign {
			r.gap = min(r.gap, next-r.end)
		}
		if unicode.IsLetter(c) {
			r.letters++
		}
		r.end = next + size
	}
	return r
}

// gapEnd returns the end of the signs at i, or i if there are too many.
func gapEnd(view string, i int) int {
	end := i
	for end < len(view) && spacers[view[end]] {
		if end++; end-i > maxGap {
			return i
		}
	}
	return end
}

func runeLength(view string, i int) int {
	_, size := utf8.DecodeRuneInString(view[i:])
	return size
}

// opensRun returns where the character starts that ends with byte i, if a run may open with it.
func opensRun(view string, i int) (start int, ok bool) {
	for start = i; start > 0 && view[start]&0xC0 == 0x80; {
		start--
	}
	c, _ := utf8.DecodeRuneInString(view[start:])
	return start, unicode.IsLetter(c) && (start == 0 || !joinsWords(runeBefore(view, start)))
}

// spacedRuns returns the runs of a view, of which most have none.
func (s *scan) spacedRuns(view string) []run {
	var out []run
	for i := 0; i+1 < len(view); {
		if !spacers[view[i+1]] { // no single character here
			i++
			continue
		}
		if !s.effort.spend(1) {
			return nil
		}
		start, ok := opensRun(view, i)
		if !ok {
			i++
			continue
		}
		r := runAt(view, start)
		if !s.effort.spend((r.end - start) / 2) {
			return nil
		}
		if r.letters >= minSpaced {
			out = append(out, r)
		}
		i = max(r.end, i+1)
	}
	return out
}

// spacedReadings returns the view with words like "i g n o r e" closed up: once with each run as one word, in which
// lexicons find theirs, and once cut into words again, as a model needs them. It notes the runs in the plain reading.
func (s *scan) spacedReadings(plain *reading) []*reading {
	view := plain.text
	runs := s.spacedRuns(view)
	if len(runs) == 0 {
		return nil
	}
	c := closer{view: view}
	for i := range runs {
		s.mark(runs[i].start, runs[i].end)
		c.close(&runs[i], nil)
	}
	joined := c.reading(s, "joined")
	joined.joined, joined.apart = bitset(nil).empty(len(joined.text)), joined.closed
	for _, r := range joined.closed {
		joined.joined.take(int(r.start), int(r.end))
	}
	m := s.vocabulary()
	if m == nil {
		return []*reading{joined}
	}
	c = closer{view: view}
	for i, r := range joined.closed {
		if !s.effort.spend(partWork * int(r.end-r.start)) {
			return nil
		}
		s.cuts = s.scorer.Words(m, joined.text[r.start:r.end], runs[i].gaps(view), s.cuts[:0])
		c.close(&runs[i], s.cuts)
		plain.apart = append(plain.apart, span32{int32(runs[i].start), int32(runs[i].end)})
	}
	return []*reading{joined, c.reading(s, "spaced")}
}

// partWork is how much work it is to find the words in a byte of letters.
const partWork = 24

// vocabulary is a model of the plan, nil if there is none.
func (s *scan) vocabulary() *model.Model {
	for _, j := range s.plan.e.judges {
		if s.plan.judges(j) && j.ready() {
			return j.model
		}
	}
	return nil
}

// each calls emit with each character of a run, view[from:to], where the next one starts, and the character's place in
// the closed run.
func (r *run) each(view string, emit func(from, to, next, place int)) {
	for i, place := r.start, 0; i < r.end; {
		end := i + runeLength(view, i)
		next := r.end
		if end < r.end {
			next = gapEnd(view, end)
		}
		emit(i, end, next, place)
		i, place = next, place+end-i
	}
}

// gaps are the places in the closed run that had a gap as between words.
func (r *run) gaps(view string) []int32 {
	var out []int32
	r.each(view, func(from, to, next, place int) {
		if to < r.end && r.wide(view, to, next) {
			out = append(out, int32(place+to-from))
		}
	})
	return out
}

// closer makes a reading in which runs are closed up.
type closer struct {
	view   string
	out    []byte
	m      spanMap
	copied int
	closed []span32
}

// close takes over a run without its gaps, but with a space at each of the cuts, which are places in the closed run.
func (c *closer) close(r *run, cuts []int32) {
	c.copy(r.start)
	first, last := len(c.out), r.start
	r.each(c.view, func(from, to, _, place int) {
		if len(cuts) > 0 && int(cuts[0]) == place {
			cuts = cuts[1:]
			if stop := strings.IndexByte(c.view[last:from], '.'); stop >= 0 && r.sign != '.' {
				c.put('.', last+stop)
			}
			c.put(' ', from-1)
		}
		last = to
		c.m = c.m.add(len(c.out), from, to-from, to-from)
		c.out = append(c.out, c.view[from:to]...)
	})
	c.closed = append(c.closed, span32{int32(first), int32(len(c.out))})
	c.copied = r.end
}

// put appends a byte that stands for the one at a place of the view.
func (c *closer) put(b byte, at int) {
	c.m = c.m.add(len(c.out), at, 1, 1)
	c.out = append(c.out, b)
}

// copy takes over the view as it stands, up to end.
func (c *closer) copy(end int) {
	if c.copied < end {
		c.m = c.m.add(len(c.out), c.copied, 1, 1)
		c.out = append(c.out, c.view[c.copied:end]...)
	}
}

// reading is the text with its runs closed up. Its units end where those of the view do, at least.
func (c *closer) reading(s *scan, name string) *reading {
	c.copy(len(c.view))
	r := &reading{text: string(c.out), m: c.m, ranks: &ranks{}, closed: c.closed, name: name, disguised: true}
	r.from = r.m.place(s.from, len(r.text))
	var fences []int32
	for _, at := range s.unitEnds() {
		fences = append(fences, int32(r.m.place(int(at), len(r.text))))
	}
	r.ends = appendUnitEnds(nil, r.text, r.from, fences)
	return r
}
