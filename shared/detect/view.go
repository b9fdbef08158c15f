package detect

import "strings"

// view is another text that the scanned one holds in some form, with the way back.
type view struct {
	// name is what explanations call it.
	name string
	text string
	// place leads from a range of the view's text to the raw text; not ok drops what was found there.
	place func(d *compiled, start, end int) (rawStart, rawEnd int, ok bool)
	// labeled says that the text is a value behind its own name.
	labeled bool
	// gaps says that the text is the scanned one, but for invisible characters; soft are the places where soft hyphens
	// stood.
	gaps bool
	soft []int32
	// inner and outer lead from a place in the raw text to the view's text, and from a range of that back, where the view
	// is of all of the scanned text; else they are nil.
	inner func(at int) int
	outer func(start, end int) (rawStart, rawEnd int)
	// rotated says that the text was rotated by 13 letters: rotating it again is not worth the work.
	rotated bool
	// whole says that what is found stands for all that the view was made of, whatever else stands there.
	whole bool
}

// scanViews scans what the text holds in other forms: a short value also behind its name, and what is encoded.
func (s *scan) scanViews(keys []string) {
	if s.effort.ended {
		return
	}
	if v, ok := s.labelView(keys); ok {
		s.scanView(v, keys)
	}
	if v, ok := s.gapView(); ok {
		s.scanView(v, keys)
	}
	if s.depth < maxDepth {
		s.decoded(func(v view) { s.scanView(v, keys) })
	}
	if s.effort.ended { // any detector might have found more
		s.cutShort(pipeline[:])
	}
}

// scanView scans a view on working memory of its own, and takes over what it finds.
func (s *scan) scanView(v view, keys []string) {
	if !s.effort.look() {
		return
	}
	pool := s.plan.e.pool
	sub := pool.Get().(*scan)
	defer sub.release(pool)
	sub.reset(s.effort.ctx, s.plan, v.text)
	sub.effort, sub.inView = s.effort, true
	s.share(&v, sub)
	sub.findKeys(keys)
	switch {
	case v.gaps:
		sub.rawSoft = v.soft
		sub.run(nil)
	case v.labeled:
		sub.run(func(st *stage) bool { return st.labels })
	default:
		sub.depth, sub.decodeLeft, sub.isRotated = s.depth+1, s.decodeLeft, v.rotated
		sub.run(nil)
		sub.scanViews(nil)
		s.decodeLeft = sub.decodeLeft
	}
	sub.resolve()
	first := len(s.cands)
	for _, i := range sub.kept {
		s.adopt(&v, sub.cands[i], first)
	}
	s.takeMarks(&v, sub)
	for _, id := range sub.failed {
		s.fail(s.plan.e.dets[id])
	}
	s.decodeCut = s.decodeCut || sub.decodeCut
}

// share tells a view of all of the text where the units of the text end, and what has been told.
func (s *scan) share(v *view, sub *scan) {
	if v.inner == nil {
		return
	}
	for _, at := range s.unitEnds() {
		sub.rawFences = append(sub.rawFences, int32(v.inner(s.rawAt(int(at)))))
	}
	sub.on, sub.rawFrom, sub.path = s.on, v.inner(s.rawFrom), s.path+v.name+"/"
	if s.on {
		sub.begin = make(map[chainKey]int, len(s.begin))
		for k, at := range s.begin {
			sub.begin[k] = v.inner(at)
		}
	}
}

// adopt keeps a candidate of a view at the place in the raw text that it stands for: of those that stand for the whole
// view, the best of each type. The view's candidates begin at first.
func (s *scan) adopt(v *view, c candidate, first int) {
	start, end, ok := v.place(c.det, c.start, c.end)
	if !ok || start >= end {
		return
	}
	c.start, c.end = start, end
	if c.judgment != nil { // its words are places of the view
		c.judgment.tokens = nil
	}
	c.whole = c.whole || v.whole
	if c.view == "" || v.whole {
		c.view = v.name
	}
	if v.whole {
		for i := first; i < len(s.cands); i++ {
			if s.cands[i].det.Type == c.det.Type {
				if s.cands[i].score < c.score {
					s.cands[i] = c
				}
				return
			}
		}
	}
	s.cands = append(s.cands, c)
}

// maxLabel and maxLabeled bound a name and a value that are read as if the one stood before the other.
const (
	maxLabel   = 64
	maxLabeled = 256
)

// labelView returns the text behind its name, as people write "password: ..." where a document has a member of that
// name. Detectors that look for a label then find it. The name comes as written and, if that differs, in words too.
// Only names with a word that such a detector knows are worth the work.
func (s *scan) labelView(keys []string) (view, bool) {
	if !s.labeled || s.partial || len(s.raw) == 0 || len(s.raw) > maxLabeled {
		return view{}, false
	}
	name := label(keys)
	if name == "" || len(name) > maxLabel {
		return view{}, false
	}
	words := strings.ToLower(strings.TrimSpace(string(appendKey(nil, name))))
	text := name + ": " + s.raw
	first, second := len(name)+2, -1
	if words != strings.ToLower(name) {
		second = len(text) + len("\n") + len(words) + 2
		text += "\n" + words + ": " + s.raw
	}
	n := len(s.raw)
	return view{name: "label", text: text, labeled: true, place: func(d *compiled, start, end int) (int, int, bool) {
		if second >= 0 && start >= second {
			start, end = start-second, end-second
		} else {
			start, end = start-first, end-first
		}
		// The name says what the value is, and not what is said in it.
		ok := start >= 0 && end <= n && (d.Pattern == nil || strings.TrimLeft(s.raw[:start], " \t\"'(#") == "")
		if d.Category == CategorySecret {
			ok = ok && strings.TrimRight(s.raw[end:], " \t\"';,\n") == ""
		}
		return start, end, ok
	}}, true
}

// label returns the name that says what a value is: the innermost, with the one around it where it says too little.
func label(keys []string) string {
	name := ""
	for i := len(keys) - 1; i >= max(0, len(keys)-maxKeys); i-- {
		switch strings.ToLower(keys[i]) {
		case "value", "values", "text", "content", "data", "raw", "string", "val":
			continue
		case "number", "no", "nr", "num", "id", "code":
			if name == "" {
				name = keys[i]
				continue
			}
		}
		return strings.TrimSpace(keys[i] + " " + name)
	}
	return name
}
