package fn

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"maps"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"go.opentelemetry.io/otel/sdk/trace/tracetest"
	"go.opentelemetry.io/otel/trace"

	"guardrails/shared/clock"
	"guardrails/shared/telemetry"
)

// runtimeAPI is the part of Lambda's runtime that an extension talks to. It hands out an event for each in events.
type runtimeAPI struct {
	register int
	events   chan string
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
	if strings.HasSuffix(req.URL.Path, "/exit/error") {
		return
	}
	if req.Header.Get("Lambda-Extension-Identifier") != "ext-1" {
		w.WriteHeader(http.StatusForbidden)
		return
	}
	r.asked <- struct{}{}
	select {
	case event := <-r.events:
		if event == broken {
			w.WriteHeader(http.StatusInternalServerError)
		}
		_, _ = w.Write([]byte(event))
	case <-req.Context().Done():
	}
}

// until is the event of an invocation that has so much time.
func until(left time.Duration) string {
	return fmt.Sprintf(`{"eventType":"INVOKE","deadlineMs":%d}`, time.Now().Add(left).UnixMilli())
}

// broken is an answer of a runtime that fails.
const broken = "broken"

type echo struct{ err error }

func (e echo) Invoke(_ context.Context, payload []byte) ([]byte, error) { return payload, e.err }

// soon outlasts the slowest machine.
const soon = time.Minute

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
	api := &runtimeAPI{register: http.StatusOK, events: make(chan string), asked: make(chan struct{})}
	server := httptest.NewServer(api)
	defer server.Close()
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	sent := tracetest.NewInMemoryExporter()
	traces := telemetry.NewTracing(telemetry.Service{Ratio: 1}, telemetry.Batched(sent))
	var log bytes.Buffer
	f := afterAnswers(ctx, echo{}, strings.TrimPrefix(server.URL, "http://"), traces, slog.New(slog.NewTextHandler(&log, nil)), func() { t.Error("it gives up") })
	received(t, "the extension asks for an event", api.asked)
	for i := 1; i <= 2; i++ {
		api.events <- until(time.Minute)
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

// TestAnExtensionThatCannotGoOnEndsTheProcess breaks the runtime's answer: Lambda would wait for the extension at every
// answer to come, so the process tells it and ends.
func TestAnExtensionThatCannotGoOnEndsTheProcess(t *testing.T) {
	t.Parallel()
	api := &runtimeAPI{register: http.StatusOK, events: make(chan string), asked: make(chan struct{})}
	server := httptest.NewServer(api)
	defer server.Close()
	left := make(chan struct{})
	traces := telemetry.NewTracing(telemetry.Service{Ratio: 1}, telemetry.Batched(tracetest.NewInMemoryExporter()))
	afterAnswers(t.Context(), echo{}, strings.TrimPrefix(server.URL, "http://"), traces, slog.New(slog.DiscardHandler), func() { close(left) })
	received(t, "the extension asks for an event", api.asked)
	api.events <- broken
	received(t, "the process ends", left)
	api.mu.Lock()
	defer api.mu.Unlock()
	if last := api.calls[len(api.calls)-1]; last != "POST /2020-01-01/extension/exit/error" {
		t.Errorf("the last call of the runtime is %s", last)
	}
}

// TestAnExtensionKeepsToTheInvocationsTime covers an answer that never comes, as when the runtime's library refuses the
// event by itself, and a collector that hangs: the next event is asked for before the invocation's time is over.
func TestAnExtensionKeepsToTheInvocationsTime(t *testing.T) {
	t.Parallel()
	hanging, release := make(chan struct{}), make(chan struct{})
	collector := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) {
		close(hanging)
		<-release
	}))
	defer collector.Close()
	defer close(release)
	otlp, err := telemetry.NewOTLP(collector.URL, nil, time.Minute, clock.System(), slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	traces := telemetry.NewTracing(telemetry.Service{Ratio: 1}, telemetry.Batched(otlp))
	api := &runtimeAPI{register: http.StatusOK, events: make(chan string), asked: make(chan struct{})}
	server := httptest.NewServer(api)
	defer server.Close()
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	f := afterAnswers(ctx, echo{}, strings.TrimPrefix(server.URL, "http://"), traces, slog.New(slog.DiscardHandler), func() { t.Error("it gives up") })
	received(t, "the extension asks for an event", api.asked)
	api.events <- until(flushMargin) // nobody answers it
	received(t, "it asks again after an invocation without an answer", api.asked)
	_, span := traces.Tracer("f", "c").Start(ctx, "POST /x", trace.WithSpanKind(trace.SpanKindServer))
	span.End()
	api.events <- until(time.Minute)
	if _, err := f.Invoke(ctx, nil); err != nil {
		t.Fatal(err)
	}
	received(t, "the spans are on their way", hanging)
	received(t, "it asks again although the collector hangs", api.asked)
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
		f := afterAnswers(t.Context(), echo{}, address, nil, slog.New(slog.NewTextHandler(&log, nil)), func() {})
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
		"everything":    {map[string]string{"OTEL_EXPORTER_OTLP_ENDPOINT": endpoint, "OTEL_EXPORTER_OTLP_HEADERS": "Authorization = Basic%20a=b,x=100%,", "OTEL_EXPORTER_OTLP_TIMEOUT": "500", "OTEL_TRACES_SAMPLER_ARG": "0.05"}, "", false},
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

// TestHeadersForTheCollector reads them as OpenTelemetry writes them.
func TestHeadersForTheCollector(t *testing.T) {
	t.Parallel()
	got, err := otlpHeaders("Authorization = Basic%20YTpi=, x=100%,, y = ")
	want := map[string]string{"Authorization": "Basic YTpi=", "x": "100%", "y": ""}
	if err != nil || !maps.Equal(got, want) {
		t.Errorf("got %v, %v, want %v", got, err, want)
	}
}
