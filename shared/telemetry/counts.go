package telemetry

import (
	"encoding/json"
	"io"
	"sync"
	"time"

	"guardrails/shared/clock"
)

// Metrics counts for one function. Flush writes what was counted as one line in CloudWatch's embedded metric format, and
// adds it to the registry. The only dimension is the function: a tenant is never one. It is safe for concurrent use.
type Metrics struct {
	function string
	clock    clock.Clock
	out      io.Writer
	registry *Registry

	mu        sync.Mutex
	counts    map[Metric]int64
	durations map[Metric][]time.Duration
}

// NewMetrics returns metrics that Flush writes to w and, unless it is nil, to the registry.
func NewMetrics(w io.Writer, function string, c clock.Clock, r *Registry) *Metrics {
	return &Metrics{function: function, clock: c, out: w, registry: r, counts: map[Metric]int64{}, durations: map[Metric][]time.Duration{}}
}

// Count adds n to a counter.
func (m *Metrics) Count(name Metric, n int64) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.counts[name] += n
}

// Observe notes that something took d.
func (m *Metrics) Observe(name Metric, d time.Duration) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.durations[name] = append(m.durations[name], d)
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

// maxValues is how many values of one metric a line may have.
const maxValues = 100

// Flush writes what was counted since the last time, if anything was.
func (m *Metrics) Flush() error {
	m.mu.Lock()
	defer m.mu.Unlock()
	if len(m.counts) == 0 && len(m.durations) == 0 {
		return nil
	}
	m.registry.add(m.function, m.counts, m.durations)
	var err error
	for len(m.counts)+len(m.durations) > 0 && err == nil {
		err = json.NewEncoder(m.out).Encode(m.line())
	}
	clear(m.counts)
	clear(m.durations)
	return err
}

// line takes as much as one line may hold.
func (m *Metrics) line() map[string]any {
	d := emfDirective{Namespace: Namespace, Dimensions: [][]string{{FunctionDimension}, {}}}
	line := map[string]any{FunctionDimension: m.function}
	for name, n := range m.counts {
		d.Metrics = append(d.Metrics, emfMetric{string(name), "Count"})
		line[string(name)] = n
	}
	clear(m.counts)
	for name, all := range m.durations {
		now := all[:min(len(all), maxValues)]
		values := make([]float64, len(now))
		for i, v := range now {
			values[i] = float64(v.Microseconds()) / 1000
		}
		d.Metrics = append(d.Metrics, emfMetric{string(name), "Milliseconds"})
		line[string(name)] = values
		if m.durations[name] = all[len(now):]; len(m.durations[name]) == 0 {
			delete(m.durations, name)
		}
	}
	line["_aws"] = map[string]any{"Timestamp": m.clock.Now().UnixMilli(), "CloudWatchMetrics": []emfDirective{d}}
	return line
}
