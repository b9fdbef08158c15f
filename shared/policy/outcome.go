package policy

import (
	"slices"

	"guardrails/shared/detect"
)

// Outcome is what the policies make of everything that was scanned in a request.
type Outcome struct {
	Decision   Action
	Risk       Risk
	Findings   []Finding
	Violations []Violation
	Coverage   Coverage
	// unlisted are the findings beyond the 10,000 that are reported: they count and are redacted as those are.
	unlisted []Finding
}

// Finding is a finding as the API shows it. Start and End count code points in the string that Path names.
type Finding struct {
	ID          string              `json:"id" doc:"Names the finding in violations." example:"f1"`
	Type        string              `json:"type" doc:"What it is." example:"US_SSN"`
	Category    detect.Category     `json:"category" enum:"pii,secret,injection,toxicity,custom,policy" doc:"The kind of thing it is."`
	Path        string              `json:"path" doc:"JSON pointer of the string in the value given; empty for a plain text." example:"/0/content"`
	Start       int                 `json:"start" minimum:"0" doc:"Where it begins, in Unicode code points."`
	End         int                 `json:"end" minimum:"0" doc:"Where it ends, in Unicode code points."`
	ByteStart   int                 `json:"byte_start" minimum:"0" doc:"Where it begins, in bytes of UTF-8."`
	ByteEnd     int                 `json:"byte_end" minimum:"0" doc:"Where it ends, in bytes of UTF-8."`
	UTF16Start  int                 `json:"utf16_start" minimum:"0" doc:"Where it begins, in UTF-16 units."`
	UTF16End    int                 `json:"utf16_end" minimum:"0" doc:"Where it ends, in UTF-16 units."`
	Score       float64             `json:"score" minimum:"0" maximum:"1" doc:"How sure the engine is."`
	Validated   bool                `json:"validated" doc:"Whether check digits or a strict structure hold."`
	Action      Action              `json:"action" enum:"allow,flag,redact,block" doc:"What the policies do with it."`
	Detector    string              `json:"detector" doc:"The detector that found it." example:"us_ssn"`
	Text        string              `json:"text,omitempty" doc:"The text itself; only where the request asks for it and the caller may see it."`
	Explanation *detect.Explanation `json:"explanation,omitempty" doc:"Why it has its score; only where the request asks for it."`

	// allowed says that a policy allows the type by name.
	allowed bool
}

// Violation is a breached rule.
type Violation struct {
	RuleID      string   `json:"rule_id" doc:"The rule." example:"hipaa_003"`
	Framework   string   `json:"framework" doc:"The framework that it belongs to." example:"HIPAA"`
	RuleName    string   `json:"rule_name" doc:"What the rule is called."`
	Severity    Severity `json:"severity" enum:"low,medium,high,critical" doc:"How bad the breach is."`
	Action      Action   `json:"action" enum:"flag,redact,block" doc:"What the rule does to the text."`
	Message     string   `json:"message" doc:"The breach in one sentence."`
	Remediation string   `json:"remediation" doc:"What to do about it."`
	Findings    []string `json:"findings" doc:"The findings that make the breach, at least one and at most 100." example:"[\"f1\"]"`
}

// Coverage is how much of the text was scanned, in code points.
type Coverage struct {
	Scanned    int      `json:"scanned" minimum:"0" doc:"Code points that were scanned."`
	Total      int      `json:"total" minimum:"0" doc:"Code points that were given. More than were scanned where messages hold pictures or other inline data that is no text."`
	Incomplete []string `json:"incomplete,omitempty" doc:"Detectors and patterns that were cut short or failed."`
}

// Compliant reports whether no rule of high or critical severity is breached.
func (o *Outcome) Compliant() bool {
	return !slices.ContainsFunc(o.Violations, func(v Violation) bool { return v.Severity.rank() >= High.rank() })
}

// Has reports whether there is a finding of the category with a score of at least 0.5.
func (o *Outcome) Has(c detect.Category) bool {
	return slices.ContainsFunc(o.Findings, func(f Finding) bool { return f.Category == c && f.Score >= 0.5 })
}

// Targets returns the findings that redaction replaces, by path, unlisted ones included: all whose action is not
// allow. Where the caller asked for redaction, also those that are allowed by default; what a policy allows by name
// stays in any case.
func (o *Outcome) Targets(asked bool) map[string][]detect.Finding {
	out := make(map[string][]detect.Finding)
	for _, list := range [][]Finding{o.Findings, o.unlisted} {
		for i := range list {
			if f := &list[i]; f.Action != Allow || asked && !f.allowed {
				out[f.Path] = append(out[f.Path], f.detected())
			}
		}
	}
	return out
}

// detected is the finding as the engine made it.
func (f *Finding) detected() detect.Finding {
	return detect.Finding{
		Type: f.Type, Category: f.Category, Detector: f.Detector, Start: f.Start, End: f.End,
		ByteStart: f.ByteStart, ByteEnd: f.ByteEnd, UTF16Start: f.UTF16Start, UTF16End: f.UTF16End,
		Score: f.Score, Validated: f.Validated, Explanation: f.Explanation,
	}
}
