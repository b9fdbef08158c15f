package detect

import (
	"errors"
	"fmt"
	"sync"
)

// Engine finds what its detectors describe. It is immutable and safe for use by many goroutines.
type Engine struct {
	// banks are the built-in detectors and, in a tenant's engine, the tenant's own.
	banks []*bank
	dets  []*compiled
	// names maps detector names, types and categories to detector ids.
	names      map[string][]int
	validators map[string]func(string) Verdict
	lists      *lists
	noLiteral  []string
	regexes    []*customRegex
	fuzzy      *fuzzyIndex
	judges     []*judge
	plans      *planCache
	pool       *sync.Pool
}

// New compiles the built-in detectors. Regular expressions compile later, on the first hit of a keyword.
// It fails if a literal is wrong: a name used twice, no kind or several, an unusable mask or keyword.
func New(detectors []Detector) (*Engine, error) {
	if err := validateAll(detectors); err != nil {
		return nil, err
	}
	e := &Engine{plans: newPlanCache(), pool: &sync.Pool{New: func() any { return &scan{} }}}
	b := newBankBuilder(4096)
	for i := range detectors {
		d := &compiled{Detector: detectors[i], id: i}
		if d.Pattern != nil {
			d.pattern = &patternState{}
		}
		e.dets = append(e.dets, d)
		b.detector(d)
		if d.Model != nil {
			e.addJudge(d)
		}
	}
	if len(e.judges) > maxJudges {
		return nil, fmt.Errorf("%d questions to models; there may be %d", len(e.judges), maxJudges)
	}
	for _, w := range neutralWords() {
		b.phrase(w).neutral = true
	}
	b.addRotation()
	k, err := b.build(e.dets, builtinBudget)
	if err != nil {
		return nil, fmt.Errorf("compile detectors: %w", err)
	}
	e.banks = []*bank{k}
	e.names = indexNames(e.dets)
	return e, nil
}

// WithValidators returns an engine whose custom patterns may name these checks. A check judges the value with
// separators removed and letters upper-cased.
func (e *Engine) WithValidators(v map[string]func(norm string) Verdict) *Engine {
	out := *e
	out.validators, out.plans = v, newPlanCache()
	return &out
}

// Detectors returns the built-in detectors and, in a tenant's engine, the tenant's own, in order of registration.
func (e *Engine) Detectors() []Detector {
	out := make([]Detector, len(e.dets))
	for i, d := range e.dets {
		out[i] = d.Detector
	}
	return out
}

// indexNames maps each name, type and category to the detectors it stands for.
func indexNames(dets []*compiled) map[string][]int {
	names := make(map[string][]int, 2*len(dets))
	for _, d := range dets {
		for _, n := range []string{d.Name, d.Type, string(d.Category)} {
			if ids := names[n]; len(ids) == 0 || ids[len(ids)-1] != d.id {
				names[n] = append(ids, d.id)
			}
		}
	}
	return names
}

// validateAll returns every mistake in the literals.
func validateAll(detectors []Detector) error {
	var errs []error
	seen := make(map[string]bool, len(detectors))
	for i := range detectors {
		d := &detectors[i]
		if err := d.validate(); err != nil {
			errs = append(errs, fmt.Errorf("detector %q: %w", d.Name, err))
		}
		if seen[d.Name] {
			errs = append(errs, fmt.Errorf("detector %q: name is used twice", d.Name))
		}
		seen[d.Name] = true
	}
	return errors.Join(errs...)
}
