package record

import (
	"context"
	"encoding/json"
	"fmt"
	"math"
	"time"

	"guardrails/events"
	"guardrails/shared/errs"
	"guardrails/shared/inspect"
	"guardrails/shared/policy"
	"guardrails/shared/queue"
	"guardrails/shared/telemetry"
	"guardrails/shared/tenant"
)

// maxFindings is how many findings a record lists; the event counts all of them.
const maxFindings = 200

// Message is what is sent for one analysis.
type Message struct {
	Analysis inspect.Analysis             `json:"analysis"`
	Event    events.AnalysisCompletedData `json:"event"`
	// Truncated says that the analysis had more findings than the record lists.
	Truncated bool `json:"truncated,omitempty"`
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
	m.Analysis.Redacted = nil
	m.Truncated = len(a.Findings) > maxFindings
	m.Analysis.Findings = make([]policy.Finding, min(len(a.Findings), maxFindings))
	for i := range m.Analysis.Findings {
		f := a.Findings[i]
		f.Text, f.Explanation, f.Path = "", nil, maskPath(f.Path)
		m.Analysis.Findings[i] = f
	}
	if m.Truncated {
		m.Analysis.Violations = keepListed(a.Violations)
	}
	return m
}

// Recorder sends records.
type Recorder struct {
	queue   *queue.Queue
	metrics *telemetry.Metrics
	// slots bound the sends that are under way after their answer was given.
	slots chan struct{}
}

const (
	maxInFlight  = 256
	sendBudget   = 2 * time.Second
	standardWait = 50 * time.Millisecond
)

// NewRecorder returns a recorder on the analyses queue.
func NewRecorder(q *queue.Queue, m *telemetry.Metrics) *Recorder {
	return &Recorder{queue: q, metrics: m, slots: make(chan struct{}, maxInFlight)}
}

// Send makes the record durable. With failClosed it returns errs.Overloaded unless the queue acknowledged; without, it
// waits at most 50 ms, counts a miss, and never fails.
func (r *Recorder) Send(ctx context.Context, s tenant.Scope, a *inspect.Analysis, failClosed bool) error {
	done, err := r.start(ctx, s, NewMessage(a))
	if err != nil {
		return r.missed(failClosed, err)
	}
	wait := standardWait
	if failClosed {
		wait = sendBudget
	}
	timer := time.NewTimer(wait)
	defer timer.Stop()
	select {
	case err = <-done:
	case <-timer.C:
		err = context.DeadlineExceeded
	}
	if err != nil {
		return r.missed(failClosed, err)
	}
	return nil
}

// start sends in a goroutine of its own, which ends within sendBudget whatever becomes of the request.
func (r *Recorder) start(ctx context.Context, s tenant.Scope, m Message) (<-chan error, error) {
	select {
	case r.slots <- struct{}{}:
	default:
		return nil, fmt.Errorf("%d records are under way", maxInFlight)
	}
	done := make(chan error, 1)
	go func() {
		defer func() { <-r.slots }()
		ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), sendBudget)
		defer cancel()
		done <- r.queue.Send(ctx, s, m)
	}()
	return done, nil
}

func (r *Recorder) missed(failClosed bool, cause error) error {
	if failClosed {
		return errs.Wrap(errs.Overloaded, "The analysis could not be recorded, so it is not answered.", cause).WithRetryAfter(2 * time.Second)
	}
	r.metrics.Count(telemetry.RecordsMissed, 1)
	return nil
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
