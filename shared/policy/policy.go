package policy

import (
	"fmt"
	"maps"
	"time"

	"guardrails/shared/detect"
	"guardrails/shared/redact"
)

// Status says whether a policy is among those that apply by default.
type Status string

// The states of a policy.
const (
	Active   Status = "active"
	Inactive Status = "inactive"
)

// Policy is a tenant's named, versioned set of rules. Its id, version, status and times are the server's.
type Policy struct {
	ID      string `json:"id" readOnly:"true" doc:"Names the policy in requests." example:"pol_01jd3zk8q4x5v6w7y8z9a0b1c2"`
	Version int    `json:"version" readOnly:"true" minimum:"1" doc:"Counts the changes from 1."`
	Status  Status `json:"status" readOnly:"true" enum:"active,inactive" doc:"Active policies apply to requests that name none."`
	Definition
	CreatedAt time.Time `json:"created_at" readOnly:"true" doc:"When the policy was made."`
	UpdatedAt time.Time `json:"updated_at" readOnly:"true" doc:"When its latest version was made."`
}

// Definition is what a tenant writes of a policy.
type Definition struct {
	Name               string             `json:"name" minLength:"1" maxLength:"255" doc:"What the policy is called." example:"Support desk"`
	Description        string             `json:"description,omitempty" maxLength:"2000" doc:"What it is for."`
	Extends            []string           `json:"extends,omitempty" maxItems:"20" doc:"Shipped packs that it builds on." example:"[\"hipaa\"]"`
	Rules              []Rule             `json:"rules,omitempty" maxItems:"100" doc:"Its own rules, and overrides of rules of the packs."`
	Patterns           []Pattern          `json:"patterns,omitempty" maxItems:"100" doc:"Its own types of findings."`
	Allow              []detect.ListEntry `json:"allow,omitempty" maxItems:"50000" doc:"Values that are no findings."`
	Deny               []detect.ListEntry `json:"deny,omitempty" maxItems:"50000" doc:"Values that are always findings."`
	Thresholds         map[string]float64 `json:"thresholds,omitempty" maxProperties:"200" doc:"The least score by type, 0 to 1." example:"{\"PHONE_NUMBER\":0.7}"`
	Redaction          *redact.Choice     `json:"redaction,omitempty" doc:"How findings are replaced where the request does not say."`
	Actions            map[string]Action  `json:"actions,omitempty" maxProperties:"200" doc:"What happens to findings, by type or category (pii, secret, injection, toxicity, custom); a type goes before its category." example:"{\"EMAIL_ADDRESS\":\"flag\"}"`
	OnIncomplete       Action             `json:"on_incomplete,omitempty" enum:"block,flag,allow" doc:"What happens to a text that could not be scanned in full; flag if missing."`
	IgnorePlaceholders bool               `json:"ignore_placeholders,omitempty" doc:"Drop addresses of example domains, test card numbers and fictional phone numbers."`
}

// Pattern is a tenant's own type of finding, and what becomes of what it finds.
type Pattern struct {
	detect.CustomPattern
	Action   Action          `json:"action,omitempty" enum:"allow,flag,redact,block" doc:"What happens to its findings where actions does not name them; as for its category if missing."`
	Operator redact.Operator `json:"operator,omitempty" enum:"replace,token,remove,keep,mask,partial,hash,encrypt,pseudonym,surrogate,encrypt_deterministic,fpe,date_shift,generalize" doc:"How its findings are replaced where redaction does not name them."`
}

// choice is the redaction with the operators of the patterns; what it says of a type itself goes first.
func (d *Definition) choice() *redact.Choice {
	byType := map[string]redact.Method{}
	for i := range d.Patterns {
		if p := &d.Patterns[i]; p.Operator != "" {
			byType[p.Name] = redact.Method{Operator: p.Operator}
		}
	}
	if len(byType) == 0 {
		return d.Redaction
	}
	out := &redact.Choice{ByType: byType}
	if d.Redaction != nil {
		out.Method = d.Redaction.Method
		maps.Copy(byType, d.Redaction.ByType)
	}
	return out
}

// WithDefaults returns the definition with ids for the rules that have none (rule_001 for the first one), and no list of
// a rule missing. Store what it returns, so that violations name ids that the tenant can see.
func (d Definition) WithDefaults() Definition {
	rules := make([]Rule, len(d.Rules))
	for i, r := range d.Rules {
		if r.ID == "" {
			r.ID = fmt.Sprintf("rule_%03d", i+1)
		}
		rules[i] = r.listed()
	}
	if len(rules) > 0 {
		d.Rules = rules
	}
	return d
}

// expand returns the rules in force: those of the packs with the policy's overrides, then its own. Rules that are
// switched off are left out.
func (d *Definition) expand() []Rule {
	own := d.WithDefaults().Rules
	byID := make(map[string]Rule, len(own))
	for _, r := range own {
		byID[r.ID] = r
	}
	var out []Rule
	shipped := map[string]bool{}
	for _, id := range d.Extends {
		pack, ok := PackByID(id)
		if !ok {
			continue
		}
		for _, r := range pack.Rules {
			if o, ok := byID[r.ID]; ok {
				r = o.over(r)
			}
			shipped[r.ID] = true
			out = appendRule(out, r)
		}
	}
	for _, r := range own {
		if !shipped[r.ID] {
			fill(&r.Framework, "CUSTOM")
			out = appendRule(out, r)
		}
	}
	return out
}

func appendRule(rules []Rule, r Rule) []Rule {
	if r.Action == Allow {
		return rules
	}
	return append(rules, r)
}
