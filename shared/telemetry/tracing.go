package telemetry

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"sync"
	"time"

	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/sdk/resource"
	sdktrace "go.opentelemetry.io/otel/sdk/trace"
	"go.opentelemetry.io/otel/trace"
	"go.opentelemetry.io/otel/trace/noop"
)

// Service says which service spans are of, by OpenTelemetry's conventions for resources.
type Service struct {
	// Version is the release, Environment the deployment's name.
	Version, Environment string
	// Ratio is the share of requests whose spans are kept, from 0 to 1.
	Ratio float64
}

// Tracing makes the tracers of the functions of one process. The nil Tracing records nothing.
type Tracing struct {
	service Service
	spans   sdktrace.SpanProcessor

	mu      sync.Mutex
	tracers map[string]trace.Tracer
}

// NewTracing returns a Tracing whose spans go to p, which Close shuts down.
func NewTracing(s Service, p sdktrace.SpanProcessor) *Tracing {
	return &Tracing{service: s, spans: p, tracers: map[string]trace.Tracer{}}
}

const (
	// sendEvery bounds how long a span waits for others to be sent together.
	sendEvery = time.Second
	// maxWaiting is how many spans are kept when the collector does not take them; later ones are dropped.
	maxWaiting = 4096
)

// Batched sends spans in the background, many at once. Nobody waits for it; what does not fit is dropped.
func Batched(e sdktrace.SpanExporter) sdktrace.SpanProcessor {
	return sdktrace.NewBatchSpanProcessor(e, sdktrace.WithBatchTimeout(sendEvery), sdktrace.WithMaxQueueSize(maxWaiting))
}

// tracerName is the scope of every span.
const tracerName = "guardrails"

// Tracer returns the tracer of a function: its spans are of the service guardrails-<boundedContext>.
func (t *Tracing) Tracer(function, boundedContext string) trace.Tracer {
	if t == nil {
		return noop.NewTracerProvider().Tracer(tracerName)
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	tracer, ok := t.tracers[function]
	if !ok {
		of := resource.NewSchemaless(
			attribute.String("service.namespace", "guardrails"), attribute.String("service.name", "guardrails-"+boundedContext),
			attribute.String("service.version", t.service.Version), attribute.String("deployment.environment.name", t.service.Environment),
			attribute.String("faas.name", function),
		)
		provider := sdktrace.NewTracerProvider(
			sdktrace.WithResource(of), sdktrace.WithSpanProcessor(t.spans), sdktrace.WithSampler(newSampler(t.service.Ratio)),
		)
		tracer = provider.Tracer(tracerName, trace.WithInstrumentationVersion(t.service.Version))
		t.tracers[function] = tracer
	}
	return tracer
}

// Flush sends the spans that wait, as far as ctx allows.
func (t *Tracing) Flush(ctx context.Context) error {
	if t == nil {
		return nil
	}
	if err := t.spans.ForceFlush(ctx); err != nil {
		return fmt.Errorf("send spans: %w", err)
	}
	return nil
}

// Close flushes and ends the sending.
func (t *Tracing) Close(ctx context.Context) error {
	if t == nil {
		return nil
	}
	if err := errors.Join(t.Flush(ctx), t.spans.Shutdown(ctx)); err != nil {
		return fmt.Errorf("end the sending of spans: %w", err)
	}
	return nil
}

// sampler decides which spans are kept. A caller's request is kept by our ratio, whatever the caller's own trace says:
// what we record is not for callers to choose. What follows from it, here and behind queues, is kept with it. A batch is
// kept if one of the messages it is linked to is. Calls to AWS outside of any request are not kept.
type sampler struct {
	ratio  float64
	follow sdktrace.Sampler
}

func newSampler(ratio float64) sampler {
	return sampler{ratio: ratio, follow: sdktrace.ParentBased(sdktrace.NeverSample())}
}

// draw decides by chance of our own. A trace's id is its caller's choice, so it decides nothing.
func (s sampler) draw(p sdktrace.SamplingParameters) sdktrace.SamplingResult {
	if rand.Float64() < s.ratio { //nolint:gosec // chance that nobody gains from guessing
		return sdktrace.AlwaysSample().ShouldSample(p)
	}
	return sdktrace.NeverSample().ShouldSample(p)
}

// ShouldSample implements the SDK's interface.
func (s sampler) ShouldSample(p sdktrace.SamplingParameters) sdktrace.SamplingResult {
	root := !trace.SpanContextFromContext(p.ParentContext).IsValid()
	switch {
	case p.Kind == trace.SpanKindServer:
		return s.draw(p)
	case root && len(p.Links) > 0:
		for _, l := range p.Links {
			if l.SpanContext.IsSampled() {
				return sdktrace.AlwaysSample().ShouldSample(p)
			}
		}
	case root && p.Kind == trace.SpanKindConsumer:
		return s.draw(p)
	}
	return s.follow.ShouldSample(p)
}

// Description implements the SDK's interface.
func (s sampler) Description() string { return "guardrails" }
