package main

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"time"

	"guardrails/shared/clock"
	"guardrails/shared/telemetry/otlptest"
)

const (
	// tracedWithin bounds how long a small job and its spans take.
	tracedWithin = time.Minute
	pollEvery    = 200 * time.Millisecond
	ourTrace     = "4bf92f3577b34da6a3ce929d0e0e4736"
)

// trace submits a job in a trace of its own and shows the spans of everything that came of it, in processes that share
// nothing but the API, the queues and the tables.
func (d *deployment) trace(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, tracedWithin)
	defer cancel()
	key := d.keys.Tenants[0].AdminKey
	documents := map[string]any{"documents": []map[string]string{{"id": "a", "text": "Call me at +1 415 555 2671"}, {"id": "b", "text": "All quiet"}}}
	var job struct{ ID, Status string }
	traced := http.Header{"Traceparent": {"00-" + ourTrace + "-00f067aa0ba902b7-01"}}
	if err := d.callWith(ctx, traced, http.MethodPost, "/api/v1/jobs", key, documents, http.StatusAccepted, &job); err != nil {
		return err
	}
	for job.Status != "completed" {
		if err := clock.Pause(ctx, pollEvery); err != nil {
			return fmt.Errorf("the job %s is %s: %w", job.ID, job.Status, err)
		}
		if err := d.call(ctx, http.MethodGet, "/api/v1/jobs/"+job.ID, key, nil, http.StatusOK, &job); err != nil {
			return err
		}
	}
	all, err := d.spans.Await(ctx, func(all []otlptest.Span) bool {
		seen := map[string]bool{}
		for _, s := range otlptest.Of(all, ourTrace) {
			seen[s.Name] = true
		}
		return seen["POST /api/v1/jobs"] && seen["process job-split"] && seen["process job-chunks"] && seen["process events"]
	})
	spans := otlptest.Of(all, ourTrace)
	fmt.Fprint(d.out, otlptest.Tree(spans))
	body, refused := d.spans.Bodies()
	if strings.Contains(body, "415 555") {
		return errors.Join(err, errors.New("a span holds the text of a document"))
	}
	return errors.Join(err, refused)
}
