package policy

import (
	"strings"

	"guardrails/shared/detect"
)

// Rule says which findings together are a breach.
type Rule struct {
	ID          string        `json:"id,omitempty" maxLength:"50" doc:"Unique in its policy; rule_001 and so on if missing. The id of a rule of an extended pack overrides that rule: what is left out stays as shipped." example:"acme_001"`
	Framework   string        `json:"framework,omitempty" maxLength:"64" doc:"The framework that violations name; CUSTOM if missing." example:"HIPAA"`
	Name        string        `json:"name,omitempty" maxLength:"255" doc:"What the rule is called; needed unless it overrides one." example:"No code names"`
	Description string        `json:"description,omitempty" maxLength:"2000" doc:"What the rule is about."`
	Severity    Severity      `json:"severity,omitempty" enum:"low,medium,high,critical" doc:"How bad a breach is; needed unless the rule overrides one." example:"high"`
	Action      Action        `json:"action,omitempty" enum:"block,redact,flag,allow" doc:"What a breach does to the text; allow switches the rule off. Needed unless the rule overrides one." example:"block"`
	EntityTypes []string      `json:"entity_types,omitzero" maxItems:"200" doc:"Types that the rule is about: built-in ones, older names of them, whole categories (secret), the policy's own patterns." example:"[\"US_SSN\"]"`
	Keywords    []string      `json:"keywords,omitzero" maxItems:"500" doc:"Words and phrases, found as whole words without regard to case and look-alikes."`
	Patterns    []string      `json:"patterns,omitzero" maxItems:"20" doc:"RE2 expressions of at most 1,000 bytes; group 1, if there is one, is the finding."`
	Remediation string        `json:"remediation,omitempty" maxLength:"2000" doc:"What to do about a breach."`
	Require     Require       `json:"require,omitempty" enum:"any,all" doc:"any (default): one entity, keyword or pattern is enough. all: an entity and a keyword or pattern must both be there."`
	Near        int           `json:"near,omitempty" minimum:"0" maximum:"1000" doc:"With require all: how many words may lie between the entity and the keyword or pattern, in the same string; 0 means anywhere in the request."`
	MinScore    float64       `json:"min_score,omitempty" minimum:"0" maximum:"1" doc:"Entities that score less do not count."`
	MinCount    int           `json:"min_count,omitempty" minimum:"0" maximum:"10000" doc:"How many findings a breach needs; 0 means 1."`
	Source      detect.Source `json:"source,omitempty" enum:"input,output,indirect" doc:"Limits the rule to texts of this origin."`
}

// listed returns the rule with empty lists for those it has not, so that readers of the JSON find every one of them.
func (r Rule) listed() Rule {
	for _, list := range []*[]string{&r.EntityTypes, &r.Keywords, &r.Patterns} {
		if *list == nil {
			*list = []string{}
		}
	}
	return r
}

// Require says whether one kind of evidence is enough for a breach.
type Require string

// The values of Rule.Require.
const (
	RequireAny Require = "any"
	RequireAll Require = "all"
)

// typePrefix begins the types of findings that rules make; tenants' own types must not.
const typePrefix = "POLICY_"

// findingType is the type of the findings that the rule's keywords and patterns make.
func (r *Rule) findingType() string {
	return typePrefix + strings.ToUpper(strings.ReplaceAll(r.ID, "-", "_"))
}

// hasWords reports whether the rule makes findings of its own.
func (r *Rule) hasWords() bool { return len(r.Keywords) > 0 || len(r.Patterns) > 0 }

// over returns the rule with what it leaves out taken from base.
func (r Rule) over(base Rule) Rule {
	out := r
	fill(&out.Framework, base.Framework)
	fill(&out.Name, base.Name)
	fill(&out.Description, base.Description)
	fill(&out.Severity, base.Severity)
	fill(&out.Action, base.Action)
	fill(&out.Remediation, base.Remediation)
	fill(&out.Require, base.Require)
	fill(&out.Near, base.Near)
	fill(&out.MinScore, base.MinScore)
	fill(&out.MinCount, base.MinCount)
	fill(&out.Source, base.Source)
	if len(r.EntityTypes) == 0 && !r.hasWords() {
		out.EntityTypes, out.Keywords, out.Patterns = base.EntityTypes, base.Keywords, base.Patterns
	}
	return out
}

// fill sets an empty field.
func fill[T comparable](field *T, value T) {
	var zero T
	if *field == zero {
		*field = value
	}
}

// ruleScore is the score of what keywords and patterns find.
const ruleScore = 0.9

// pattern returns the detector for the rule's keywords and patterns.
func (r *Rule) pattern(name string) detect.CustomPattern {
	p := detect.CustomPattern{
		Name: name, Category: detect.CategoryPolicy, Terms: r.Keywords, WholeWord: true,
		Score: ruleScore, KeepNested: true,
	}
	for _, expr := range r.Patterns {
		p.Regexes = append(p.Regexes, detect.ScoredPattern{Pattern: expr})
	}
	if r.Source != "" {
		p.Sources = []detect.Source{r.Source}
	}
	return p
}
