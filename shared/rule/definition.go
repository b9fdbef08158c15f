package rule

import (
	"encoding/json"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"unicode/utf8"

	"guardrails/shared/errs"
	"guardrails/shared/retry"
)

// Event is what conditions and templates see.
type Event struct {
	ID, Type, Source, Subject string
	// Time is RFC 3339.
	Time    string
	Version int
	// Data, Previous and Labels are JSON, or empty. Labels is an object of strings.
	Data, Previous, Labels json.RawMessage
}

// OnFailure says what becomes of a delivery that failed for good.
type OnFailure string

// What becomes of failed deliveries: recorded alone, told to the owner too, or kept for replay.
const (
	Log   OnFailure = "log"
	Alert OnFailure = "alert"
	DLQ   OnFailure = "dlq"
)

// Action is what a hit sets off.
type Action struct {
	DestinationID string        `json:"destination_id" minLength:"1" maxLength:"64" doc:"Where it is sent." example:"dst_01jd3zk8q4x5v6w7y8z9a0b1c2"`
	Template      string        `json:"template,omitempty" maxLength:"4096" doc:"What is sent in place of the event's data: a CEL map over the same variables as the condition." example:"{\"text\": \"blocked: \" + event.subject}"`
	Retry         *retry.Policy `json:"retry,omitempty" doc:"When a failed attempt is tried again."`
	OnFailure     OnFailure     `json:"on_failure,omitempty" enum:"log,alert,dlq" doc:"What becomes of a delivery that failed for good: recorded (log), told to the owner too (alert), or kept for replay (dlq, the default)."`
}

// Definition is a rule as callers write and read it.
type Definition struct {
	Name        string   `json:"name" minLength:"1" maxLength:"255" doc:"What the rule is called." example:"Blocked prompts of the support desk"`
	Description string   `json:"description,omitempty" maxLength:"2000" doc:"What it is for."`
	EventTypes  []string `json:"event_types" minItems:"1" maxItems:"50" doc:"The types it watches: exact, a family (analysis.*) or all (*)." example:"[\"analysis.completed\"]"`
	Condition   string   `json:"condition,omitempty" maxLength:"4096" doc:"A CEL expression of type bool; empty is always." example:"event.data.decision == \"block\""`
	Actions     []Action `json:"actions" minItems:"1" maxItems:"10" doc:"What a hit sets off."`
	Enabled     *bool    `json:"enabled,omitempty" doc:"Whether it watches at all; true by default."`
}

// The bounds of a definition. Source and templates are counted in bytes.
const (
	MaxEventTypes = 50
	MaxActions    = 10
	MaxSource     = 4096
	maxTypeName   = 128
)

// On reports whether the rule is enabled.
func (d Definition) On() bool { return d.Enabled == nil || *d.Enabled }

// After returns what becomes of the action's failed deliveries, with the default in place of nothing.
func (a Action) After() OnFailure {
	if a.OnFailure == "" {
		return DLQ
	}
	return a.OnFailure
}

// validate returns what is wrong with everything but the CEL in d.
func (d Definition) validate() []errs.Field {
	var out []errs.Field
	bad := func(location, format string, args ...any) {
		out = append(out, errs.Field{Location: location, Message: fmt.Sprintf(format, args...)})
	}
	if n := utf8.RuneCountInString(d.Name); n < 1 || n > 255 {
		bad("/name", "expected 1 to 255 characters")
	}
	if utf8.RuneCountInString(d.Description) > 2000 {
		bad("/description", "expected at most 2000 characters")
	}
	if n := len(d.EventTypes); n < 1 || n > MaxEventTypes {
		bad("/event_types", "expected 1 to %d event types", MaxEventTypes)
	}
	names := typePattern()
	for i, t := range d.EventTypes[:min(len(d.EventTypes), MaxEventTypes)] {
		if len(t) > maxTypeName || !names.MatchString(t) {
			bad(fmt.Sprintf("/event_types/%d", i), `expected an event type, a family such as "analysis.*", or "*"`)
		}
	}
	if n := len(d.Actions); n < 1 || n > MaxActions {
		bad("/actions", "expected 1 to %d actions", MaxActions)
	}
	for i, a := range d.Actions[:min(len(d.Actions), MaxActions)] {
		at := fmt.Sprintf("/actions/%d", i)
		if n := len(a.DestinationID); n < 1 || n > 64 {
			bad(at+"/destination_id", "expected the id of a destination")
		}
		switch a.OnFailure {
		case "", Log, Alert, DLQ:
		default:
			bad(at+"/on_failure", "expected log, alert or dlq")
		}
		if a.Retry != nil {
			out = append(out, a.Retry.Validate(at+"/retry")...)
		}
	}
	return out
}

// typePattern is made for each check: a compiled table at start would cost every function its start-up.
func typePattern() *regexp.Regexp {
	return regexp.MustCompile(`^(\*|[A-Za-z0-9_-]+(\.[A-Za-z0-9_-]+)*(\.\*)?)$`)
}

// covers reports whether a type pattern takes in an event type, or every type of another pattern.
func covers(pattern, t string) bool {
	if pattern == "*" || pattern == t {
		return true
	}
	family, ok := strings.CutSuffix(pattern, "*")
	return ok && strings.HasPrefix(t, family)
}

// disjoint drops the patterns that others take in, so that no event meets a rule twice. The result is sorted.
func disjoint(patterns []string) []string {
	all := slices.Compact(slices.Sorted(slices.Values(patterns)))
	var out []string
	for i, p := range all {
		if !slices.ContainsFunc(all, func(q string) bool { return q != all[i] && covers(q, p) }) {
			out = append(out, p)
		}
	}
	return out
}
