package detect

import (
	"encoding/binary"
	"regexp/syntax"
	"slices"
	"sync"
	"sync/atomic"
	"unicode"
	"unicode/utf8"
)

// probe tells whether an expression matches in a text, and no more of the match than where the first one ends at the
// earliest. It works at the speed of a table: a deterministic automaton whose states are made when a text first leads
// to them. Most windows hold no match, and a [regexp.Regexp] takes 20 to 50 times as long to say so. It knows ASCII
// alone, and gives up where an expression needs more than maxProbeStates.
type probe struct {
	prog *syntax.Prog
	// anchored says that a match must start where the text does, through that walks go on behind one.
	anchored, through bool
	// most is how many states are kept.
	most int
	// class is the class of each ASCII byte, sample one byte of each class; the class behind the last is the end of the text.
	class  [utf8.RuneSelf]uint8
	sample []byte
	start  [previousOther + 1]atomic.Pointer[probeState]

	mu     sync.Mutex
	states map[string]*probeState
}

// probeState is what the expression has come to: the instructions that wait for the next byte, before assertions are
// looked at, and what stood before it.
type probeState struct {
	// next is the state by class, nil where it has not been made. A state is never changed once it can be seen.
	next  []atomic.Pointer[probeState]
	pcs   []uint32
	after previous
}

// previous is what an assertion can ask of the byte before.
type previous uint8

const (
	previousNone previous = iota
	previousLine
	previousWord
	previousOther
)

// answer is what a probe says of a text.
type answer uint8

const (
	absent answer = iota
	present
	unknown
)

// maxProbeStates and maxProbeBytes bound the memory of a probe: beyond it, the states are made anew.
const (
	maxProbeStates = 256
	maxProbeBytes  = 128 << 10
)

// probeMatched and probeDead stand for the end of a walk: a match, or none whatever follows.
var probeMatched, probeDead = &probeState{}, &probeState{}

// newProbes compiles the probe of an expression and the one for a match at the start of a text.
func newProbes(prog *syntax.Prog) (anywhere, anchored *probe) {
	anywhere = &probe{prog: prog, states: map[string]*probeState{}}
	anywhere.classify()
	anchored = &probe{prog: prog, anchored: true, class: anywhere.class, sample: anywhere.sample, states: map[string]*probeState{}}
	anywhere.reset()
	anchored.reset()
	return anywhere, anchored
}

// newReader compiles the probe that tells how far an expression reads from a place on; nil if it does not compile.
func newReader(tree *syntax.Regexp) *probe {
	prog, err := syntax.Compile(tree.Simplify())
	if err != nil {
		return nil
	}
	p := &probe{prog: prog, anchored: true, through: true, states: map[string]*probeState{}}
	p.classify()
	p.reset()
	return p
}

// reads returns up to where the expression may read that is tried at a place, whether it matches or not: at most, since of
// runes outside ASCII it knows only whether any would do. Left is as in find.
func (p *probe) reads(text string, from int, left *int) int {
	if p == nil {
		return len(text)
	}
	st := p.start[p.before(text, from)].Load()
	for i := from; i < len(text); i++ {
		class := p.beyond()
		switch c := text[i]; {
		case c < utf8.RuneSelf:
			class = int(p.class[c])
		case !utf8.RuneStart(c):
			continue
		}
		next := st.next[class].Load()
		if next == nil {
			if *left--; *left < 0 {
				return len(text)
			}
			next = p.step(st, class)
		}
		if next == probeDead {
			return i + 1
		}
		st = next
	}
	return len(text)
}

// beyond is the class of the runes outside ASCII, of which only a reader knows.
func (p *probe) beyond() int { return len(p.sample) + 1 }

// before is what stands before a place of a text.
func (p *probe) before(text string, from int) previous {
	if from == 0 {
		return previousNone
	}
	return previousOf(rune(text[from-1]))
}

// reset forgets the states. Walks that are under way go on with theirs.
func (p *probe) reset() {
	clear(p.states)
	p.most = max(16, min(maxProbeStates, maxProbeBytes/(8*(len(p.sample)+2)+128)))
	for after := range previousOther + 1 {
		p.start[after].Store(p.state([]uint32{uint32(p.prog.Start)}, after))
	}
}

// classify gives the bytes that no instruction tells apart one class.
func (p *probe) classify() {
	var border [utf8.RuneSelf + 1]bool
	mark := func(lo, hi rune) {
		if lo < utf8.RuneSelf {
			border[lo] = true
			border[min(hi+1, utf8.RuneSelf)] = true
		}
	}
	for _, r := range []rune{'\n', '_'} {
		mark(r, r)
	}
	mark('0', '9')
	mark('A', 'Z')
	mark('a', 'z')
	for i := range p.prog.Inst {
		markRunes(&p.prog.Inst[i], mark)
	}
	for c := range utf8.RuneSelf {
		if c == 0 || border[c] {
			p.sample = append(p.sample, byte(c))
		}
		p.class[c] = uint8(len(p.sample) - 1)
	}
}

// markRunes names the ranges that an instruction tells from the rest.
func markRunes(in *syntax.Inst, mark func(lo, hi rune)) {
	switch in.Op {
	case syntax.InstRune, syntax.InstRune1:
	default:
		return
	}
	if len(in.Rune) != 1 {
		for i := 0; i+1 < len(in.Rune); i += 2 {
			mark(in.Rune[i], in.Rune[i+1])
		}
		return
	}
	r := in.Rune[0]
	mark(r, r)
	if syntax.Flags(in.Arg)&syntax.FoldCase != 0 {
		for f := unicode.SimpleFold(r); f != r; f = unicode.SimpleFold(f) {
			mark(f, f)
		}
	}
}

// find reports whether the expression matches somewhere in text[from:], and how far it had to read to know. What
// stands before from counts for assertions. At most left new states are made, of which it takes off those that were.
func (p *probe) find(text string, from int, left *int) (answer, int) {
	st := p.start[p.before(text, from)].Load()
	for i := from; i <= len(text); i++ {
		class := len(p.sample)
		if i < len(text) {
			if text[i] >= utf8.RuneSelf {
				return unknown, i
			}
			class = int(p.class[text[i]])
		}
		next := st.next[class].Load()
		if next == nil {
			if *left--; *left < 0 {
				return unknown, i
			}
			next = p.step(st, class)
		}
		switch next {
		case probeMatched:
			return present, i
		case probeDead:
			return absent, i
		}
		st = next
	}
	return absent, len(text)
}

// step makes the state that a class leads to.
func (p *probe) step(st *probeState, class int) *probeState {
	p.mu.Lock()
	defer p.mu.Unlock()
	next := p.follow(st, class)
	st.next[class].Store(next)
	return next
}

func (p *probe) follow(st *probeState, class int) *probeState {
	c := rune(-1)
	switch {
	case class < len(p.sample):
		c = rune(p.sample[class])
	case class == p.beyond():
		c = utf8.RuneError
	}
	w := closure{prog: p.prog, given: given(st.after, c), seen: make([]bool, len(p.prog.Inst))}
	for _, pc := range st.pcs {
		w.add(pc)
	}
	if !p.anchored {
		w.add(uint32(p.prog.Start))
	}
	if w.matched && !p.through {
		return probeMatched
	}
	var pcs []uint32
	if c >= 0 {
		for _, pc := range w.waiting {
			if in := &p.prog.Inst[pc]; c < utf8.RuneSelf && in.MatchRune(c) || c >= utf8.RuneSelf && beyondASCII(in) {
				pcs = append(pcs, in.Out)
			}
		}
	}
	if p.anchored && len(pcs) == 0 {
		return probeDead
	}
	slices.Sort(pcs)
	return p.state(slices.Compact(pcs), previousOf(c))
}

// state returns the state of these instructions, and makes it if there is none.
func (p *probe) state(pcs []uint32, after previous) *probeState {
	key := make([]byte, 1, 1+4*len(pcs))
	key[0] = byte(after)
	for _, pc := range pcs {
		key = binary.LittleEndian.AppendUint32(key, pc)
	}
	if st := p.states[string(key)]; st != nil {
		return st
	}
	if len(p.states) >= p.most {
		p.reset()
	}
	st := &probeState{next: make([]atomic.Pointer[probeState], len(p.sample)+2), pcs: pcs, after: after}
	p.states[string(key)] = st
	return st
}

// beyondASCII reports whether an instruction takes any rune outside ASCII.
func beyondASCII(in *syntax.Inst) bool {
	found := false
	markRunes(in, func(_, hi rune) { found = found || hi >= utf8.RuneSelf })
	return found || in.Op == syntax.InstRuneAny || in.Op == syntax.InstRuneAnyNotNL
}

// closure follows instructions that take no byte, under the assertions that hold.
type closure struct {
	prog    *syntax.Prog
	given   syntax.EmptyOp
	seen    []bool
	waiting []uint32
	matched bool
}

func (w *closure) add(pc uint32) {
	if w.seen[pc] {
		return
	}
	w.seen[pc] = true
	switch in := &w.prog.Inst[pc]; in.Op {
	case syntax.InstAlt, syntax.InstAltMatch:
		w.add(in.Out)
		w.add(in.Arg)
	case syntax.InstCapture, syntax.InstNop:
		w.add(in.Out)
	case syntax.InstEmptyWidth:
		if syntax.EmptyOp(in.Arg)&^w.given == 0 {
			w.add(in.Out)
		}
	case syntax.InstMatch:
		w.matched = true
	case syntax.InstFail:
	case syntax.InstRune, syntax.InstRune1, syntax.InstRuneAny, syntax.InstRuneAnyNotNL:
		w.waiting = append(w.waiting, pc)
	}
}

// given returns the assertions that hold between two bytes; next is -1 at the end of the text.
func given(after previous, next rune) syntax.EmptyOp {
	before := rune(0)
	switch after {
	case previousNone:
		before = -1
	case previousLine:
		before = '\n'
	case previousWord:
		before = 'a'
	case previousOther:
	}
	return syntax.EmptyOpContext(before, next)
}

func previousOf(c rune) previous {
	switch {
	case c == '\n':
		return previousLine
	case syntax.IsWordChar(c):
		return previousWord
	}
	return previousOther
}
