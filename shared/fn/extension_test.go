package fn

import (
	"bytes"
	"context"
	"errors"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"go.opentelemetry.io/otel/sdk/trace/tracetest"
	"go.opentelemetry.io/otel/trace"

	"guardrails/shared/telemetry"
)

// runtimeAPI is the part of Lambda's runtime that an extension talks to. It hands out an event for each in events.
type runtimeAPI struct {
	register int
	events   chan struct{}
	mu       sync.Mutex
	calls    []string
	asked    chan struct{}
}

func (r *runtimeAPI) ServeHTTP(w http.ResponseWriter, req *http.Request) {
	r.mu.Lock()
	r.calls = append(r.calls, req.Method+" "+req.URL.Path)
	r.mu.Unlock()
	if strings.HasSuffix(req.URL.Path, "/register") {
		w.Header().Set("Lambda-Extension-Identifier", "ext-1")
		w.WriteHeader(r.register)
		return
	}
	if req.Header.Get("Lambda-Extension-Identifier") != "ext-1" {
		w.WriteHeader(http.StatusForbidden)
		return
	}
	r.asked <- struct{}{}
	select {
	case <-r.events:
	case <-req.Context().Done():
	}
}

type echo struct{ err error }

func (e echo) Invoke(_ context.Context, payload []byte) ([]byte, error) { return payload, e.err }

const soon = 5 * time.Second

func received(t *testing.T, what string, c <-chan struct{}) {
	t.Helper()
	select {
	case <-c:
	case <-time.After(soon):
		t.Fatalf("it did not happen: %s", what)
	}
}

// TestSpansGoOutAfterTheAnswer plays Lambda: the process is asked twice, and asks for the next event, which lets it be
// frozen, only when the answer is there and its spans are sent.
func TestSpansGoOutAfterTheAnswer(t *testing.T) {
	t.Parallel()
	api := &runtimeAPI{register: http.StatusOK, events: make(chan struct{}), asked: make(chan struct{})}
	server := httptest.NewServer(api)
	defer server.Close()
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	sent := tracetest.NewInMemoryExporter()
	traces := telemetry.NewTracing(telemetry.Service{Ratio: 1}, telemetry.Batched(sent))
	var log bytes.Buffer
	f := afterAnswers(ctx, echo{}, strings.TrimPrefix(server.URL, "http://"), traces, slog.New(slog.NewTextHandler(&log, nil)))
	received(t, "the extension asks for an event", api.asked)
	for i := 1; i <= 2; i++ {
		api.events <- struct{}{}
		_, span := traces.Tracer("f", "c").Start(ctx, "POST /x", trace.WithSpanKind(trace.SpanKindServer))
		span.End()
		if out, err := f.Invoke(ctx, []byte("payload")); err != nil || string(out) != "payload" {
			t.Fatalf("the answer is %q, %v", out, err)
		}
		received(t, "the extension asks for the next event", api.asked)
		if n := len(sent.GetSpans()); n != i {
			t.Errorf("after %d answers %d spans are sent", i, n)
		}
	}
}

// TestAFunctionThatFailsIsAnsweredToo checks that an error neither blocks the function nor keeps its spans.
func TestAFunctionThatFailsIsAnsweredToo(t *testing.T) {
	t.Parallel()
	answered := make(chan struct{}, 1)
	a := answering{echo{errors.New("broken")}, answered}
	for range 3 { // nobody listens: it must not wait
		if _, err := a.Invoke(t.Context(), nil); err == nil {
			t.Error("the error is lost")
		}
	}
	received(t, "the end of the invocation is told", answered)
}

// TestWithoutExtensionsTheFunctionWorks covers runtimes that refuse extensions, and none at all.
func TestWithoutExtensionsTheFunctionWorks(t *testing.T) {
	t.Parallel()
	refusing := httptest.NewServer(&runtimeAPI{register: http.StatusForbidden})
	defer refusing.Close()
	for _, address := range []string{strings.TrimPrefix(refusing.URL, "http://"), "127.0.0.1:1", "not an address"} {
		var log bytes.Buffer
		f := afterAnswers(t.Context(), echo{}, address, nil, slog.New(slog.NewTextHandler(&log, nil)))
		if out, err := f.Invoke(t.Context(), []byte("x")); err != nil || string(out) != "x" {
			t.Errorf("%s: the answer is %q, %v", address, out, err)
		}
		if !strings.Contains(log.String(), "between answers only") {
			t.Errorf("%s: the log says %q", address, &log)
		}
	}
}

// TestLoadTracing reads OpenTelemetry's variables.
func TestLoadTracing(t *testing.T) {
	t.Parallel()
	const endpoint = "http://127.0.0.1:4318"
	for name, c := range map[string]struct {
		env   map[string]string
		wrong string
		none  bool
	}{
		"nothing set":   {map[string]string{}, "", true},
		"an endpoint":   {map[string]string{"OTEL_EXPORTER_OTLP_ENDPOINT": endpoint}, "", false},
		"everything":    {map[string]string{"OTEL_EXPORTER_OTLP_ENDPOINT": endpoint, "OTEL_EXPORTER_OTLP_HEADERS": "api-key = a=b,x=y,", "OTEL_EXPORTER_OTLP_TIMEOUT": "500", "OTEL_TRACES_SAMPLER_ARG": "0.05"}, "", false},
		"no URL":        {map[string]string{"OTEL_EXPORTER_OTLP_ENDPOINT": "secret@host"}, "OTEL_EXPORTER_OTLP_ENDPOINT", false},
		"no ratio":      {map[string]string{"OTEL_EXPORTER_OTLP_ENDPOINT": endpoint, "OTEL_TRACES_SAMPLER_ARG": "5%"}, "OTEL_TRACES_SAMPLER_ARG", false},
		"too much":      {map[string]string{"OTEL_EXPORTER_OTLP_ENDPOINT": endpoint, "OTEL_TRACES_SAMPLER_ARG": "1.5"}, "OTEL_TRACES_SAMPLER_ARG", false},
		"no time":       {map[string]string{"OTEL_EXPORTER_OTLP_ENDPOINT": endpoint, "OTEL_EXPORTER_OTLP_TIMEOUT": "10s"}, "OTEL_EXPORTER_OTLP_TIMEOUT", false},
		"no header":     {map[string]string{"OTEL_EXPORTER_OTLP_ENDPOINT": endpoint, "OTEL_EXPORTER_OTLP_HEADERS": "secret"}, "OTEL_EXPORTER_OTLP_HEADERS", false},
		"a nameless":    {map[string]string{"OTEL_EXPORTER_OTLP_ENDPOINT": endpoint, "OTEL_EXPORTER_OTLP_HEADERS": "=secret"}, "OTEL_EXPORTER_OTLP_HEADERS", false},
		"only a header": {map[string]string{"OTEL_EXPORTER_OTLP_HEADERS": "secret"}, "", true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got, err := LoadTracing(func(k string) string { return c.env[k] }, "test", slog.Default())
			if c.wrong != "" {
				if err == nil || !strings.Contains(err.Error(), c.wrong) || strings.Contains(err.Error(), "secret") {
					t.Errorf("the error is %v, want one that names %s and no value", err, c.wrong)
				}
				return
			}
			if err != nil || (got == nil) != c.none {
				t.Errorf("got %v, %v", got, err)
			}
			if err := got.Close(t.Context()); err != nil {
				t.Error(err)
			}
		})
	}
}
