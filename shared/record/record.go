package record

import (
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"slices"
	"time"

	"guardrails/events"
	"guardrails/shared/inspect"
	"guardrails/shared/policy"
)

const (
	// maxFindings is how many findings a record lists; the event counts all of them.
	maxFindings = 200
	// maxMessage is how large a message may be: well below what SQS takes, and its parts below what an item may hold. What
	// a tenant's own rules say of themselves could fill many times that.
	maxMessage = 180 << 10
)

// Message is what is sent for one analysis.
type Message struct {
	Analysis inspect.Analysis             `json:"analysis"`
	Event    events.AnalysisCompletedData `json:"event"`
	// Truncated says that the analysis had more findings or violations than the record lists.
	Truncated bool `json:"truncated,omitempty"`
	// Found is what the whole analysis found, nil in messages from before it was kept.
	Found *Found `json:"found,omitempty"`
}

// Found is what an analysis found, where that does not follow from what its record lists.
type Found struct {
	// Categories lists the findings' categories, once each in the order of the alphabet.
	Categories []string `json:"categories"`
	// MaxScore is the score of the surest finding.
	MaxScore float64 `json:"max_score"`
	// Violations counts the breached rules.
	Violations int `json:"violations"`
}

// NewMessage makes the record of an analysis.
func NewMessage(a *inspect.Analysis) Message {
	m := Message{Analysis: *a, Event: events.AnalysisCompletedData{
		AnalysisID: a.ID, Decision: string(a.Decision), Mode: string(a.Mode), Source: string(a.Source),
		RiskScore: int(math.Round(a.Risk.Score)), RiskLevel: string(a.Risk.Level), Findings: map[string]int{}, Violations: []string{},
	}}
	for _, f := range a.Findings {
		m.Event.Findings[f.Type]++
	}
	for _, v := range a.Violations {
		m.Event.Violations = append(m.Event.Violations, v.RuleID)
	}
	m.Found = foundBy(a)
	m.Analysis.Redacted = nil
	m.Truncated = len(a.Findings) > maxFindings
	m.Analysis.Findings = make([]policy.Finding, min(len(a.Findings), maxFindings))
	for i := range m.Analysis.Findings {
		f := a.Findings[i]
		f.Text, f.Explanation, f.Path = "", nil, maskPath(f.Path)
		m.Analysis.Findings[i] = f
	}
	if m.Truncated {
		m.Analysis.Violations = keepListed(a.Violations, m.Analysis.Findings)
	}
	return m
}

func foundBy(a *inspect.Analysis) *Found {
	out := &Found{Categories: []string{}, Violations: len(a.Violations)}
	for _, f := range a.Findings {
		out.MaxScore = max(out.MaxScore, f.Score)
		if c := string(f.Category); !slices.Contains(out.Categories, c) {
			out.Categories = append(out.Categories, c)
		}
	}
	slices.Sort(out.Categories)
	return out
}

// Events returns what the analysis is announced by: analysis.completed, then finding.detected if there are findings and
// policy.violated if rules are breached.
func (m Message) Events() []events.Event {
	found, e := m.Found, m.Event
	if found == nil {
		found = foundBy(&m.Analysis)
	}
	out := []events.Event{events.AnalysisCompleted(e)}
	if len(e.Findings) > 0 {
		out = append(out, events.FindingDetected(events.FindingDetectedData{
			AnalysisID: e.AnalysisID, Decision: e.Decision, Mode: e.Mode, Source: e.Source, Findings: e.Findings,
			Categories: found.Categories, MaxScore: found.MaxScore, JobID: e.JobID,
		}))
	}
	if len(m.Analysis.Violations) > 0 {
		d := events.PolicyViolatedData{AnalysisID: e.AnalysisID, Decision: e.Decision, Mode: e.Mode, Source: e.Source, Total: found.Violations, JobID: e.JobID}
		for _, v := range m.Analysis.Violations[:min(len(m.Analysis.Violations), events.MaxViolations)] {
			d.Violations = append(d.Violations, events.Violation{RuleID: v.RuleID, Framework: v.Framework, Severity: string(v.Severity)})
		}
		out = append(out, events.PolicyViolated(d))
	}
	return out
}

// Encode makes the message's body, of at most maxMessage bytes. What does not fit is left out, the least important first:
// what rules say of themselves, which findings they are about, then findings and violations themselves. What was
// decided, by which rules, stays for as long as there is room.
func (m Message) Encode() (json.RawMessage, error) {
	for step := range maxSteps {
		b, err := json.Marshal(m)
		if err != nil {
			return nil, fmt.Errorf("encode record: %w", err)
		}
		if len(b) <= maxMessage {
			return b, nil
		}
		m = m.shorter(step)
	}
	return nil, errHuge
}

// maxSteps is how often a message is shortened: at the end it holds nothing that can be many.
const maxSteps = 16

var errHuge = errors.New("record: the analysis cannot be made small enough to be kept")

// shorter returns the message without some of its parts; step says how often it was shortened before.
func (m Message) shorter(step int) Message {
	if step == 0 {
		m.Analysis.Violations = terse(m.Analysis.Violations)
		return m
	}
	m.Truncated = true
	m.Analysis.Findings = m.Analysis.Findings[:len(m.Analysis.Findings)/2]
	m.Analysis.Violations = keepListed(m.Analysis.Violations, m.Analysis.Findings)
	if step > 3 {
		m.Analysis.Violations = m.Analysis.Violations[:len(m.Analysis.Violations)/2]
		m.Event.Violations = m.Event.Violations[:len(m.Event.Violations)/2]
	}
	return m
}

// Row is an analysis in the jobs table.
type Row struct {
	ID        string `dynamodbav:"id"`
	Analysis  string `dynamodbav:"analysis"`
	Truncated bool   `dynamodbav:"truncated,omitempty"`
	TTL       int64  `dynamodbav:"ttl"`
}

// KeepFor is how long records are kept.
const KeepFor = 90 * 24 * time.Hour

// NewRow makes the row of a message.
func NewRow(m Message, now time.Time) (Row, error) {
	b, err := json.Marshal(m.Analysis)
	if err != nil {
		return Row{}, fmt.Errorf("encode record: %w", err)
	}
	return Row{ID: m.Analysis.ID, Analysis: string(b), Truncated: m.Truncated, TTL: now.Add(KeepFor).Unix()}, nil
}

// Decode reads the analysis back.
func (r Row) Decode() (inspect.Analysis, error) {
	var a inspect.Analysis
	if err := json.Unmarshal([]byte(r.Analysis), &a); err != nil {
		return a, fmt.Errorf("decode record %s: %w", r.ID, err)
	}
	return a, nil
}
