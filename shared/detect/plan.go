package detect

import (
	"encoding/binary"
	"maps"
	"math"
	"slices"
	"strconv"
	"sync"
)

// defaultMinScore is the threshold where options name none.
const defaultMinScore = 0.5

// maxPlans bounds the cache of plans; when it is full, it starts anew.
const maxPlans = 256

// Plan is Options resolved against an engine: which detectors run, with which thresholds.
// It is immutable and safe for use by many goroutines.
type Plan struct {
	e       *Engine
	enabled []bool
	min     []float64
	explain bool
	source  Source
	// hold is how much of a stream's view is held back at least; leads are the words that hold back what follows.
	hold  int
	leads []lead
	// meaning says that a lexicon or a model runs.
	meaning bool
}

// planCache keeps the plans of the request shapes seen lately.
type planCache struct {
	mu    sync.RWMutex
	plans map[string]*Plan
}

func newPlanCache() *planCache { return &planCache{plans: map[string]*Plan{}} }

// Compile resolves options. Keys are left out: they belong to one string, not to a plan.
// The error is a list of *FieldError that point at names that stand for nothing; the plan is usable even then.
func (e *Engine) Compile(o Options) (*Plan, error) {
	key := o.cacheKey()
	e.plans.mu.RLock()
	p := e.plans.plans[key]
	e.plans.mu.RUnlock()
	if p != nil {
		return p, nil
	}
	p, err := e.compile(o)
	if err != nil {
		return p, err
	}
	e.plans.mu.Lock()
	defer e.plans.mu.Unlock()
	if len(e.plans.plans) >= maxPlans {
		clear(e.plans.plans)
	}
	e.plans.plans[key] = p
	return p, nil
}

// cacheKey spells the options without Keys, unambiguously.
func (o *Options) cacheKey() string {
	if len(o.Include) == 0 && len(o.Exclude) == 0 && len(o.Thresholds) == 0 && o.MinScore == 0 && !o.Explain {
		return string(o.Source)
	}
	var b []byte
	for _, list := range [][]string{o.Include, o.Exclude} {
		b = binary.AppendUvarint(b, uint64(len(list)))
		for _, s := range list {
			b = binary.AppendUvarint(b, uint64(len(s)))
			b = append(b, s...)
		}
	}
	for _, k := range slices.Sorted(maps.Keys(o.Thresholds)) {
		b = binary.AppendUvarint(b, uint64(len(k)))
		b = append(b, k...)
		b = binary.AppendUvarint(b, math.Float64bits(o.Thresholds[k]))
	}
	b = append(b, '|')
	b = binary.AppendUvarint(b, math.Float64bits(o.MinScore))
	b = strconv.AppendBool(b, o.Explain)
	return string(append(b, o.Source...))
}

func (e *Engine) compile(o Options) (*Plan, error) {
	p := &Plan{e: e, explain: o.Explain, source: o.Source, enabled: make([]bool, len(e.dets)), min: make([]float64, len(e.dets))}
	var errs fieldErrors
	included := e.include(o.Include, &errs)
	excluded := e.resolve(o.Exclude, "/exclude", &errs)
	for name := range o.Thresholds {
		if len(e.names[name]) == 0 && len(e.names[Canonical(name)]) == 0 {
			errs.add("/thresholds", "must name types")
			break
		}
	}
	for i, d := range e.dets {
		p.enabled[i] = included[i] && !excluded[i] && d.runsOn(o.Source)
		if !d.denies() {
			p.min[i] = o.threshold(d.Type)
		}
	}
	p.holdBack()
	return p, errs.err()
}

// include returns the detectors that Options.Include turns on. Names of opt-in detectors are added to the
// defaults; any other name limits the scan to what is named. A category never names opt-in detectors.
// Deny lists and the words of policies' rules are a tenant's own and run whatever is included.
func (e *Engine) include(names []string, errs *fieldErrors) []bool {
	named := e.resolve(names, "/include", errs)
	limited := false
	for i, d := range e.dets {
		if !named[i] {
			continue
		}
		if d.OptIn && !slices.ContainsFunc(names, func(n string) bool { return n == d.Name || Canonical(n) == d.Type }) {
			named[i] = false
			continue
		}
		limited = limited || !d.OptIn
	}
	for i, d := range e.dets {
		if !limited && !d.OptIn || d.denies() || d.Category == CategoryPolicy {
			named[i] = true
		}
	}
	return named
}

// resolve returns which detectors the names stand for.
func (e *Engine) resolve(names []string, pointer string, errs *fieldErrors) []bool {
	out := make([]bool, len(e.dets))
	for i, n := range names {
		ids, ok := e.names[n]
		if !ok {
			ids, ok = e.names[Canonical(n)]
		}
		if !ok {
			errs.add(pointer+"/"+strconv.Itoa(i), "names no detector, type or category")
		}
		for _, id := range ids {
			out[id] = true
		}
	}
	return out
}

// runsOn reports whether the detector takes texts of the source.
func (d *compiled) runsOn(s Source) bool {
	if s == SourceSystem && d.Category == CategoryInjection && (d.Lexicon != nil || d.Model != nil) {
		return false
	}
	if s == "" || s == SourceSystem {
		s = SourceInput
	}
	switch {
	case d.Lexicon != nil && len(d.Lexicon.Sources) > 0:
		return slices.Contains(d.Lexicon.Sources, string(s))
	case d.custom != nil && len(d.custom.sources) > 0:
		return slices.Contains(d.custom.sources, s)
	}
	return true
}

// threshold returns the least score of a type.
func (o *Options) threshold(typ string) float64 {
	for name, t := range o.Thresholds {
		if Canonical(name) == typ {
			return t
		}
	}
	switch {
	case o.MinScore == 0:
		return defaultMinScore
	case o.MinScore < 0:
		return 0
	}
	return o.MinScore
}
