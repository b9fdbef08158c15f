package telemetry

import (
	"encoding/json"
	"io"
	"log/slog"
	"sync"

	"guardrails/shared/clock"
)

// NewLogger returns a JSON logger whose every line names the function.
func NewLogger(w io.Writer, function string) *slog.Logger {
	return slog.New(slog.NewJSONHandler(w, &slog.HandlerOptions{Level: slog.LevelInfo})).With(slog.String("function", function))
}

// The metrics' place in CloudWatch: their namespace, and their one dimension.
const (
	Namespace         = "Guardrails"
	FunctionDimension = "Function"
)

// Metric is the name of a counter. The list is here, so that dashboards and alarms cannot name what nobody counts.
type Metric string

// The counters.
const (
	Requests          Metric = "Requests"
	RequestErrors     Metric = "RequestErrors"    // answers with a 5xx status
	Rejected          Metric = "Rejected"         // answers with a 4xx status
	RateLimited       Metric = "RateLimited"      // answers with 429
	RecordsMissed     Metric = "RecordsMissed"    // analyses answered before their record was known to be durable
	LimiterFallbacks  Metric = "LimiterFallbacks" // decisions from the local share because the store did not answer
	MessagesFailed    Metric = "MessagesFailed"   // queue or stream records left for another try
	DetectorFailures  Metric = "DetectorFailures" // detectors cut short or failed in a scan
	StaleConfig       Metric = "StaleConfig"      // policies served from the last good copy
	IdempotentReplays Metric = "IdempotentReplays"
	JobsResent        Metric = "JobsResent"       // jobs that the relay or the watch sent again
	ChunksPoisoned    Metric = "ChunksPoisoned"   // chunks given up after their last try
	AuthRefused       Metric = "AuthRefused"      // requests without a valid credential
	StoreUnavailable  Metric = "StoreUnavailable" // answers 503 because a store did not answer
	ServiceRefused    Metric = "ServiceRefused"   // failures because a service refused us: a missing grant, table or key
)

// All lists every counter.
func All() []Metric {
	return []Metric{
		Requests, RequestErrors, Rejected, RateLimited, RecordsMissed, LimiterFallbacks, MessagesFailed,
		DetectorFailures, StaleConfig, IdempotentReplays, JobsResent, ChunksPoisoned, AuthRefused, StoreUnavailable,
	}
}

// Metrics counts, and writes what it counted as one line in CloudWatch's embedded metric format. The only dimension
// is the function: a tenant is never one. It is safe for concurrent use.
type Metrics struct {
	function string
	clock    clock.Clock
	out      io.Writer
	mu       sync.Mutex
	counts   map[Metric]int64
}

// NewMetrics returns counters that Flush writes to w.
func NewMetrics(w io.Writer, function string, c clock.Clock) *Metrics {
	return &Metrics{function: function, clock: c, out: w, counts: map[Metric]int64{}}
}

// Count adds n to a counter.
func (m *Metrics) Count(name Metric, n int64) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.counts[name] += n
}

// Value returns a counter's value since the last Flush.
func (m *Metrics) Value(name Metric) int64 {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.counts[name]
}

type emfMetric struct {
	Name string `json:"Name"`
	Unit string `json:"Unit"`
}

type emfDirective struct {
	Namespace  string      `json:"Namespace"`
	Dimensions [][]string  `json:"Dimensions"`
	Metrics    []emfMetric `json:"Metrics"`
}

// Flush writes the counters that are not zero and sets them to zero.
func (m *Metrics) Flush() error {
	m.mu.Lock()
	defer m.mu.Unlock()
	if len(m.counts) == 0 {
		return nil
	}
	d := emfDirective{Namespace: Namespace, Dimensions: [][]string{{FunctionDimension}}}
	line := map[string]any{FunctionDimension: m.function}
	for name, n := range m.counts {
		d.Metrics = append(d.Metrics, emfMetric{string(name), "Count"})
		line[string(name)] = n
	}
	line["_aws"] = map[string]any{"Timestamp": m.clock.Now().UnixMilli(), "CloudWatchMetrics": []emfDirective{d}}
	clear(m.counts)
	return json.NewEncoder(m.out).Encode(line)
}
