package policy

import (
	"maps"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"guardrails/shared/detect"
	"guardrails/shared/errs"
	"guardrails/shared/redact"
)

// The limits of a policy beside those of detect.Custom.
const (
	maxName     = 255
	maxText     = 2000
	maxExtends  = 20
	maxRules    = 100
	maxPatterns = 100
	maxNames    = 200
	maxKeywords = 500
	maxRuleID   = 50
	maxNear     = 1000
	maxCount    = 10_000
	maxFaults   = 100
)

// Validate returns every fault of the definition, at most 100, with JSON pointers into it and without any value.
// Base is the engine that the policy would extend.
func (d *Definition) Validate(base *detect.Engine) []errs.Field {
	v := &validation{base: base, def: d, rules: d.WithDefaults().Rules, own: map[string]bool{}}
	v.names()
	for i := range d.Patterns {
		v.pattern(i)
	}
	for i := range d.Rules {
		v.rule(i)
	}
	v.maps()
	v.out = append(v.out, d.Redaction.Validate("/redaction")...)
	v.engine()
	return v.out[:min(len(v.out), maxFaults)]
}

// validation collects the faults of one definition.
type validation struct {
	base *detect.Engine
	def  *Definition
	// rules are the definition's with their ids.
	rules []Rule
	// own are the types that the policy itself makes.
	own map[string]bool
	out []errs.Field
}

func (v *validation) add(at, message string) {
	v.out = append(v.out, errs.Field{Location: at, Message: message})
}

// length checks a text's length in code points.
func (v *validation) length(at, text string, least, most int) {
	if n := utf8.RuneCountInString(text); n < least || n > most {
		v.add(at, "must have "+strconv.Itoa(least)+" to "+strconv.Itoa(most)+" characters")
	}
}

func (v *validation) most(at string, n, limit int) bool {
	if n > limit {
		v.add(at, "must have at most "+strconv.Itoa(limit)+" entries")
	}
	return n <= limit
}

func (v *validation) names() {
	d := v.def
	v.length("/name", d.Name, 1, maxName)
	v.length("/description", d.Description, 0, maxText)
	if d.OnIncomplete != "" && d.OnIncomplete != Block && d.OnIncomplete != Flag && d.OnIncomplete != Allow {
		v.add("/on_incomplete", "must be block, flag or allow")
	}
	if !v.most("/extends", len(d.Extends), maxExtends) {
		return
	}
	for i, id := range d.Extends {
		if _, ok := PackByID(id); !ok {
			v.add("/extends/"+strconv.Itoa(i), "must be the id of a shipped pack")
		} else if slices.Contains(d.Extends[:i], id) {
			v.add("/extends/"+strconv.Itoa(i), "must not be named twice")
		}
	}
}

// pattern notes the type that a pattern makes; the engine checks the rest.
func (v *validation) pattern(i int) {
	name := v.def.Patterns[i].Name
	v.own[name] = true
	at := "/patterns/" + strconv.Itoa(i)
	if strings.HasPrefix(name, typePrefix) {
		v.add(at+"/name", "must not begin with "+typePrefix)
	}
	if a := v.def.Patterns[i].Action; a != "" && a.rank() < 0 {
		v.add(at+"/action", "must be allow, flag, redact or block")
	}
	if o := v.def.Patterns[i].Operator; o != "" && !slices.Contains(redact.Operators(), o) {
		v.add(at+"/operator", "must be the name of an operator")
	}
}

func (v *validation) rule(i int) {
	if i >= maxRules {
		if i == maxRules {
			v.most("/rules", len(v.def.Rules), maxRules)
		}
		return
	}
	r := v.rules[i]
	at := "/rules/" + strconv.Itoa(i)
	if !validID(r.ID) {
		v.add(at+"/id", "must have 1 to 50 ASCII letters, digits, '_' and '-', a letter first")
	}
	v.unique(at, &r)
	if base, ok := v.shipped(r.ID); ok {
		r = r.over(base)
	}
	v.ruleTexts(at, &r)
	v.ruleEnums(at, &r)
	v.ruleNumbers(at, &r)
	v.ruleEvidence(at, &r)
}

// unique makes sure that no two rules share a type of findings.
func (v *validation) unique(at string, r *Rule) {
	if typ := r.findingType(); v.own[typ] {
		v.add(at+"/id", "must not be used twice")
	} else {
		v.own[typ] = true
	}
}

// shipped returns the rule of an extended pack that has the id.
func (v *validation) shipped(id string) (Rule, bool) {
	for _, name := range v.def.Extends {
		pack, _ := PackByID(name)
		for _, r := range pack.Rules {
			if r.ID == id {
				return r, true
			}
		}
	}
	return Rule{}, false
}

func (v *validation) ruleTexts(at string, r *Rule) {
	v.length(at+"/name", r.Name, 1, maxName)
	v.length(at+"/description", r.Description, 0, maxText)
	v.length(at+"/remediation", r.Remediation, 0, maxText)
	v.length(at+"/framework", r.Framework, 0, 64)
}

func (v *validation) ruleEnums(at string, r *Rule) {
	if r.Severity.rank() < 0 {
		v.add(at+"/severity", "must be low, medium, high or critical")
	}
	if r.Action.rank() < 0 {
		v.add(at+"/action", "must be block, redact, flag or allow")
	}
	if r.Require != "" && r.Require != RequireAny && r.Require != RequireAll {
		v.add(at+"/require", "must be any or all")
	}
	switch r.Source {
	case "", detect.SourceInput, detect.SourceOutput, detect.SourceIndirect:
	default:
		v.add(at+"/source", "must be input, output or indirect")
	}
}

func (v *validation) ruleNumbers(at string, r *Rule) {
	if r.Near < 0 || r.Near > maxNear {
		v.add(at+"/near", "must be from 0 to 1000")
	} else if r.Near > 0 && r.Require != RequireAll {
		v.add(at+"/near", "needs require to be all")
	}
	if !(r.MinScore >= 0 && r.MinScore <= 1) {
		v.add(at+"/min_score", "must be from 0 to 1")
	}
	if r.MinCount < 0 || r.MinCount > maxCount {
		v.add(at+"/min_count", "must be from 0 to 10000")
	}
}

func (v *validation) ruleEvidence(at string, r *Rule) {
	if len(r.EntityTypes) == 0 && !r.hasWords() {
		v.add(at, "must have entity_types, keywords or patterns")
	}
	if r.Require == RequireAll && (len(r.EntityTypes) == 0 || !r.hasWords()) {
		v.add(at+"/require", "can be all only with entity_types and with keywords or patterns")
	}
	v.most(at+"/keywords", len(r.Keywords), maxKeywords)
	if v.most(at+"/entity_types", len(r.EntityTypes), maxNames) {
		for i, name := range r.EntityTypes {
			v.known(at+"/entity_types/"+strconv.Itoa(i), name)
		}
	}
}

// known checks the name of a type.
func (v *validation) known(at, name string) {
	if v.own[name] || strings.HasPrefix(name, typePrefix) || known(v.base, name) || v.denied(name) {
		return
	}
	v.add(at, "must be a known type or category")
}

// denied reports whether a deny entry makes the type.
func (v *validation) denied(name string) bool {
	return name == "DENY_LIST" || slices.ContainsFunc(v.def.Deny, func(e detect.ListEntry) bool { return e.Type == name })
}

// maps checks thresholds and actions.
func (v *validation) maps() {
	if v.most("/thresholds", len(v.def.Thresholds), maxNames) {
		for _, name := range slices.Sorted(maps.Keys(v.def.Thresholds)) {
			at := v.member("/thresholds", name)
			v.known(at, name)
			if t := v.def.Thresholds[name]; !(t >= 0 && t <= 1) {
				v.add(at, "must be from 0 to 1")
			}
		}
	}
	if v.most("/actions", len(v.def.Actions), maxNames) {
		for _, name := range slices.Sorted(maps.Keys(v.def.Actions)) {
			at := v.member("/actions", name)
			v.known(at, name)
			if v.def.Actions[name].rank() < 0 {
				v.add(at, "must be block, redact, flag or allow")
			}
		}
	}
}

// member returns the pointer of a map's member, or the map's own where the name is that of no type: a caller's text is
// not echoed.
func (v *validation) member(at, name string) string {
	if known(v.base, name) || v.own[name] && validID(name) {
		return at + "/" + name
	}
	return at
}

// engine lets the engine judge patterns, lists and the words of rules.
func (v *validation) engine() {
	if !v.most("/patterns", len(v.def.Patterns), maxPatterns) || len(v.def.Rules) > maxRules {
		return
	}
	custom := detect.Custom{Allow: v.def.Allow, Deny: v.def.Deny}
	for i := range v.def.Patterns {
		custom.Patterns = append(custom.Patterns, v.def.Patterns[i].CustomPattern)
	}
	custom.MAC = func(string) string { return "" }
	v.extend(custom, func(p string) string { return p })
	var rules []int
	words := detect.Custom{}
	for i, r := range v.rules {
		if r.hasWords() && validID(r.ID) && len(r.Keywords) <= maxKeywords {
			rules = append(rules, i)
			words.Patterns = append(words.Patterns, r.pattern(r.findingType()))
		}
	}
	v.extend(words, func(p string) string { return rulePointer(p, rules) })
}

// extend tries what the engine says and translates its pointers.
func (v *validation) extend(c detect.Custom, pointer func(string) string) {
	if len(c.Patterns)+len(c.Allow)+len(c.Deny) == 0 {
		return
	}
	_, err := v.base.Extend(c)
	if err == nil {
		return
	}
	fields := detect.FieldErrors(err)
	if len(fields) == 0 {
		v.add("", "cannot be compiled: the patterns are too large together")
	}
	for _, f := range fields {
		if at := pointer(f.Pointer); !slices.ContainsFunc(v.out, func(o errs.Field) bool { return o.Location == at }) {
			v.add(at, f.Message)
		}
	}
}

// rulePointer turns the engine's pointer to a rule's pattern into one to the rule: /patterns/0/terms/2 is
// /rules/<rules[0]>/keywords/2, /patterns/0/regexes/1/pattern is /rules/<rules[0]>/patterns/1.
func rulePointer(pointer string, rules []int) string {
	parts := strings.Split(strings.TrimPrefix(pointer, "/"), "/")
	n := 0
	var err error
	if len(parts) > 1 {
		n, err = strconv.Atoi(parts[1])
	}
	if len(parts) < 2 || err != nil || n >= len(rules) {
		return "/rules"
	}
	at := "/rules/" + strconv.Itoa(rules[n])
	switch {
	case len(parts) > 3 && parts[2] == "terms":
		return at + "/keywords/" + parts[3]
	case len(parts) > 3 && parts[2] == "regexes":
		return at + "/patterns/" + parts[3]
	case len(parts) > 2 && parts[2] == "regexes":
		return at + "/patterns"
	case len(parts) > 2 && parts[2] == "sources":
		return at + "/source"
	case len(parts) > 2 && parts[2] == "name":
		return at + "/id"
	}
	return at
}

// validID reports whether a rule's id makes a type of findings.
func validID(id string) bool {
	if id == "" || len(id) > maxRuleID || !isLetter(id[0]) {
		return false
	}
	for i := range len(id) {
		if c := id[i]; !isLetter(c) && c != '_' && c != '-' && (c < '0' || c > '9') {
			return false
		}
	}
	return true
}

func isLetter(c byte) bool { return c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' }
