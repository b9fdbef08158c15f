package model

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"hash/fnv"
	"math"
	"runtime"
	"slices"

	"golang.org/x/sync/errgroup"
)

// Example is one text of a training set.
type Example struct {
	// Units are the text, cut into the pieces that are judged by themselves. What the text is, at least one of them is: of
	// a text that is a hit, training finds out which.
	Units []string
	// Labels say by head what the text is: 1 a hit, -1 none, 0 nothing is said.
	Labels []int8
	// Group is the same for texts that are copies of one another but for details; they are never on both sides of a test.
	Group int
	// Hard says that a text is none but was written to look like a hit. It is learned from like any other; thresholds,
	// which are to hold for ordinary texts, do not depend on it.
	Hard bool
	// Weight is how much a mistake about the text costs, beside others; 0 means 1.
	Weight float64
}

func (e *Example) weight() float64 {
	if e.Weight == 0 {
		return 1
	}
	return e.Weight
}

// Options say how to train.
type Options struct {
	// Heads are the names of the questions.
	Heads []string
	// FalseAlarms is the share of harmless texts that may be hits, by head, those that are hard left out of account.
	FalseAlarms []float64
	// Costs are the values of C to choose from, by head.
	Costs [][]float64
	// MinTexts is in how many units of texts a feature must stand to count, 2 if it is less.
	MinTexts int
	Seed     uint64
}

// folds is into how many parts the examples are cut: each is judged by weights made from the others.
const folds = 5

// Set is a training set whose texts have been turned into features.
type Set struct {
	o        Options
	examples []Example
	v        *vocabulary
	vectors  [][][]feature
}

// ErrExamples says that examples are too few, or all of one kind.
var ErrExamples = errors.New("model: a head needs hits and others in several groups")

// NewSet turns examples into features.
func NewSet(examples []Example, o Options) (*Set, error) {
	if len(o.Heads) == 0 || len(o.Heads) > maxHeads || len(o.FalseAlarms) != len(o.Heads) || len(o.Costs) != len(o.Heads) {
		return nil, fmt.Errorf("model: options for %d heads", len(o.Heads))
	}
	var texts []string
	var groups []int
	for i, e := range examples {
		if len(e.Labels) != len(o.Heads) {
			return nil, fmt.Errorf("model: example %d has %d labels for %d heads", i, len(e.Labels), len(o.Heads))
		}
		for _, u := range e.Units {
			texts = append(texts, u)
			groups = append(groups, e.Group)
		}
	}
	s := &Set{o: o, examples: examples, v: newVocabulary(texts, groups, max(o.MinTexts, minTexts))}
	var c counter
	for i := range examples {
		var units [][]feature
		for _, u := range examples[i].Units {
			units = append(units, slices.Clone(c.vector(s.v, u)))
		}
		s.vectors = append(s.vectors, units)
	}
	return s, nil
}

// Weights are what a head has learned.
type Weights struct {
	w    []float64
	bias float64
}

func (w Weights) margin(x []feature) float64 {
	m := w.bias
	for _, f := range x {
		m += float64(w.w[f.id] * float64(f.value))
	}
	return m
}

// Margin is that of the unit of an example that looks most like a hit.
func (s *Set) Margin(w Weights, example int) float64 {
	best := math.Inf(-1)
	for _, x := range s.vectors[example] {
		best = max(best, w.margin(x))
	}
	return best
}

// The search for the units of a hit that are ones: how often, and from which margin on a unit is taken for one beside
// the best.
const (
	rounds = 3
	sure   = 0.3
)

// Fit finds the weights of a head from the examples that use admits.
func (s *Set) Fit(ctx context.Context, head int, cost float64, use func(example int) bool) (Weights, error) {
	var w Weights
	for round := range rounds {
		if err := ctx.Err(); err != nil {
			return w, err
		}
		rows, several := s.rows(head, cost, use, w, round)
		if !mixed(rows) {
			return w, fmt.Errorf("%s: %w", s.o.Heads[head], ErrExamples)
		}
		w.w, w.bias = solve(rows, len(s.v.idf), s.o.Seed)
		if !several {
			break
		}
	}
	return w, nil
}

// rows are the units to learn from; several says that some hit has more than one.
func (s *Set) rows(head int, cost float64, use func(int) bool, w Weights, round int) (rows []row, several bool) {
	for i := range s.examples {
		label := s.examples[i].Labels[head]
		if label == 0 || !use(i) {
			continue
		}
		units := s.vectors[i]
		if label < 0 || len(units) == 1 || round == 0 {
			several = several || label > 0 && len(units) > 1
			for _, x := range units {
				rows = append(rows, row{x, float64(label), cost * s.examples[i].weight()})
			}
			continue
		}
		several = true
		best := s.Margin(w, i)
		for _, x := range units {
			if m := w.margin(x); m == best || m > sure {
				rows = append(rows, row{x, 1, cost * s.examples[i].weight()})
			}
		}
	}
	return rows, several
}

func mixed(rows []row) bool {
	return slices.ContainsFunc(rows, func(r row) bool { return r.y > 0 }) && slices.ContainsFunc(rows, func(r row) bool { return r.y < 0 })
}

// fold is the part that a group belongs to.
func fold(group int) int {
	h := fnv.New32a()
	fmt.Fprint(h, group)
	return int(h.Sum32() % folds)
}

// Result is what training says of a head: how the examples came out when they were judged by weights that had not seen
// them or their copies.
type Result struct {
	Head Head
	// Margins are by example, NaN where the head has no label; Hit says which examples are hits.
	Margins []float64
	Hit     []bool
}

// Train makes a model of the examples, with weights from all of them; its calibration and its thresholds come from
// margins of examples that the weights had not seen.
func (s *Set) Train(ctx context.Context, name, version, data string) (*Model, []Result, error) {
	results := make([]Result, len(s.o.Heads))
	final := make([][]float64, len(s.o.Heads))
	for h := range s.o.Heads {
		r, w, err := s.head(ctx, h)
		if err != nil {
			return nil, nil, err
		}
		results[h], final[h] = r, w.w
	}
	m := &Model{v: *s.v}
	m.header = Header{Format: format, Name: name, Version: version, Features: len(s.v.idf), Chars: s.v.chars, Data: data}
	var scales []float64
	m.weights, scales = pack(final)
	for h := range results {
		results[h].Head.Scale = scales[h]
		m.header.Heads = append(m.header.Heads, results[h].Head)
	}
	return m, results, nil
}

// chooseCost is the cost of a head with the best recall on one part. A head with one cost to choose from has that.
func (s *Set) chooseCost(ctx context.Context, h int) (float64, error) {
	costs := s.o.Costs[h]
	if len(costs) == 1 {
		return costs[0], nil
	}
	recalls := make([]float64, len(costs))
	g, within := errgroup.WithContext(ctx)
	g.SetLimit(runtime.GOMAXPROCS(0))
	for i, cost := range costs {
		g.Go(func() error {
			w, err := s.Fit(within, h, cost, func(i int) bool { return fold(s.examples[i].Group) != 0 })
			if err != nil {
				return err
			}
			recalls[i] = s.recall(w, h, 0)
			return nil
		})
	}
	if err := g.Wait(); err != nil {
		return 0, err
	}
	best, at := -1.0, 0
	for i, r := range recalls {
		if r > best+0.002 { // a smaller cost generalizes better
			best, at = r, i
		}
	}
	return costs[at], nil
}

// head trains one head.
func (s *Set) head(ctx context.Context, h int) (Result, Weights, error) {
	cost, err := s.chooseCost(ctx, h)
	if err != nil {
		return Result{}, Weights{}, err
	}
	margins := make([]float64, len(s.examples))
	for i := range margins {
		margins[i] = math.NaN()
	}
	g, within := errgroup.WithContext(ctx)
	g.SetLimit(runtime.GOMAXPROCS(0))
	for part := range folds {
		g.Go(func() error {
			w, err := s.Fit(within, h, cost, func(i int) bool { return fold(s.examples[i].Group) != part })
			if err != nil {
				return err
			}
			for i := range s.examples {
				if s.examples[i].Labels[h] != 0 && fold(s.examples[i].Group) == part {
					margins[i] = s.Margin(w, i)
				}
			}
			return nil
		})
	}
	if err := g.Wait(); err != nil {
		return Result{}, Weights{}, err
	}
	w, err := s.Fit(ctx, h, cost, func(int) bool { return true })
	if err != nil {
		return Result{}, Weights{}, err
	}
	head := s.calibrated(h, cost, w, margins)
	hit := make([]bool, len(margins))
	for i := range hit {
		hit[i] = s.examples[i].Labels[h] > 0
	}
	return Result{Head: head, Margins: margins, Hit: hit}, w, nil
}

// Held reports whether an example is of the part that Single chooses thresholds by.
func (s *Set) Held(example int) bool { return fold(s.examples[example].Group) == 0 }

// Single makes a model of one head, with a cost, from the examples that use admits. Weights come from four fifths of them,
// calibration and threshold from the rest, which Held tells.
func (s *Set) Single(ctx context.Context, head int, cost float64, use func(example int) bool) (*Model, error) {
	w, err := s.Fit(ctx, head, cost, func(i int) bool { return use(i) && !s.Held(i) })
	if err != nil {
		return nil, err
	}
	margins := make([]float64, len(s.examples))
	for i := range margins {
		margins[i] = math.NaN()
		if s.examples[i].Labels[head] != 0 && use(i) && s.Held(i) {
			margins[i] = s.Margin(w, i)
		}
	}
	h := s.calibrated(head, cost, w, margins)
	m := &Model{v: *s.v}
	m.header = Header{Format: format, Name: h.Name, Version: h.Name, Features: len(s.v.idf), Chars: s.v.chars}
	var scales []float64
	m.weights, scales = pack([][]float64{w.w})
	h.Scale = scales[0]
	m.header.Heads = []Head{h}
	return m, nil
}

// calibrated is a head whose sigmoid and threshold come from margins of examples that its weights had not seen; NaN means
// that there is none.
func (s *Set) calibrated(head int, cost float64, w Weights, margins []float64) Head {
	var known, others []float64
	var hits []bool
	for i, m := range margins {
		switch {
		case math.IsNaN(m):
		case s.examples[i].Labels[head] > 0:
			known, hits = append(known, m), append(hits, true)
		default:
			known, hits = append(known, m), append(hits, false)
			if !s.examples[i].Hard {
				others = append(others, m)
			}
		}
	}
	sig := calibrate(known, hits)
	return Head{Name: s.o.Heads[head], Bias: w.bias, A: sig.a, B: sig.b, Cost: cost, Threshold: threshold(others, s.o.FalseAlarms[head])}
}

// recall is the share of a part's hits that are found at the allowed share of false alarms.
func (s *Set) recall(w Weights, head, part int) float64 {
	var hits, others []float64
	for i := range s.examples {
		if fold(s.examples[i].Group) != part {
			continue
		}
		switch s.examples[i].Labels[head] {
		case 1:
			hits = append(hits, s.Margin(w, i))
		case -1:
			if !s.examples[i].Hard {
				others = append(others, s.Margin(w, i))
			}
		}
	}
	t := threshold(others, s.o.FalseAlarms[head])
	n := 0
	for _, m := range hits {
		if m >= t {
			n++
		}
	}
	return float64(n) / float64(max(len(hits), 1))
}

// threshold is the margin that so large a share of others reaches at most.
func threshold(others []float64, share float64) float64 {
	if len(others) == 0 {
		return 0
	}
	sorted := slices.SortedFunc(slices.Values(others), func(a, b float64) int { return cmp.Compare(b, a) })
	n := int(share * float64(len(sorted)))
	if n >= len(sorted) {
		return sorted[len(sorted)-1]
	}
	return math.Nextafter(sorted[n], math.Inf(1))
}
