package policy

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"reflect"
	"slices"
	"strconv"

	"guardrails/shared/detect"
	"guardrails/shared/errs"
	"guardrails/shared/redact"
)

// Set is the policies in force for a tenant, compiled. It is immutable and safe for concurrent use.
type Set struct {
	engine       *detect.Engine
	rules        []compiledRule
	actions      map[string]Action
	thresholds   map[string]float64
	redaction    *redact.Choice
	onIncomplete Action
	placeholders bool
	version      string
	// types are those of the engine's detectors.
	types map[string]bool
	size  int
}

// compiledRule is a rule with its names resolved.
type compiledRule struct {
	Rule
	// types are canonical types, categories whole categories, own the type of the rule's own findings or "".
	types      []string
	categories []detect.Category
	own        string
}

// Compile makes one set of the policies, in order of precedence for redaction choices; none is a set that has only
// the defaults. Mac is the tenant's keyed digest for allow entries and may be nil without such entries.
//
// Policies are expected to have passed Validate one by one. Together they may still be too many (detect's limits
// hold for their sum) or use one name for different patterns: then the error is errs.InvalidRequest.
func Compile(base *detect.Engine, policies []Policy, mac func(value string) string) (*Set, error) {
	c := &compilation{
		set:    &Set{actions: map[string]Action{}, thresholds: map[string]float64{}},
		used:   map[string]bool{},
		custom: detect.Custom{Saved: true},
	}
	for i := range policies {
		if err := c.add(&policies[i].Definition); err != nil {
			return nil, fmt.Errorf("compile policy %s: %w", policies[i].ID, err)
		}
	}
	fill(&c.set.onIncomplete, Flag)
	c.custom.MAC = mac
	engine, err := extend(base, &c.custom)
	if err != nil {
		return nil, err
	}
	c.set.engine = engine
	c.set.types, c.set.size = typesOf(engine), sizeOf(&c.custom)
	c.set.version, err = fingerprint(policies)
	return c.set, err
}

// extend returns base itself where there is nothing to add.
func extend(base *detect.Engine, custom *detect.Custom) (*detect.Engine, error) {
	if len(custom.Patterns)+len(custom.Allow)+len(custom.Deny) == 0 {
		return base, nil
	}
	engine, err := base.Extend(*custom)
	if err != nil {
		return nil, errs.Wrap(errs.InvalidRequest, "The policies do not work together: too many or equally named patterns.", err)
	}
	return engine, nil
}

func typesOf(engine *detect.Engine) map[string]bool {
	out := map[string]bool{}
	for _, d := range engine.Detectors() {
		out[d.Type] = true
	}
	return out
}

// compilation collects what the policies ask for.
type compilation struct {
	set    *Set
	custom detect.Custom
	// used are the types of rules so far.
	used map[string]bool
}

func (c *compilation) add(d *Definition) error {
	for _, id := range d.Extends {
		if _, ok := PackByID(id); !ok {
			return errs.New(errs.InvalidRequest, "A policy extends a pack that does not exist.")
		}
	}
	for _, r := range d.expand() {
		c.rule(r)
	}
	for i := range d.Patterns {
		c.pattern(&d.Patterns[i], d)
	}
	c.custom.Allow = append(c.custom.Allow, d.Allow...)
	c.custom.Deny = append(c.custom.Deny, d.Deny...)
	for name, a := range d.Actions {
		key := detect.Canonical(name)
		c.set.actions[key] = Strongest(c.set.actions[key], a)
	}
	for name, t := range d.Thresholds {
		key := detect.Canonical(name)
		if old, ok := c.set.thresholds[key]; !ok || t < old {
			c.set.thresholds[key] = t
		}
	}
	c.set.redaction = c.set.redaction.Over(d.choice())
	c.set.placeholders = c.set.placeholders || d.IgnorePlaceholders
	c.set.onIncomplete = Strongest(c.set.onIncomplete, d.OnIncomplete)
	return nil
}

// pattern adds a pattern unless the same one came with another policy, and its action unless the policy's actions name
// its type.
func (c *compilation) pattern(p *Pattern, d *Definition) {
	if !slices.ContainsFunc(c.custom.Patterns, func(o detect.CustomPattern) bool { return reflect.DeepEqual(o, p.CustomPattern) }) {
		c.custom.Patterns = append(c.custom.Patterns, p.CustomPattern)
	}
	if _, named := d.Actions[p.Name]; !named && p.Action != "" {
		c.set.actions[p.Name] = Strongest(c.set.actions[p.Name], p.Action)
	}
}

// rule adds a rule unless the same one came with another policy.
func (c *compilation) rule(r Rule) {
	if slices.ContainsFunc(c.set.rules, func(o compiledRule) bool { return reflect.DeepEqual(o.Rule, r) }) {
		return
	}
	out := compiledRule{Rule: r}
	for _, t := range r.EntityTypes {
		if isCategory(t) {
			out.categories = append(out.categories, detect.Category(t))
		} else {
			out.types = append(out.types, detect.Canonical(t))
		}
	}
	if r.hasWords() {
		out.own = c.freeType(r.findingType())
		c.custom.Patterns = append(c.custom.Patterns, r.pattern(out.own))
		// What a rule found is never too weak to count, whatever threshold a request asks for.
		c.set.thresholds[out.own] = 0
	}
	c.set.rules = append(c.set.rules, out)
}

// freeType returns the type, numbered where rules of two policies share an id.
func (c *compilation) freeType(typ string) string {
	out := typ
	for n := 2; c.used[out]; n++ {
		out = typ + "_" + strconv.Itoa(n)
	}
	c.used[out] = true
	return out
}

// fingerprint is a short digest of everything that steers decisions: the policies and the packs they extend.
func fingerprint(policies []Policy) (string, error) {
	h := sha256.New()
	enc := json.NewEncoder(h)
	for i := range policies {
		p := &policies[i]
		if err := enc.Encode(p.Definition); err != nil {
			return "", fmt.Errorf("fingerprint of policy %s: %w", p.ID, err)
		}
		if err := enc.Encode(p.expand()); err != nil {
			return "", fmt.Errorf("fingerprint of policy %s: %w", p.ID, err)
		}
	}
	return hex.EncodeToString(h.Sum(nil)[:8]), nil
}

// Engine returns the engine with the set's patterns and lists.
func (s *Set) Engine() *detect.Engine { return s.engine }

// Version changes whenever the contents of the set do: 16 hex digits.
func (s *Set) Version() string { return s.version }

// Redaction is the choice of the policies, nil where none has one. A request's own goes over it (Choice.Over).
func (s *Set) Redaction() *redact.Choice { return s.redaction }
