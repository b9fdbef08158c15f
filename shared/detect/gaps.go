package detect

import (
	"slices"
	"unicode"
	"unicode/utf8"
)

const softHyphen = '\u00ad'

// gapView returns the text with a space for invisible characters that stand between visible ones. Folding drops them,
// since they may be strewn into a value; but they may stand for the spaces of a sentence too, and a reader that splits
// text at them sees words where the folded copy has one long one.
func (s *scan) gapView() (view, bool) {
	if !s.folded || !s.folder.hidden {
		return view{}, false
	}
	return s.splitGaps()
}

func (s *scan) splitGaps() (view, bool) {
	g := gapper{text: s.raw}
	for i := 0; i < len(s.raw); {
		if !s.effort.spend(1) {
			return view{}, false
		}
		i = g.next(i)
	}
	if g.m == nil {
		return view{}, false
	}
	g.copy(len(s.raw))
	return view{
		name: "gaps", text: string(g.out), gaps: true, soft: g.soft,
		place: func(_ *compiled, start, end int) (int, int, bool) {
			ok := g.near(start, end)
			start, end = g.m.span(start, end)
			return start, end, ok
		},
		inner: func(at int) int { return g.m.place(at, len(g.out)) },
		outer: g.m.span,
	}, true
}

// gapper makes the text of a gapView.
type gapper struct {
	text string
	out  []byte
	m    spanMap
	// gaps are the places in out of spaces that were gaps.
	gaps []int32
	// copied is where the part of the text starts that is not in out yet; soft are the places in out of gaps that are soft
	// hyphens.
	copied int
	soft   []int32
}

// next looks for a gap in a stretch of the text at i and returns where it ends.
func (g *gapper) next(i int) int {
	if c := g.text[i]; c < utf8.RuneSelf {
		for i < len(g.text) && g.text[i] < utf8.RuneSelf {
			i++
		}
		return i
	}
	r, first := utf8.DecodeRuneInString(g.text[i:])
	if !invisible(r) {
		return i + first
	}
	end, soft := i+first, r == softHyphen
	for end < len(g.text) {
		r, size := utf8.DecodeRuneInString(g.text[end:])
		if !invisible(r) {
			break
		}
		soft = soft && r == softHyphen
		end += size
	}
	if touches(runeBefore(g.text, i)) && touches(runeAfter(g.text, end)) {
		g.copy(i)
		g.gaps = append(g.gaps, int32(len(g.out)))
		if soft {
			g.soft = append(g.soft, int32(len(g.out)))
		}
		g.m = g.m.add(len(g.out), i, 1, first)
		g.out = append(g.out, ' ')
		g.copied = end
	}
	return end
}

// gapReach is how far from a gap, in bytes, something may stand that reads otherwise because of it: a word beside the gap
// may be the context of a value.
const gapReach = 512

// near reports whether there is a gap within reach of a range of out.
func (g *gapper) near(start, end int) bool {
	i, _ := slices.BinarySearch(g.gaps, int32(start-gapReach))
	return i < len(g.gaps) && int(g.gaps[i]) < end+gapReach
}

// copy takes over the text up to end as it stands.
func (g *gapper) copy(end int) {
	if end > g.copied {
		g.m = g.m.add(len(g.out), g.copied, 1, 1)
		g.out = append(g.out, g.text[g.copied:end]...)
	}
	g.copied = end
}

// touches reports whether a gap beside r may part words: r is neither white space, nor a symbol such as those that
// invisible characters join to one picture, nor the end of the text.
func touches(r rune) bool {
	if r < utf8.RuneSelf {
		return r > ' '
	}
	return unicode.In(r, unicode.L, unicode.Nd, unicode.P, unicode.Mn, unicode.Mc)
}
