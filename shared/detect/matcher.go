package detect

import (
	"regexp/syntax"
	"unicode/utf8"
)

// matcher is the memory in which a search finds matches: one text after the other, for one goroutine.
type matcher struct {
	// found are the matches, whose places lie in groups.
	found  [][]int
	groups []int
	// visited has a row of bits for each byte behind the start, in which an instruction is marked that has been tried there:
	// what failed once is not tried again. Rows are made as a match gets that far.
	visited []uint64
	rows    int
	jobs    []job
	caps    []int
}

// job is a way that is still to be tried: from an instruction at a place, or, of a group, what to put back.
type job struct {
	pc uint32
	// second says that the first way of an instruction has been tried.
	second bool
	at     int
}

// maxVisited bounds the rows, in words: a match that needs more is left to a Regexp.
const maxVisited = 4 << 10

// match finds the match of the program that starts at start, as a [regexp.Regexp] does: of several, the one that its first
// ways lead to. What stands before start counts for assertions. It returns nil if there is none, and is not ok if it does not
// know. The match is valid until the next one is looked for in another text.
func (m *matcher) match(prog *syntax.Prog, text string, start int) (groups []int, ok bool) {
	width := (len(prog.Inst) + 63) / 64
	m.rows, m.jobs = 0, m.jobs[:0]
	m.caps = append(m.caps[:0], make([]int, prog.NumCap)...)
	for i := range m.caps {
		m.caps[i] = -1
	}
	m.caps[0] = start
	m.jobs = append(m.jobs, job{pc: uint32(prog.Start), at: start})
	for len(m.jobs) > 0 {
		j := m.jobs[len(m.jobs)-1]
		m.jobs = m.jobs[:len(m.jobs)-1]
		if j.second && prog.Inst[j.pc].Op == syntax.InstCapture {
			m.caps[prog.Inst[j.pc].Arg] = j.at
			continue
		}
		end, ok := m.follow(prog, text, start, j, width)
		switch {
		case !ok:
			return nil, false
		case end >= 0:
			m.caps[1] = end
			from := len(m.groups)
			m.groups = append(m.groups, m.caps...)
			return m.groups[from:len(m.groups):len(m.groups)], true
		}
	}
	return nil, true
}

// follow goes one way to its end; it returns where a match ends, or -1. Other ways become jobs.
func (m *matcher) follow(prog *syntax.Prog, text string, start int, j job, width int) (end int, ok bool) {
	pc, at := j.pc, j.at
	second := j.second
	for {
		if !second {
			switch fresh, ok := m.visit(at-start, pc, width); {
			case !ok:
				return -1, false
			case !fresh:
				return -1, true
			}
		}
		in := &prog.Inst[pc]
		switch in.Op {
		case syntax.InstAlt, syntax.InstAltMatch:
			if second {
				second, pc = false, in.Arg
				continue
			}
			m.jobs = append(m.jobs, job{pc: pc, second: true, at: at})
			pc = in.Out
		case syntax.InstCapture:
			if int(in.Arg) < len(m.caps) {
				m.jobs = append(m.jobs, job{pc: pc, second: true, at: m.caps[in.Arg]})
				m.caps[in.Arg] = at
			}
			pc = in.Out
		case syntax.InstNop:
			pc = in.Out
		case syntax.InstEmptyWidth:
			if syntax.EmptyOp(in.Arg)&^emptyAt(text, at) != 0 {
				return -1, true
			}
			pc = in.Out
		case syntax.InstMatch:
			return at, true
		case syntax.InstFail:
			return -1, true
		case syntax.InstRune, syntax.InstRune1, syntax.InstRuneAny, syntax.InstRuneAnyNotNL:
			if at == len(text) {
				return -1, true
			}
			r, size := rune(text[at]), 1
			if r >= utf8.RuneSelf {
				r, size = utf8.DecodeRuneInString(text[at:])
			}
			if !in.MatchRune(r) {
				return -1, true
			}
			pc, at = in.Out, at+size
		}
	}
}

// visit marks an instruction at so many bytes behind the start, and reports whether it was not; not ok if that is too far.
func (m *matcher) visit(row int, pc uint32, width int) (fresh, ok bool) {
	if row >= m.rows {
		if (row+1)*width > maxVisited {
			return false, false
		}
		from := m.rows * width
		m.rows = row + 1
		if n := m.rows * width; n > len(m.visited) {
			m.visited = append(m.visited, make([]uint64, n-len(m.visited))...)
		}
		clear(m.visited[from : m.rows*width])
	}
	w, bit := &m.visited[row*width+int(pc>>6)], uint64(1)<<(pc&63)
	fresh = *w&bit == 0
	*w |= bit
	return fresh, true
}

// maxJobs is how many jobs the memory of a matcher that is kept has room for.
const maxJobs = 1 << 12

// release lets go of what a text that needs much has left.
func (m *matcher) release() {
	if cap(m.jobs) > maxJobs {
		m.jobs = nil
	}
}

// emptyAt returns the assertions that hold at a place of a text.
func emptyAt(text string, at int) syntax.EmptyOp {
	before, after := rune(-1), rune(-1)
	if at > 0 {
		before = runeBefore(text, at)
	}
	if at < len(text) {
		after = runeAfter(text, at)
	}
	return syntax.EmptyOpContext(before, after)
}
