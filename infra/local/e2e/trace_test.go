package e2e_test

import (
	"context"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"

	"guardrails/shared/telemetry/otlptest"
)

// The trace of a caller: its id, and the span that the caller made for the request.
const (
	callersTrace = "4bf92f3577b34da6a3ce929d0e0e4736"
	callersSpan  = "00f067aa0ba902b7"
)

// TestOneTraceFromRequestToWorkers sends a job with a caller's trace context and looks for the spans of everything that
// came of it: the authorizer, the route, the queues, the workers and the stream, all in the caller's trace.
func TestOneTraceFromRequestToWorkers(t *testing.T) {
	collector := otlptest.New()
	server := httptest.NewServer(collector)
	defer server.Close()
	h := newHost(t, "OTEL_EXPORTER_OTLP_ENDPOINT="+server.URL)
	const text = "My card is 4539 1488 0343 6467, says Kunigunde Traceable"
	j := h.submitTraced(t, "00-"+callersTrace+"-"+callersSpan+"-00", text)
	h.await(t, h.keys(t).Tenants[0].AdminKey, j.ID)

	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	all, err := collector.Await(ctx, func(all []otlptest.Span) bool {
		spans := otlptest.Of(all, callersTrace)
		return len(named(spans, "process job-chunks")) > 0 && len(named(spans, "process events")) >= 3 // submitted, started, completed
	})
	spans := otlptest.Of(all, callersTrace)
	if err != nil {
		t.Fatalf("%v; the trace so far:\n%s", err, otlptest.Tree(spans))
	}
	t.Logf("the trace of a job:\n%s", otlptest.Tree(spans))

	wantChain(t, spans, "process job-chunks", "send guardrails-local-job-chunks", "process job-split", "send guardrails-local-job-split", "POST /api/v1/jobs")
	wantChain(t, spans, "process events", "POST /api/v1/jobs")
	for _, name := range []string{"POST /api/v1/jobs", "authorize"} {
		if s := named(spans, name); len(s) != 1 || s[0].Parent != callersSpan {
			t.Errorf("%q is not below the caller's span: %+v", name, s)
		}
	}
	for name, function := range map[string]string{"POST /api/v1/jobs": "jobs-create", "process job-split": "job-split", "process job-chunks": "job-chunk"} {
		if s := named(spans, name)[0]; s.Function != function || s.Service != "guardrails-jobs" {
			t.Errorf("%q is of %s in %s, want %s", name, s.Function, s.Service, function)
		}
	}
	// The stream of events and the queue of events have one name, and several readers.
	for _, function := range []string{"job-relay", "event-match"} {
		if !slices.ContainsFunc(named(spans, "process events"), func(s otlptest.Span) bool { return s.Function == function }) {
			t.Errorf("%s has no span in the trace", function)
		}
	}
	if len(named(spans, "DynamoDB.TransactWriteItems")) == 0 {
		t.Error("no call of AWS has a span")
	}
	sent, refused := collector.Bodies()
	if refused != nil {
		t.Error(refused)
	}
	for _, secret := range []string{text, "Kunigunde", "1488 0343", h.keys(t).Tenants[0].AdminKey} {
		if strings.Contains(sent, secret) {
			t.Errorf("a span holds %q", secret)
		}
	}
}

func (h *host) submitTraced(t *testing.T, traceparent, text string) job {
	t.Helper()
	body := `{"documents": [{"id": "a", "text": "` + text + `"}, {"id": "b", "text": "nothing"}]}`
	req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, h.url+"/api/v1/jobs", strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Content-Type", "application/json")
	req.Header.Set("X-Api-Key", h.keys(t).Tenants[0].AdminKey)
	req.Header.Set("Traceparent", traceparent)
	req.Header.Set("Tracestate", "vendor=Kunigunde")
	var j job
	send(req).want(t, http.StatusAccepted, &j)
	return j
}

func named(spans []otlptest.Span, name string) []otlptest.Span {
	return slices.DeleteFunc(slices.Clone(spans), func(s otlptest.Span) bool { return s.Name != name })
}

// wantChain checks that some span of the first name has ancestors of the others, each the parent of the one before.
func wantChain(t *testing.T, spans []otlptest.Span, names ...string) {
	t.Helper()
	byID := map[string]otlptest.Span{}
	for _, s := range spans {
		byID[s.ID] = s
	}
	for _, s := range named(spans, names[0]) {
		above := names[1:]
		for len(above) > 0 && byID[s.Parent].Name == above[0] {
			s, above = byID[s.Parent], above[1:]
		}
		if len(above) == 0 {
			return
		}
	}
	t.Errorf("no span has the ancestors %v in\n%s", names, otlptest.Tree(spans))
}
