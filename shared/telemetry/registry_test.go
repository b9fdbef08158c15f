package telemetry_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"strings"
	"testing"
	"time"

	"guardrails/shared/clock"
	"guardrails/shared/telemetry"
)

var noon = time.Date(2026, 11, 3, 12, 0, 0, 0, time.UTC)

func text(t *testing.T, r *telemetry.Registry, gauges ...telemetry.Gauge) string {
	t.Helper()
	var b bytes.Buffer
	if err := r.Write(&b, gauges...); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

// TestRegistrySumsUpWhatFunctionsCount counts in two functions, in several turns, and reads what Prometheus sees.
func TestRegistrySumsUpWhatFunctionsCount(t *testing.T) {
	t.Parallel()
	r := telemetry.NewRegistry()
	var log bytes.Buffer
	analyze := telemetry.NewMetrics(&log, "analyze", clock.NewFake(noon), r)
	jobs := telemetry.NewMetrics(&log, "jobs-get", clock.NewFake(noon), r)
	for _, d := range []time.Duration{3 * time.Millisecond, 80 * time.Millisecond, time.Minute} {
		analyze.Count(telemetry.Requests, 1)
		analyze.Observe(telemetry.RequestDuration, d)
		flush(t, analyze)
	}
	jobs.Count(telemetry.Requests, 2)
	jobs.Count(telemetry.RequestErrors, 1)
	flush(t, jobs)
	got := text(t, r, telemetry.Gauge{
		Name: telemetry.QueueMessages, Help: "Messages",
		Samples: []telemetry.Sample{{Labels: [][2]string{{"queue", "a\"b\\c\nd"}, {"state", "waiting"}}, Value: 2.5}},
	})
	for _, want := range []string{
		"# TYPE guardrails_requests_total counter\n",
		"guardrails_requests_total{function=\"analyze\"} 3\nguardrails_requests_total{function=\"jobs-get\"} 2\n",
		"guardrails_request_errors_total{function=\"analyze\"} 0\nguardrails_request_errors_total{function=\"jobs-get\"} 1\n",
		"# TYPE guardrails_request_duration_seconds histogram\n",
		"guardrails_request_duration_seconds_bucket{function=\"analyze\",le=\"0.005\"} 1\n",
		"guardrails_request_duration_seconds_bucket{function=\"analyze\",le=\"0.05\"} 1\n",
		"guardrails_request_duration_seconds_bucket{function=\"analyze\",le=\"0.1\"} 2\n",
		"guardrails_request_duration_seconds_bucket{function=\"analyze\",le=\"30\"} 2\n",
		"guardrails_request_duration_seconds_bucket{function=\"analyze\",le=\"+Inf\"} 3\n",
		"guardrails_request_duration_seconds_sum{function=\"analyze\"} 60.083\n",
		"guardrails_request_duration_seconds_count{function=\"analyze\"} 3\n",
		"# HELP guardrails_queue_messages Messages.\n# TYPE guardrails_queue_messages gauge\n",
		`guardrails_queue_messages{queue="a\"b\\c\nd",state="waiting"} 2.5` + "\n",
	} {
		if !strings.Contains(got, want) {
			t.Errorf("the text lacks %q", want)
		}
	}
	if strings.Contains(got, `_bucket{function="jobs-get"`) {
		t.Error("a function that measured no time has a histogram")
	}
	if t.Failed() {
		t.Log(got)
	}
}

func flush(t *testing.T, m *telemetry.Metrics) {
	t.Helper()
	if err := m.Flush(); err != nil {
		t.Fatal(err)
	}
}

// TestFlushWritesCloudWatchsFormat reads the lines as CloudWatch does: each metric that the directive names is a member,
// with at most a hundred values, for the function and for all of them together.
func TestFlushWritesCloudWatchsFormat(t *testing.T) {
	t.Parallel()
	var log bytes.Buffer
	m := telemetry.NewMetrics(&log, "analyze", clock.NewFake(noon), nil)
	m.Count(telemetry.Requests, 2)
	for range 250 {
		m.Observe(telemetry.RequestDuration, 1500*time.Microsecond)
	}
	flush(t, m)
	flush(t, m) // nothing is left for it
	values, requests, lines := 0, 0.0, 0
	for raw := range strings.Lines(log.String()) {
		lines++
		var line struct {
			AWS struct {
				Timestamp         int64
				CloudWatchMetrics []struct {
					Namespace  string
					Dimensions [][]string
					Metrics    []struct{ Name, Unit string }
				}
			} `json:"_aws"`
			Function        string
			Requests        float64
			RequestDuration []float64
		}
		if err := json.Unmarshal([]byte(raw), &line); err != nil {
			t.Fatal(err)
		}
		d := line.AWS.CloudWatchMetrics[0]
		if line.AWS.Timestamp != noon.UnixMilli() || line.Function != "analyze" || d.Namespace != "Guardrails" {
			t.Errorf("the line is %s", raw)
		}
		if len(d.Dimensions) != 2 || len(d.Dimensions[0]) != 1 || d.Dimensions[0][0] != "Function" || len(d.Dimensions[1]) != 0 {
			t.Errorf("the dimensions are %v", d.Dimensions)
		}
		if len(line.RequestDuration) > 100 {
			t.Errorf("a line has %d values", len(line.RequestDuration))
		}
		for _, v := range line.RequestDuration {
			if v != 1.5 {
				t.Errorf("a duration is %v ms, want 1.5", v)
			}
		}
		values, requests = values+len(line.RequestDuration), requests+line.Requests
	}
	if lines != 3 || values != 250 || requests != 2 {
		t.Errorf("%d lines with %d values and %v requests, want 3, 250 and 2", lines, values, requests)
	}
}

type deaf struct{}

func (deaf) Write([]byte) (int, error) { return 0, errors.New("no room") }

// TestFlushTellsThatNothingWasWritten checks the error, and that Prometheus has the numbers all the same, once.
func TestFlushTellsThatNothingWasWritten(t *testing.T) {
	t.Parallel()
	r := telemetry.NewRegistry()
	m := telemetry.NewMetrics(deaf{}, "analyze", clock.NewFake(noon), r)
	m.Count(telemetry.Requests, 1)
	if err := m.Flush(); err == nil {
		t.Error("a write that failed is no error")
	}
	if err := m.Flush(); err != nil {
		t.Errorf("a second flush: %v", err)
	}
	if got := text(t, r); !strings.Contains(got, `guardrails_requests_total{function="analyze"} 1`) {
		t.Errorf("the registry has\n%s", got)
	}
}

// TestDefinitionsAreComplete checks names that people and tools see.
func TestDefinitionsAreComplete(t *testing.T) {
	t.Parallel()
	names := map[string]bool{}
	for _, d := range telemetry.Definitions() {
		if d.Help == "" || strings.HasSuffix(d.Help, ".") || names[d.Prometheus()] {
			t.Errorf("%s: help %q, name %s", d.Name, d.Help, d.Prometheus())
		}
		names[d.Prometheus()] = true
	}
	if !names["guardrails_request_errors_total"] || !names["guardrails_request_duration_seconds"] {
		t.Errorf("the names are %v", names)
	}
}
