package detect

// findAnchors runs Anchor detectors: on the view, and those that look for bytes outside ASCII on the raw text,
// since folding drops what they look for.
func (s *scan) findAnchors() {
	for _, k := range s.plan.e.banks {
		if k.anchored {
			s.scanAnchors(s.text, &k.anchors)
		}
		if k.rawScan && s.folded {
			s.scanAnchors(s.raw, &k.rawAnchors)
		}
	}
}

// scanAnchors hands each anchor byte of text to its detectors.
func (s *scan) scanAnchors(text string, anchors *[256][]*compiled) {
	var anchored [256]bool
	for c := range anchors {
		anchored[c] = len(anchors[c]) > 0
	}
	for i := 0; i < len(text); i++ {
		if !anchored[text[i]] {
			continue
		}
		for _, d := range anchors[text[i]] {
			if s.plan.enabled[d.id] && i >= int(s.anchorEnd[d.id]) {
				if !s.effort.spend(anchorWork) {
					return
				}
				s.anchor(d, text, i)
			}
		}
	}
}

// anchorWork is what an attempt at an anchor costs.
const anchorWork = 64

// anchor runs one detector at one anchor. Anchors inside the value that it found are passed over, which keeps
// the work linear on values full of anchor bytes.
func (s *scan) anchor(d *compiled, text string, at int) {
	start, end, v := s.runAnchor(d, text, at)
	if v == Reject || start < 0 || end > len(text) || start >= end {
		return
	}
	s.anchorEnd[d.id] = int32(end)
	if text[at] >= 0x80 {
		s.offerRaw(candidate{start: start, end: end, det: d, base: d.base(v), valid: v == Valid, why: d.Name})
		return
	}
	s.offer(d, start, end, v, false, d.Name)
}

func (s *scan) runAnchor(d *compiled, text string, at int) (start, end int, v Verdict) {
	defer s.recoverFrom(d, &v)
	return d.Anchor.Scan(text, at)
}
