package detect

import (
	"slices"
	"sync"
	"unicode/utf8"

	"guardrails/shared/model"
)

// Model recognises meaning by a linear model, which judges a text in units of some sentences. Detectors with the same
// head share the judgment: the head says whether something is there, the kind which of them reports it.
type Model struct {
	// Open returns the model; it is called once, when a text is judged first. If it fails, lexicons decide alone, and
	// results name the detector as incomplete.
	Open func() (*model.Model, error)
	// Head is the question that the model has been trained for; its threshold becomes the score .5.
	Head string
	// Kind is the head that tells this detector's findings from those of the others, empty for the one that reports
	// what none of the kinds claims.
	Kind string
}

// judge is one question of a model with the detectors that report its hits.
type judge struct {
	category Category
	head     string
	open     func() (*model.Model, error)
	dets     []*compiled

	once sync.Once
	// model is nil if it could not be opened. index is the head's number, kinds are those of the detectors, -1 for none.
	model *model.Model
	index int
	kinds []int
}

// addJudge gives a detector to the judge of its head.
func (e *Engine) addJudge(d *compiled) {
	for _, j := range e.judges {
		if j.head == d.Model.Head && j.category == d.Category {
			j.dets = append(j.dets, d)
			return
		}
	}
	e.judges = append(e.judges, &judge{category: d.Category, head: d.Model.Head, open: d.Model.Open, dets: []*compiled{d}})
}

// ready opens the model on the first call.
func (j *judge) ready() bool {
	j.once.Do(func() {
		m, err := j.open()
		if err != nil {
			return
		}
		var ok bool
		if j.index, ok = m.Head(j.head); !ok {
			return
		}
		for _, d := range j.dets {
			kind := -1
			if d.Model.Kind != "" {
				if kind, ok = m.Head(d.Model.Kind); !ok {
					return
				}
			}
			j.kinds = append(j.kinds, kind)
		}
		j.model = m
	})
	return j.model != nil
}

// reporter is the detector that reports a hit with these margins: of the kinds that claim it, the surest.
func (j *judge) reporter(margins []float64) *compiled {
	best, claim := -1, 0.0
	for i, kind := range j.kinds {
		switch {
		case kind < 0 && best < 0:
			best = i
		case kind >= 0 && margins[kind] > claim:
			best, claim = i, margins[kind]
		}
	}
	if best < 0 {
		return j.dets[0]
	}
	return j.dets[best]
}

// judged is what the judges of an engine say of one unit of a reading, by judge: .5 is the threshold.
type judged struct {
	start, end int32
	score      [maxJudges]float32
}

const (
	// maxJudges is how many questions an engine can ask.
	maxJudges = 4
	// minLetters is how many letters a unit has that is judged: less is a name or a code.
	minLetters = 8
	// minOrder is how many words a unit has that is asked for orders.
	minOrder = 3
	// leastJudged is the lowest score that is a finding, whatever the threshold.
	leastJudged = 0.1
	// judgeWork is how much work a byte of a unit is.
	judgeWork = 2
)

// judgeUnits asks the models about each unit of a reading, keeps what they say for the lexicons, and offers hits. Judges of one
// model share its reading of a unit, which is most of the work.
func (s *scan) judgeUnits(r *reading) {
	s.judged = s.judged[:0]
	s.asked = [maxJudges]bool{}
	n := 0
	for i, j := range s.plan.e.judges {
		if !s.plan.judges(j) {
			continue
		}
		if s.asked[i] = j.ready(); !s.asked[i] {
			s.failJudge(j)
			continue
		}
		n++
	}
	at := r.from
	for _, e := range r.ends {
		end := int(e)
		asked := n > 0 && s.judgeable(r, at, end)
		work := (end - at) / 16
		if asked {
			work = n * judgeWork * (end - at)
		}
		if !s.effort.spend(work) {
			return
		}
		s.judged = append(s.judged, judged{start: int32(at), end: int32(end)})
		if asked && hasLetters(r.text[at:end]) {
			s.heard = nil
			order := mayOrder(r.text[at:end])
			for i, j := range s.plan.e.judges {
				if order || j.category != CategoryInjection {
					s.asked[i] = s.asked[i] && s.ask(r, i, j, at, end)
				}
			}
		}
		at = end
	}
}

// judges reports whether the plan runs a detector of the judge or a lexicon that it supports.
func (p *Plan) judges(j *judge) bool {
	return slices.ContainsFunc(j.dets, func(d *compiled) bool { return p.enabled[d.id] })
}

func (s *scan) failJudge(j *judge) {
	for _, d := range j.dets {
		if s.plan.enabled[d.id] {
			s.fail(d)
		}
	}
}

// ask has one judge judge the last unit, [at, end) of the reading; it returns false if the judge is of no use.
func (s *scan) ask(r *reading, number int, j *judge, at, end int) (ok bool) {
	defer func() {
		if recover() != nil {
			s.failJudge(j)
		}
	}()
	if s.heard != j.model {
		s.margins = s.scorer.Margins(j.model, r.text[at:end], s.heads(j.model), s.margins[:0])
		s.heard = j.model
	}
	margin := s.margins[j.index]
	score := j.model.Header().Heads[j.index].Score(margin)
	s.judged[len(s.judged)-1].score[number] = float32(score)
	if score >= max(s.plan.least(j), leastJudged) {
		s.offerJudged(r, j, at, end, margin, score)
	}
	return true
}

// heads is how many heads of a model are asked.
func (s *scan) heads(m *model.Model) int {
	n := 0
	for i, j := range s.plan.e.judges {
		if s.asked[i] && j.model == m {
			n = max(n, j.index+1)
		}
	}
	return n
}

// least is the lowest threshold of a judge's detectors.
func (p *Plan) least(j *judge) float64 {
	least := 1.0
	for _, d := range j.dets {
		if p.enabled[d.id] {
			least = min(least, p.min[d.id])
		}
	}
	return least
}

// hasLetters reports whether a unit has enough letters to mean something.
func hasLetters(text string) bool {
	n := 0
	for i := range len(text) {
		if isLetter(text[i]) || text[i] >= utf8.RuneSelf {
			if n++; n >= minLetters {
				return true
			}
		}
	}
	return false
}

// mayOrder reports whether a unit has enough words to order somebody about: fewer are names of settings. Letters outside
// ASCII may be of a script without words.
func mayOrder(text string) bool {
	n, inside := 0, false
	for i := range len(text) {
		if text[i] >= utf8.RuneSelf {
			return true
		}
		letter := isLetter(text[i])
		if letter && !inside {
			if n++; n >= minOrder {
				return true
			}
		}
		inside = letter
	}
	return false
}

// offerJudged offers the part of a unit that the judgment rests on.
func (s *scan) offerJudged(r *reading, j *judge, start, end int, margin, score float64) {
	unit := r.text[start:end]
	s.margins = s.scorer.Margins(j.model, unit, len(j.model.Header().Heads), s.margins[:0])
	d := j.reporter(s.margins)
	if !s.plan.enabled[d.id] {
		return
	}
	words := s.scorer.Contributions(j.model, j.index, unit)
	from, to := strongest(words)
	from, to = wholeSentences(unit, from, to)
	c := candidate{det: d, base: score, why: j.head}
	if s.plan.explain {
		c.judgment = s.judgment(r, j, start, margin, words)
	}
	c.start, c.end = r.m.span(start+from, start+to)
	s.offerScored(c)
}

// strongest is the range of words that adds most to a margin.
func strongest(words []model.Contribution) (from, to int) {
	best, sum, first := 0.0, 0.0, 0
	for i, w := range words {
		if sum <= 0 {
			sum, first = 0, i
		}
		if sum += w.Weight; sum > best {
			best, from, to = sum, words[first].Start, w.End
		}
	}
	return from, to
}

// wholeSentences widens a range of a unit to sentences.
func wholeSentences(unit string, from, to int) (int, int) {
	if from >= to {
		from, to = 0, len(unit)
	}
	for from > 0 && !endsSentence(unit, from-1, from) {
		from--
	}
	for to < len(unit) && !endsSentence(unit, to-1, to) {
		to++
	}
	for from < to && isWhite(unit[from]) {
		from++
	}
	for from < to && isWhite(unit[to-1]) {
		to--
	}
	return from, to
}

// supportWorth is what a model's judgment adds to a lexicon's, at most: two weak signs make one.
const supportWorth = 0.6

// support is what the judge of a category says of the unit at a place of the reading, 0..1.
func (s *scan) support(category Category, at int) float64 {
	i, found := slices.BinarySearchFunc(s.judged, int32(at), func(u judged, at int32) int {
		switch {
		case u.end <= at:
			return -1
		case u.start > at:
			return 1
		}
		return 0
	})
	if !found {
		return 0
	}
	for number, j := range s.plan.e.judges {
		if j.category == category {
			return float64(s.judged[i].score[number])
		}
	}
	return 0
}

// judgment is what an explanation says of a model's judgment, with tokens as ranges of raw bytes.
type judgment struct {
	version                      string
	bias, probability, threshold float64
	tokens                       []Token
}

// maxTokens is how many words an explanation shows.
const maxTokens = 10

// judgment explains a hit: the words that add most to it or take most away, in order of the text.
func (s *scan) judgment(r *reading, j *judge, start int, margin float64, words []model.Contribution) *judgment {
	h := j.model.Header()
	head := h.Heads[j.index]
	out := &judgment{version: h.Version, bias: head.Bias, probability: head.Probability(margin), threshold: head.Probability(head.Threshold)}
	order := slices.Clone(words)
	slices.SortStableFunc(order, func(a, b model.Contribution) int {
		switch x, y := a.Weight*a.Weight, b.Weight*b.Weight; {
		case x > y:
			return -1
		case x < y:
			return 1
		}
		return 0
	})
	order = order[:min(len(order), maxTokens)]
	slices.SortFunc(order, func(a, b model.Contribution) int { return a.Start - b.Start })
	for _, w := range order {
		from, to := r.m.span(start+w.Start, start+w.End)
		from, to = s.toRaw(from, to)
		out.tokens = append(out.tokens, Token{Start: from, End: to, Contribution: w.Weight})
	}
	return out
}

// explain turns a judgment into what the caller gets. Tokens count code points of the text; they are near the finding, so
// that counting from there is little work.
func (j *judgment) explain(text string, f *Finding) *ModelExplanation {
	x := &ModelExplanation{ModelVersion: j.version, Bias: j.bias, Probability: j.probability, Threshold: j.threshold, Tokens: []Token{}}
	place := func(at int) int {
		if at < f.ByteStart {
			return f.Start - utf8.RuneCountInString(text[at:f.ByteStart])
		}
		return f.Start + utf8.RuneCountInString(text[f.ByteStart:at])
	}
	for _, t := range j.tokens {
		x.Tokens = append(x.Tokens, Token{Start: place(t.Start), End: place(t.End), Contribution: t.Contribution})
	}
	return x
}
