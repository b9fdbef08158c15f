package policy

import (
	"cmp"
	"slices"
	"unicode"
)

// placed is a finding with the words it begins and ends in, counted from the start of its string.
type placed struct {
	index, scanned int
	start, end     int
}

// near keeps of two lists of findings those that have one of the other list in the same string with at most limit
// words between.
func (d *decision) near(a, b []int, limit int) (nearA, nearB []int) {
	pa, pb := d.place(a), d.place(b)
	return closeTo(pa, pb, limit), closeTo(pb, pa, limit)
}

// place counts words up to each finding; findings come in order of string and position.
func (d *decision) place(list []int) []placed {
	sorted := slices.Clone(list)
	slices.Sort(sorted)
	out := make([]placed, 0, len(sorted))
	scanned := -1
	var words wordCounter
	for _, i := range sorted {
		l := &d.found[i]
		if l.scanned != scanned {
			scanned = l.scanned
			words = wordCounter{text: d.scanned[scanned].Text}
		}
		start := words.at(l.ByteStart)
		// Nested findings may begin before the last one ended, so the end is counted on a copy.
		ahead := words
		out = append(out, placed{index: i, scanned: scanned, start: start, end: ahead.at(l.ByteEnd)})
	}
	slices.SortStableFunc(out, func(x, y placed) int {
		return cmp.Or(cmp.Compare(x.scanned, y.scanned), cmp.Compare(x.start, y.start))
	})
	return out
}

// wordCounter counts words of a text up to rising positions.
type wordCounter struct {
	text   string
	pos    int
	words  int
	inWord bool
}

// at returns how many words begin before the byte position.
func (w *wordCounter) at(pos int) int {
	pos = min(pos, len(w.text))
	if pos <= w.pos {
		return w.words
	}
	for _, r := range w.text[w.pos:pos] {
		word := unicode.IsLetter(r) || unicode.IsDigit(r) || r == '\'' || r == '’'
		if word && !w.inWord {
			w.words++
		}
		w.inWord = word
	}
	w.pos = pos
	return w.words
}

// closeTo returns the findings of list that have one of others within limit words. Both are in order of position.
func closeTo(list, others []placed, limit int) []int {
	// furthest[i] is the largest end among others up to i in the same string.
	furthest := make([]int, len(others))
	for i, o := range others {
		furthest[i] = o.end
		if i > 0 && others[i-1].scanned == o.scanned {
			furthest[i] = max(furthest[i-1], o.end)
		}
	}
	var out []int
	for _, p := range list {
		next, _ := slices.BinarySearchFunc(others, p, func(o, p placed) int {
			return cmp.Or(cmp.Compare(o.scanned, p.scanned), cmp.Compare(o.start, p.start))
		})
		after := next < len(others) && others[next].scanned == p.scanned && others[next].start-p.end <= limit
		before := next > 0 && others[next-1].scanned == p.scanned && p.start-furthest[next-1] <= limit
		if after || before {
			out = append(out, p.index)
		}
	}
	return out
}
