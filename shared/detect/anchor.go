package detect

// findAnchors runs Anchor detectors: on the view, and those that look for bytes outside ASCII on the raw text,
// since folding drops what they look for.
func (s *scan) findAnchors() {
	k := s.plan.e.banks[0]
	if k.anchored {
		s.scanAnchors(s.text, s.from, &k.anchors, func(i int) int { return s.planes.next(planeAnchor, i) })
	}
	if k.rawScan && s.folded {
		s.scanAnchors(s.raw, s.rawFrom, &k.rawAnchors, func(i int) int {
			for i < len(s.raw) && len(k.rawAnchors[s.raw[i]]) == 0 {
				i++
			}
			return i
		})
	}
}

// scanAnchors hands each anchor byte of text[from:], as next finds it at or behind a place, to its detectors. One that
// panics loses that candidate, and the rest of the text goes on where it was.
func (s *scan) scanAnchors(text string, from int, anchors *[256][]*compiled, next func(int) int) {
	for at := (place{byte: next(from)}); at.byte < len(text) && !s.effort.ended; at.detector++ {
		s.scanAnchorsFrom(text, anchors, next, &at)
	}
}

// place is where scanAnchors is: at a byte, and at a detector of those that start there.
type place struct{ byte, detector int }

// scanAnchorsFrom goes on from a place to the end, or to the detector that panics. To guard the loop and not each call
// halves what an anchor costs.
func (s *scan) scanAnchorsFrom(text string, anchors *[256][]*compiled, next func(int) int, at *place) {
	var d *compiled
	defer func() {
		if recover() != nil {
			s.fail(d)
		}
	}()
	for ; at.byte < len(text); at.byte = next(at.byte + 1) {
		list := anchors[text[at.byte]]
		inWord := len(list) > 0 && at.byte > 0 && isAlnum(text[at.byte-1])
		for ; at.detector < len(list); at.detector++ {
			d = list[at.detector]
			if s.plan.enabled[d.id] && at.byte >= int(s.anchorEnd[d.id]) && (!inWord || !d.Anchor.Word) {
				if !s.effort.spend(anchorWork) {
					return
				}
				s.anchor(d, text, at.byte)
			}
		}
		at.detector = 0
	}
}

// anchorWork is what an attempt at an anchor costs.
const anchorWork = 64

// anchor runs one detector at one anchor. Anchors inside the value that it found are passed over, which keeps
// the work linear on values full of anchor bytes.
func (s *scan) anchor(d *compiled, text string, at int) {
	start, end, v := d.Anchor.Scan(text, at)
	if v == Reject || start < 0 || end > len(text) || start >= end {
		return
	}
	s.anchorEnd[d.id] = int32(end)
	if text[at] >= 0x80 {
		s.markRaw(min(start, at), max(end, at+1))
		s.offerRaw(candidate{start: start, end: end, det: d, base: d.base(v), valid: v == Valid, why: d.Name})
		return
	}
	s.mark(min(start, at), max(end, at+1))
	s.offer(d, start, end, v, false, d.Name)
}
