package pagerduty

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"slices"
	"strings"
	"unicode/utf8"

	jsonv2 "github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"

	"guardrails/shared/deliver"
)

// PagerDuty's limits: of the body in bytes, of a summary and a key in characters.
const (
	maxBody    = 512 << 10
	maxSummary = 1024
	maxDedup   = 255
)

var errAction = errors.New("the template yields no action of PagerDuty")

// fields are the members of the data that steer the alert: of an event's own data its severity alone, of a template's all.
// Members of other types are data and steer nothing, which is why each is read by itself.
type fields struct {
	Action, Dedup, Summary, Severity string
}

// body is the event that PagerDuty takes.
type body struct {
	RoutingKey string   `json:"routing_key"`
	Action     string   `json:"event_action"`
	Dedup      string   `json:"dedup_key"`
	Client     string   `json:"client"`
	Payload    *payload `json:"payload,omitempty"`
}

type payload struct {
	Summary   string         `json:"summary"`
	Source    string         `json:"source"`
	Severity  string         `json:"severity"`
	Timestamp string         `json:"timestamp"`
	Class     string         `json:"class"`
	Details   jsontext.Value `json:"custom_details"`
}

// alert makes the request's body. One key binds the alerts of a thing: a resolved violation ends the alert that its
// creation raised.
func alert(key, severity string, m deliver.Message) ([]byte, error) {
	f := read(m)
	b := body{RoutingKey: key, Action: f.Action, Dedup: first(f.Dedup, m.Event.Subject, m.Event.ID), Client: "Guardrails"}
	switch {
	case b.Action == "" && strings.HasSuffix(m.Event.Type, ".resolved"):
		b.Action = "resolve"
	case b.Action == "":
		b.Action = "trigger"
	case !slices.Contains([]string{"trigger", "acknowledge", "resolve"}, b.Action):
		return nil, errAction
	}
	if utf8.RuneCountInString(b.Dedup) > maxDedup {
		sum := sha256.Sum256([]byte(b.Dedup))
		b.Dedup = hex.EncodeToString(sum[:])
	}
	if b.Action == "trigger" {
		b.Payload = &payload{
			Summary: cut(first(f.Summary, strings.TrimSpace(m.Event.Type+" "+m.Event.Subject))), Source: first(m.Event.Source, "guardrails"),
			Severity: first(severity, severityOf(f.Severity)), Timestamp: m.Event.Time, Class: m.Event.Type, Details: details(m.Data),
		}
	}
	return jsonv2.Marshal(b)
}

// details are an object: PagerDuty takes nothing else.
func details(data []byte) jsontext.Value {
	if v := jsontext.Value(data); v.Kind() != '{' && v.IsValid() {
		return jsontext.Value(`{"data":` + string(data) + `}`)
	}
	return jsontext.Value(data)
}

func read(m deliver.Message) fields {
	var members map[string]jsontext.Value
	if jsonv2.Unmarshal(m.Data, &members) != nil {
		return fields{}
	}
	text := func(name string) string {
		var s string
		if jsonv2.Unmarshal(members[name], &s) != nil {
			return ""
		}
		return s
	}
	f := fields{Severity: text("severity")}
	if m.Templated {
		f.Action, f.Dedup, f.Summary = text("event_action"), text("dedup_key"), text("summary")
	}
	return f
}

// severities are PagerDuty's.
func severities() []string { return []string{"critical", "error", "warning", "info"} }

// severityOf maps the severities of violations to PagerDuty's.
func severityOf(s string) string {
	switch s {
	case "high":
		return "error"
	case "medium":
		return "warning"
	case "low":
		return "info"
	}
	if slices.Contains(severities(), s) {
		return s
	}
	return "error"
}

func first(values ...string) string {
	for _, v := range values {
		if v != "" {
			return v
		}
	}
	return ""
}

func cut(s string) string {
	n := 0
	for i := range s {
		if n == maxSummary {
			return s[:i]
		}
		n++
	}
	return s
}
