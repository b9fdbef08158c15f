package policy

import (
	"math"
	"slices"
	"strconv"
	"strings"

	"guardrails/shared/detect"
)

const (
	// maxNamed bounds the findings that one violation names.
	maxNamed = 100
	// maxListed bounds the findings that an answer lists; the others are judged and redacted all the same.
	maxListed = 10_000
)

// Decide judges everything that was scanned in one request; the package comment has the principles.
func (s *Set) Decide(scanned []Scanned) Outcome {
	d := newDecision(s, scanned)
	for i := range s.rules {
		d.judge(&s.rules[i])
	}
	d.company()
	return d.outcome()
}

// decision is a request being judged. Findings are named by their index in found.
type decision struct {
	set     *Set
	scanned []Scanned
	found   []located
	byType  map[string][]int
	byKind  map[detect.Category][]int
	fired   []breach
}

// located is a finding with the string it stands in and what is to be done with it.
type located struct {
	*detect.Finding
	scanned int
	action  Action
	allowed bool
	// drop says that a rule's own finding has not supported a breach (yet).
	drop bool
}

// breach is a rule that fired and the findings that made it fire.
type breach struct {
	rule *compiledRule
	hits []int
}

func newDecision(s *Set, scanned []Scanned) *decision {
	d := &decision{set: s, scanned: scanned, byType: map[string][]int{}, byKind: map[detect.Category][]int{}}
	for i := range scanned {
		// What the engine does not list counts as well: else whatever comes first could shield what follows.
		for _, list := range [][]detect.Finding{scanned[i].Result.Findings, scanned[i].Result.Hidden} {
			for j := range list {
				d.add(&list[j], i)
			}
		}
	}
	return d
}

func (d *decision) add(f *detect.Finding, scanned int) {
	l := located{Finding: f, scanned: scanned}
	l.action, l.allowed = d.set.action(f)
	if f.Category == detect.CategoryPolicy {
		l.action, l.drop = Allow, true
	}
	i := len(d.found)
	d.found = append(d.found, l)
	d.byType[f.Type] = append(d.byType[f.Type], i)
	d.byKind[f.Category] = append(d.byKind[f.Category], i)
}

// action returns what a policy says of a finding's type, else of its category, else the default; allowed says that
// a policy allows it by name.
func (s *Set) action(f *detect.Finding) (action Action, allowed bool) {
	for _, name := range []string{f.Type, string(f.Category)} {
		if a, ok := s.actions[name]; ok {
			return a, a == Allow
		}
	}
	return defaultAction(f), false
}

// judge fires the rule if the findings breach it.
func (d *decision) judge(r *compiledRule) {
	hits := d.hits(r)
	if len(hits) < max(r.MinCount, 1) {
		return
	}
	d.fired = append(d.fired, breach{rule: r, hits: hits})
	for _, i := range hits {
		l := &d.found[i]
		if l.Type == r.own {
			l.action, l.drop = Strongest(l.action, r.Action), false
			continue
		}
		l.action = Strongest(l.action, weaker(r.Action, Redact))
		l.drop = false
	}
}

func weaker(a, b Action) Action {
	if a.rank() < b.rank() {
		return a
	}
	return b
}

// hits returns the findings that count for a rule, in order. It copies before it deletes: the index lists are shared
// by all rules.
func (d *decision) hits(r *compiledRule) []int {
	var entities []int
	for _, t := range r.types {
		entities = append(entities, d.byType[t]...)
	}
	for _, c := range r.categories {
		entities = append(entities, d.byKind[c]...)
	}
	entities = slices.DeleteFunc(entities, func(i int) bool {
		return d.found[i].Score < r.MinScore || !d.origin(r, i)
	})
	var words []int
	if r.own != "" {
		words = d.byType[r.own]
	}
	slices.Sort(entities)
	if r.Require == RequireAll {
		entities, words = d.together(r, entities, words)
	} else {
		words = d.uncovered(words, entities)
	}
	all := slices.Concat(entities, words)
	slices.Sort(all)
	return slices.Compact(all)
}

// uncovered drops the rule's own findings that an entity of the rule covers: they would say the same thing twice.
// Both lists are in order, and entities do not overlap, so only neighbors can cover.
func (d *decision) uncovered(words, entities []int) []int {
	if len(entities) == 0 {
		return words
	}
	var out []int
	for _, w := range words {
		at, _ := slices.BinarySearch(entities, w)
		before := at > 0 && d.covers(entities[at-1], w)
		if !before && (at == len(entities) || !d.covers(entities[at], w)) {
			out = append(out, w)
		}
	}
	return out
}

func (d *decision) covers(outer, inner int) bool {
	o, i := &d.found[outer], &d.found[inner]
	return o.scanned == i.scanned && o.ByteStart <= i.ByteStart && o.ByteEnd >= i.ByteEnd
}

// origin reports whether the rule takes texts of the finding's origin.
func (d *decision) origin(r *compiledRule, i int) bool {
	return r.Source == "" || r.Source == d.scanned[d.found[i].scanned].Source
}

// together returns what is left of both kinds of evidence where a rule asks for both.
func (d *decision) together(r *compiledRule, entities, words []int) (e, w []int) {
	needEntities, needWords := len(r.types)+len(r.categories) > 0, r.own != ""
	if needEntities && len(entities) == 0 || needWords && len(words) == 0 {
		return nil, nil
	}
	if r.Near > 0 && needEntities && needWords {
		return d.near(entities, words, r.Near)
	}
	return entities, words
}

// company redacts what identifies only beside other things, where there is such a thing.
func (d *decision) company() {
	if !slices.ContainsFunc(d.found, func(l located) bool {
		return l.Category == detect.CategoryPII && l.action.rank() >= Redact.rank()
	}) {
		return
	}
	for i := range d.found {
		l := &d.found[i]
		if l.action == Allow && !l.allowed && !l.drop {
			l.action = Redact
		}
	}
}

// outcome drops what supports no breach, numbers the rest and sums up.
func (d *decision) outcome() Outcome {
	o := Outcome{Decision: Allow, Findings: make([]Finding, 0, min(len(d.found), maxListed)), Violations: make([]Violation, 0, len(d.fired))}
	ids, listed := make([]string, len(d.found)), d.listed()
	for i := range d.found {
		l := &d.found[i]
		if l.drop {
			continue
		}
		o.Decision = Strongest(o.Decision, l.action)
		if path := d.scanned[l.scanned].Path; listed[i] {
			ids[i] = "f" + strconv.Itoa(len(o.Findings)+1)
			o.Findings = append(o.Findings, l.finding(ids[i], path))
		} else {
			o.unlisted = append(o.unlisted, l.finding("", path))
		}
	}
	for i := range d.fired {
		v := d.fired[i].violation(d.found, ids)
		o.Violations = append(o.Violations, v)
		o.Decision = Strongest(o.Decision, v.Action)
	}
	d.cover(&o)
	o.Risk = riskOf(o.Findings, o.Violations)
	return o
}

// listed chooses the findings that the answer shows: one of each breach, then the strongest actions, the first in the
// text first.
func (d *decision) listed() []bool {
	out, room := make([]bool, len(d.found)), maxListed
	choose := func(i int) {
		if !out[i] && !d.found[i].drop && room > 0 {
			out[i], room = true, room-1
		}
	}
	for i := range d.fired {
		choose(d.fired[i].hits[0])
	}
	for _, a := range []Action{Block, Redact, Flag, Allow} {
		for i := range d.found {
			if d.found[i].action == a {
				choose(i)
			}
		}
	}
	return out
}

// cover adds up what was scanned.
func (d *decision) cover(o *Outcome) {
	for i := range d.scanned {
		r := &d.scanned[i].Result
		o.Coverage.Scanned += r.Scanned
		o.Coverage.Total += r.Total
		for _, name := range r.Incomplete {
			if !slices.Contains(o.Coverage.Incomplete, name) {
				o.Coverage.Incomplete = append(o.Coverage.Incomplete, name)
			}
		}
	}
	if len(o.Coverage.Incomplete) > 0 || o.Coverage.Scanned < o.Coverage.Total {
		o.Decision = Strongest(o.Decision, d.set.onIncomplete)
	}
}

func (l *located) finding(id, path string) Finding {
	return Finding{
		ID: id, Type: l.Type, Category: l.Category, Path: path, Start: l.Start, End: l.End,
		ByteStart: l.ByteStart, ByteEnd: l.ByteEnd, UTF16Start: l.UTF16Start, UTF16End: l.UTF16End,
		Score: math.Round(l.Score*1e4) / 1e4, Validated: l.Validated, Action: l.action, Detector: l.Detector,
		Explanation: l.Explanation, allowed: l.allowed,
	}
}

func (b *breach) violation(found []located, ids []string) Violation {
	r := b.rule
	v := Violation{
		RuleID: r.ID, Framework: r.Framework, RuleName: r.Name, Severity: r.Severity, Action: r.Action,
		Remediation: r.Remediation, Message: b.message(found),
	}
	for _, i := range b.hits {
		if ids[i] != "" && len(v.Findings) < maxNamed {
			v.Findings = append(v.Findings, ids[i])
		}
	}
	return v
}

// message says what was found, by type, never the text itself.
func (b *breach) message(found []located) string {
	var types []string
	for _, i := range b.hits {
		t := found[i].Type
		if t == b.rule.own {
			t = "words of the rule"
		}
		if !slices.Contains(types, t) && len(types) < 8 {
			types = append(types, t)
		}
	}
	n := strconv.Itoa(len(b.hits)) + " findings"
	if len(b.hits) == 1 {
		n = "1 finding"
	}
	return b.rule.Name + ": " + n + " (" + strings.Join(types, ", ") + ")."
}
