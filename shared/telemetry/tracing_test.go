package telemetry_test

import (
	"bytes"
	"context"
	"errors"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/codes"
	sdktrace "go.opentelemetry.io/otel/sdk/trace"
	"go.opentelemetry.io/otel/sdk/trace/tracetest"
	"go.opentelemetry.io/otel/trace"

	"guardrails/shared/clock"
	"guardrails/shared/telemetry"
	"guardrails/shared/telemetry/otlptest"
)

const (
	parent     = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"
	notSampled = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-00"
)

func exporter(t *testing.T, url string, log *bytes.Buffer) *telemetry.OTLP {
	t.Helper()
	o, err := telemetry.NewOTLP(url, map[string]string{"X-Collector-Key": "k-123"}, time.Second, clock.System(), slog.New(slog.NewJSONHandler(log, nil)))
	if err != nil {
		t.Fatal(err)
	}
	return o
}

// TestSpansReachACollector sends spans of every kind of content to a receiver that reads by OpenTelemetry's definitions.
func TestSpansReachACollector(t *testing.T) {
	t.Parallel()
	collector := otlptest.New()
	var key atomic.Value
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		key.Store(r.Header.Get("X-Collector-Key"))
		collector.ServeHTTP(w, r)
	}))
	defer server.Close()
	var log bytes.Buffer
	tracing := telemetry.NewTracing(telemetry.Service{Version: "3.0", Environment: "test", Ratio: 1}, telemetry.Batched(exporter(t, server.URL+"/", &log)))
	ctx := telemetry.Follow(t.Context(), parent)
	ctx, root := tracing.Tracer("analyze", "analyze").Start(ctx, "POST /x", trace.WithSpanKind(trace.SpanKindServer), trace.WithAttributes(
		attribute.String("s", "a \"quoted\" ü"), attribute.Bool("b", true), attribute.Int("i", 1<<40), attribute.Float64("f", .5), attribute.StringSlice("l", []string{"x", "y"}),
	))
	_, child := tracing.Tracer("job-chunk", "jobs").Start(ctx, "process", trace.WithSpanKind(trace.SpanKindConsumer), trace.WithLinks(trace.LinkFromContext(ctx)))
	child.AddEvent("tried", trace.WithAttributes(attribute.Int("try", 2)))
	child.SetStatus(codes.Error, "internal")
	child.End()
	root.SetStatus(codes.Ok, "")
	root.End()
	if err := tracing.Close(t.Context()); err != nil {
		t.Fatal(err)
	}
	spans := collector.Spans()
	if _, refused := collector.Bodies(); refused != nil || len(spans) != 2 {
		t.Fatalf("%d spans arrived; refused: %v; log: %s", len(spans), refused, &log)
	}
	server1, consumer := spans[0], spans[1]
	if server1.Kind != "server" || server1.Parent != "00f067aa0ba902b7" || server1.Trace != "4bf92f3577b34da6a3ce929d0e0e4736" || server1.Failed {
		t.Errorf("the server's span is %+v", server1)
	}
	if server1.Service != "guardrails-analyze" || server1.Function != "analyze" || consumer.Service != "guardrails-jobs" || consumer.Function != "job-chunk" {
		t.Errorf("the spans are of %s/%s and %s/%s", server1.Service, server1.Function, consumer.Service, consumer.Function)
	}
	if consumer.Kind != "consumer" || consumer.Parent != server1.ID || !consumer.Failed || len(consumer.Links) != 1 {
		t.Errorf("the consumer's span is %+v", consumer)
	}
	for k, want := range map[string]string{"s": `a "quoted" ü`, "b": "true", "i": "1099511627776", "f": "0.5"} {
		if got := server1.Attributes[k]; got != want {
			t.Errorf("the attribute %s is %q, want %q", k, got, want)
		}
	}
	if key.Load() != "k-123" {
		t.Errorf("the collector's key came as %v", key.Load())
	}
}

// TestCollectorsThatFail counts the tries for each answer, and checks that a loss is told without the collector's address
// or credentials.
func TestCollectorsThatFail(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		statuses []int
		tries    int64
		lost     bool
	}{
		"taken at once":          {[]int{200}, 1, false},
		"busy once":              {[]int{503, 200}, 2, false},
		"told to slow down once": {[]int{429, 200}, 2, false},
		"busy for good":          {[]int{503, 503, 503}, 2, true},
		"refused for good":       {[]int{401, 200}, 1, true},
		"broken":                 {[]int{500, 200}, 1, true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var tries atomic.Int64
			server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
				w.WriteHeader(c.statuses[tries.Add(1)-1])
			}))
			defer server.Close()
			var log bytes.Buffer
			o := exporter(t, server.URL, &log)
			if err := o.ExportSpans(t.Context(), tracetest.SpanStubs{{Name: "a"}}.Snapshots()); err != nil {
				t.Errorf("whoever traces gets an error: %v", err)
			}
			if tries.Load() != c.tries || strings.Contains(log.String(), "spans lost") != c.lost {
				t.Errorf("%d tries, want %d; the log says %q", tries.Load(), c.tries, &log)
			}
			if strings.Contains(log.String(), "k-123") || strings.Contains(log.String(), "127.0.0.1") {
				t.Errorf("the log has the collector's secrets: %s", &log)
			}
		})
	}
}

// TestCollectorThatHangs checks that an exporter gives up by itself.
func TestCollectorThatHangs(t *testing.T) {
	t.Parallel()
	release := make(chan struct{})
	server := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { <-release }))
	defer server.Close()
	defer close(release)
	var log bytes.Buffer
	o, err := telemetry.NewOTLP(server.URL, nil, 50*time.Millisecond, clock.System(), slog.New(slog.NewJSONHandler(&log, nil)))
	if err != nil {
		t.Fatal(err)
	}
	if err := o.ExportSpans(t.Context(), tracetest.SpanStubs{{Name: "a"}}.Snapshots()); err != nil || !strings.Contains(log.String(), "does not answer") {
		t.Errorf("%v; the log says %q", err, &log)
	}
}

func TestEndpointsThatAreNone(t *testing.T) {
	t.Parallel()
	for _, s := range []string{"", "localhost:4318", "ftp://x", "http://", "://", "http://user:secret@ bad"} {
		if _, err := telemetry.NewOTLP(s, nil, time.Second, clock.System(), slog.Default()); err == nil || strings.Contains(err.Error(), "secret") {
			t.Errorf("%q: %v", s, err)
		}
	}
}

// TestWhatIsKept says for each kind of span, parent and ratio whether it is recorded.
func TestWhatIsKept(t *testing.T) {
	t.Parallel()
	linked := telemetry.Follow(t.Context(), parent)
	for name, c := range map[string]struct {
		ratio  float64
		parent string
		kind   trace.SpanKind
		links  []trace.Link
		want   bool
	}{
		"a request":                            {1, "", trace.SpanKindServer, nil, true},
		"a request, by ratio":                  {0, "", trace.SpanKindServer, nil, false},
		"a caller cannot switch us off":        {1, notSampled, trace.SpanKindServer, nil, true},
		"a caller cannot switch us on":         {0, parent, trace.SpanKindServer, nil, false},
		"a message of a kept trace":            {0, parent, trace.SpanKindConsumer, nil, true},
		"a message of a trace that is not":     {1, notSampled, trace.SpanKindConsumer, nil, false},
		"a schedule":                           {1, "", trace.SpanKindConsumer, nil, true},
		"a schedule, by ratio":                 {0, "", trace.SpanKindConsumer, nil, false},
		"a call of AWS within a kept trace":    {0, parent, trace.SpanKindClient, nil, true},
		"a call of AWS at the start":           {1, "", trace.SpanKindClient, nil, false},
		"a batch with a message of a kept one": {0, "", trace.SpanKindConsumer, []trace.Link{{}, trace.LinkFromContext(linked)}, true},
		"a batch without one":                  {1, "", trace.SpanKindConsumer, []trace.Link{{}}, false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			e := tracetest.NewInMemoryExporter()
			tracing := telemetry.NewTracing(telemetry.Service{Ratio: c.ratio}, sdktrace.NewSimpleSpanProcessor(e))
			_, span := tracing.Tracer("f", "c").Start(telemetry.Follow(t.Context(), c.parent), "s", trace.WithSpanKind(c.kind), trace.WithLinks(c.links...))
			span.End()
			if got := len(e.GetSpans()) == 1; got != c.want {
				t.Errorf("kept: %v, want %v", got, c.want)
			}
		})
	}
}

// TestCallersDoNotDecideWhatIsKept draws for requests of one caller's trace, whose id a ratio of ids would always keep or
// always drop: about half of them are kept at a half.
func TestCallersDoNotDecideWhatIsKept(t *testing.T) {
	t.Parallel()
	for _, own := range []string{
		"00-ffffffffffffffff0000000000000001-00f067aa0ba902b7-00", "00-0000000000000001ffffffffffffffff-00f067aa0ba902b7-01",
	} {
		e := tracetest.NewInMemoryExporter()
		tracer := telemetry.NewTracing(telemetry.Service{Ratio: .5}, sdktrace.NewSimpleSpanProcessor(e)).Tracer("f", "c")
		for range 400 {
			_, span := tracer.Start(telemetry.Follow(t.Context(), own), "s", trace.WithSpanKind(trace.SpanKindServer))
			span.End()
		}
		// Outside of this range once in 10^20 runs.
		if n := len(e.GetSpans()); n < 100 || n > 300 {
			t.Errorf("of 400 requests in %s %d are kept", own, n)
		}
	}
}

// TestACollectorThatFailsIsLeftAlone counts the calls while it rests, and after.
func TestACollectorThatFailsIsLeftAlone(t *testing.T) {
	t.Parallel()
	var calls atomic.Int64
	var status atomic.Int64
	status.Store(http.StatusUnauthorized)
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		calls.Add(1)
		w.WriteHeader(int(status.Load()))
	}))
	defer server.Close()
	now := clock.NewFake(noon)
	o, err := telemetry.NewOTLP(server.URL, nil, time.Second, now, slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	send := func(want int64) {
		t.Helper()
		if err := o.ExportSpans(t.Context(), tracetest.SpanStubs{{Name: "a"}}.Snapshots()); err != nil || calls.Load() != want {
			t.Errorf("%v; %d calls, want %d", err, calls.Load(), want)
		}
	}
	send(1)
	send(1)
	now.Advance(29 * time.Second)
	send(1)
	now.Advance(2 * time.Second)
	status.Store(http.StatusOK)
	send(2)
	send(3)
}

// TestCredentialsStayWithTheCollector answers with a redirect: whoever it names gets nothing.
func TestCredentialsStayWithTheCollector(t *testing.T) {
	t.Parallel()
	var visited atomic.Bool
	other := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { visited.Store(true) }))
	defer other.Close()
	server := httptest.NewServer(http.RedirectHandler(other.URL, http.StatusTemporaryRedirect))
	defer server.Close()
	var log bytes.Buffer
	if err := exporter(t, server.URL, &log).ExportSpans(t.Context(), tracetest.SpanStubs{{Name: "a"}}.Snapshots()); err != nil {
		t.Error(err)
	}
	if visited.Load() || !strings.Contains(log.String(), "spans lost") {
		t.Errorf("the redirect was followed: %v; the log says %q", visited.Load(), &log)
	}
}

// TestNoTracing checks that everything works without a collector.
func TestNoTracing(t *testing.T) {
	t.Parallel()
	var none *telemetry.Tracing
	ctx, span := none.Tracer("f", "c").Start(t.Context(), "s")
	span.End()
	if got := telemetry.Traceparent(ctx); got != "" {
		t.Errorf("there is a trace: %s", got)
	}
	if err := errors.Join(none.Flush(t.Context()), none.Close(t.Context())); err != nil {
		t.Error(err)
	}
}

// TestFollow takes over well-formed traces alone, and no trace state.
func TestFollow(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]string{
		parent: parent, "": "", "00-0-0-01": "", strings.ToUpper(parent): "", parent + "-x": "",
		"00-00000000000000000000000000000000-00f067aa0ba902b7-01": "", "ff" + parent[2:]: "",
	} {
		if got := telemetry.Traceparent(telemetry.Follow(context.Background(), in)); got != want {
			t.Errorf("following %q gives %q, want %q", in, got, want)
		}
	}
}

// TestRejoinDoesTodayWhatBelongsToYesterday starts a span in a remembered trace, linked to the one of now.
func TestRejoinDoesTodayWhatBelongsToYesterday(t *testing.T) {
	t.Parallel()
	e := tracetest.NewInMemoryExporter()
	tracing := telemetry.NewTracing(telemetry.Service{Ratio: 1}, sdktrace.NewSimpleSpanProcessor(e))
	now, span := tracing.Tracer("watch", "jobs").Start(t.Context(), "run", trace.WithSpanKind(trace.SpanKindConsumer))
	then, end := telemetry.Rejoin(now, parent, "resend")
	if got := telemetry.Traceparent(then); !strings.HasPrefix(got, parent[:35]) {
		t.Errorf("what is done belongs to %s", got)
	}
	end()
	same, end := telemetry.Rejoin(now, "", "resend")
	end()
	if telemetry.Traceparent(same) != telemetry.Traceparent(now) {
		t.Error("without a trace to rejoin it left its own")
	}
	span.End()
	spans := e.GetSpans()
	if len(spans) != 2 || len(spans[0].Links) != 1 || spans[0].Links[0].SpanContext.SpanID() != span.SpanContext().SpanID() {
		t.Errorf("the spans are %+v", spans)
	}
}
