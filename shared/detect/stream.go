package detect

import (
	"cmp"
	"context"
	"errors"
	"slices"
	"strings"
	"unicode/utf8"
)

// ErrClosed says that a stream has been closed.
var ErrClosed = errors.New("stream is closed")

// Stream scans a text that comes in pieces, such as the answer of a model. It finds what a scan of the whole text would
// find, however the text is cut into pieces, and tells a finding as soon as nothing that may come can change it. It is
// for one goroutine at a time.
//
// It keeps at most 48 KiB of the text. Where nothing can be told for 24 KiB, as in a value longer than 16 KiB or a text
// without spaces, what is found so far is told as it is. Its other limits are in docs/design.md.
type Stream struct {
	plan *Plan
	keys []string
	// buf is the text from start on. What is found before settled, a place in buf, has been told; the next scan is due
	// when buf is due bytes long.
	buf          []byte
	start        cursor
	settled, due int

	begin      map[chainKey]int
	repeated   []mention
	incomplete []string
	err        error
}

const (
	// minStep and maxStep bound how much text comes between two scans; between them it is a part of all that has come, so
	// that the start of a stream is told soon and a long one costs little more than a scan of the whole.
	minStep, maxStep, stepPart = 512, 4 << 10, 8
	// maxHeld is how much text may wait for a joint; longest is what then still waits.
	maxHeld, longest = 24 << 10, 16 << 10
	// maxMargin bounds the text before a joint that is kept as context, and marginWords is how many words that is at
	// least, more than context words reach.
	maxMargin   = 8 << 10
	marginWords = farWords + 6
)

// Stream returns a scan of a text that comes in pieces. Names in the options that stand for nothing are passed over;
// Compile reports them.
func (e *Engine) Stream(o Options) *Stream {
	p, _ := e.Compile(o)
	return p.Stream(o.Keys)
}

// Stream returns a scan of a text that comes in pieces. Keys are the names around the text, as in Options.
func (p *Plan) Stream(keys []string) *Stream {
	return &Stream{plan: p, keys: keys, due: p.hold + minStep}
}

// Write takes the next piece of the text, which may end within a character, and returns the findings that are settled by
// it, in order of position. Offsets count from the start of the stream. After an error, which is that of ctx or
// ErrClosed, the stream takes no more.
func (s *Stream) Write(ctx context.Context, piece []byte) ([]Finding, error) {
	var out []Finding
	for len(piece) > 0 && s.err == nil {
		// Scans take place where the text says, not where a piece ends, so that pieces make no difference.
		n := min(len(piece), s.due-len(s.buf))
		if cap(s.buf) < len(s.buf)+n { // just as much as it takes
			s.buf = append(make([]byte, 0, s.due), s.buf...)
		}
		s.buf = append(s.buf, piece[:n]...)
		piece = piece[n:]
		if len(s.buf) == s.due {
			out = append(out, s.scan(ctx, false)...)
		}
	}
	return out, s.err
}

// Close ends the text and returns the findings that are left.
func (s *Stream) Close(ctx context.Context) ([]Finding, error) {
	if s.err != nil {
		return nil, s.err
	}
	out := s.scan(ctx, true)
	if s.err != nil {
		return nil, s.err
	}
	s.err = ErrClosed
	return out, nil
}

// Settled is the place in the text, in bytes from its start, before which all findings have been returned. No finding
// covers it with both ends.
func (s *Stream) Settled() int { return s.start.byteAt + s.settled }

// Incomplete names detectors and custom patterns that were cut short or failed, as Result does.
func (s *Stream) Incomplete() []string { return s.incomplete }

// scan looks at the text that is kept, and lets go of what is settled.
func (s *Stream) scan(ctx context.Context, last bool) []Finding {
	pool := s.plan.e.pool
	sc := pool.Get().(*scan)
	defer sc.release(pool)
	sc.reset(ctx, s.plan, string(s.buf))
	sc.on, sc.forward, sc.rawFrom, sc.begin, sc.repeated = true, true, s.settled, s.begin, slices.Clip(s.repeated)
	sc.partial = !last || s.start.byteAt > 0
	sc.findKeys(s.keys)
	sc.run(nil)
	sc.scanViews(s.keys)
	found := sc.findings()
	if sc.effort.ended {
		s.err = ctx.Err()
		return nil
	}
	s.note(sc.incomplete())
	if last {
		s.settled = len(s.buf)
		return s.place(found)
	}
	joint, margin := sc.joint()
	if len(s.buf)-joint > maxHeld {
		joint, margin = sc.forced(found)
	}
	told, _ := slices.BinarySearchFunc(found, joint, func(f Finding, at int) int { return cmp.Compare(f.ByteStart, at) })
	s.repeat(sc, joint)
	s.chain(sc.chains, joint, margin)
	out := s.place(found[:told])
	s.settled = joint
	s.slide(margin)
	held := len(s.buf) - s.settled
	s.due = len(s.buf) + max(minStep, min(maxStep, (s.start.byteAt+len(s.buf))/stepPart), held/2)
	return out
}

// note adds names to those of what is incomplete.
func (s *Stream) note(names []string) {
	s.incomplete = append(s.incomplete, names...)
	slices.Sort(s.incomplete)
	s.incomplete = slices.Compact(s.incomplete)
}

// repeat keeps the values found before a place that are looked for again. They are copied, since the text goes.
func (s *Stream) repeat(sc *scan, before int) {
	for _, m := range sc.repeated[len(s.repeated):] {
		if m.start < before {
			m.value = strings.Clone(m.value)
			s.repeated = append(s.repeated, m)
		}
	}
}

// chain keeps where the first windows of sentences start that reach over the joint, as places in the text that is kept.
func (s *Stream) chain(chains []chain, joint, margin int) {
	begin := make(map[chainKey]int)
	for _, c := range chains {
		if c.det == anyDetector {
			begin[c.chainKey] = 0
			continue
		}
		if c.start < margin || c.start >= joint || c.end <= joint {
			continue
		}
		if at, ok := begin[c.chainKey]; !ok || c.start-margin < at {
			begin[c.chainKey] = c.start - margin
		}
	}
	s.begin = begin
}

// place makes offsets count from the start of the stream.
func (s *Stream) place(found []Finding) []Finding {
	at := &s.start
	for i := range found {
		f := &found[i]
		f.ByteStart, f.ByteEnd = f.ByteStart+at.byteAt, f.ByteEnd+at.byteAt
		f.Start, f.End = f.Start+at.rune, f.End+at.rune
		f.UTF16Start, f.UTF16End = f.UTF16Start+at.unit, f.UTF16End+at.unit
		if f.Explanation != nil && f.Explanation.Model != nil {
			for j := range f.Explanation.Model.Tokens {
				t := &f.Explanation.Model.Tokens[j]
				t.Start, t.End = t.Start+at.rune, t.End+at.rune
			}
		}
	}
	return found
}

// slide drops the text before a place in buf.
func (s *Stream) slide(to int) {
	c := cursor{text: string(s.buf[:to])}
	c.to(to)
	s.start.byteAt, s.start.rune, s.start.unit = s.start.byteAt+c.byteAt, s.start.rune+c.rune, s.start.unit+c.unit
	s.buf = append(s.buf[:0], s.buf[to:]...)
	s.settled -= to
}

// joint returns the last joint of a stream's window, or where the last one was if there is none behind it, and where the
// text begins that must be kept: places in the raw text.
func (s *scan) joint() (joint, margin int) {
	inside := s.inside()
	limit := s.firstOpen(len(s.text) - s.plan.hold)
	ends := s.unitEnds()
	for i := len(ends) - 1; i >= 0 && int(ends[i]) > s.from; i-- {
		at := int(ends[i])
		if at > limit || !isWhite(s.text[at]) || s.rank(len(s.text)-1)-s.rank(at) < marginWords {
			continue
		}
		if raw := s.rawAt(at); !inside.has(raw, raw+1) {
			return raw, s.margin(at)
		}
	}
	return s.rawFrom, s.margin(s.from)
}

// inside marks the bytes of the raw text before which no joint may be.
func (s *scan) inside() bitset {
	inside := bitset(nil).empty(len(s.raw) + maxTagGap + 1)
	for _, m := range s.marks {
		inside.fill(m.start+1, min(m.end, len(s.raw)+maxTagGap))
	}
	return inside
}

// forced returns a place for a joint where there is none and no more text can be kept: between words and outside of what
// must not be cut, or at least outside of findings.
func (s *scan) forced(found []Finding) (joint, margin int) {
	inside := s.inside()
	last := max(s.from+1, s.toView(len(s.raw)-longest))
	for at, low := last, max(s.from+1, last-maxHeld/4); at > low; at-- {
		if raw := s.rawAt(at); isWhite(s.text[at]) && !inside.has(raw, raw+1) {
			return raw, s.margin(at)
		}
	}
	raw := s.rawAt(last)
	for raw > 0 && !utf8.RuneStart(s.raw[raw]) {
		raw--
	}
	for _, f := range found {
		if f.ByteStart < raw && f.ByteEnd > raw {
			raw = f.ByteEnd
		}
	}
	return raw, s.margin(min(s.toView(raw), len(s.text)))
}

// margin returns the place in the raw text from which the text before a place in the view is kept: behind white space,
// where folding begins anew.
func (s *scan) margin(at int) int {
	raw := s.rawAt(at) - maxMargin
	low := at - holdBack
	for least := s.toView(max(0, raw)); low > least && (!isWhite(s.text[low-1]) || at > 0 && s.rank(at-1)-s.rank(low) < marginWords); {
		low--
	}
	if low > 0 {
		raw = max(raw, s.rawAt(low))
	}
	raw = max(raw, 0)
	for raw > 0 && !utf8.RuneStart(s.raw[raw]) {
		raw--
	}
	return raw
}

// fill marks the range [start, end).
func (b bitset) fill(start, end int) {
	if start >= end {
		return
	}
	for w := start >> 6; w <= (end-1)>>6; w++ {
		b[w] |= wordMask(w, start, end)
	}
}
