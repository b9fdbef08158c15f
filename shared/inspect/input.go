package inspect

import (
	"encoding/json"

	"guardrails/shared/detect"
	"guardrails/shared/redact"
)

// Options steer an analysis; routes and jobs take them as JSON.
type Options struct {
	Source    detect.Source  `json:"source,omitempty" enum:"input,output" doc:"Where the text comes from; input if not given."`
	Policies  []string       `json:"policies,omitempty" maxItems:"20" doc:"Shipped rule packs (hipaa) and own policies (pol_…); the tenant's active ones if not given." example:"[\"hipaa\"]"`
	Detectors *Selection     `json:"detectors,omitempty" doc:"Which detectors run."`
	MinScore  *float64       `json:"min_score,omitempty" minimum:"0" maximum:"1" doc:"Findings below are dropped; 0.5 if not given."`
	Redaction *redact.Choice `json:"redaction,omitempty" doc:"How findings are replaced."`
	Mode      Mode           `json:"mode,omitempty" enum:"enforce,shadow" doc:"Shadow answers allow and says in shadow_decision what enforce would have decided."`
	Explain   bool           `json:"explain,omitempty" doc:"Say of each finding why it has its score."`
	// IncludeText needs read:findings_text; the caller of Analyze has checked that.
	IncludeText bool `json:"include_text,omitempty" doc:"Put the matched text into each finding; needs read:findings_text."`
	// Metadata is the caller's own; it is not kept. Of it, the ids of conversation and subject alone mean something to us.
	Metadata map[string]string `json:"metadata,omitempty" doc:"Your own labels; they are not kept. With conversation_id, the operator pseudonym gives a value the same number in every analyze and redact request of the conversation. With subject_id, date_shift moves the dates of every request about the subject by the same number of days; without one, all dates of the tenant by one number." example:"{\"conversation_id\":\"c-4711\"}"`
}

// Selection names detectors, types or categories.
type Selection struct {
	Include []string `json:"include,omitempty" maxItems:"200" doc:"Only these; empty means every default detector."`
	Exclude []string `json:"exclude,omitempty" maxItems:"200" doc:"Not these."`
}

// Mode says whether the decision counts.
type Mode string

// ModeShadow computes everything and decides allow.
const (
	ModeEnforce Mode = "enforce"
	ModeShadow  Mode = "shadow"
)

// Value is what is analyzed: exactly one of its fields is set.
type Value struct {
	Text     *string         `json:"text,omitempty" doc:"A text."`
	Messages json.RawMessage `json:"messages,omitempty" doc:"A conversation: objects with role and content."`
	Document json.RawMessage `json:"document,omitempty" doc:"Any JSON value; its strings are analyzed, the names of its fields give context."`
	CSV      *string         `json:"csv,omitempty" doc:"A table as RFC 4180 describes it; its cells are analyzed, those of the first row give context. Paths are /row/column, from 0."`
}
