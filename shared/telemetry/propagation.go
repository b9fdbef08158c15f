package telemetry

import (
	"context"

	"go.opentelemetry.io/otel/propagation"
	"go.opentelemetry.io/otel/trace"
)

// Traceparent returns the trace that ctx is of as W3C trace context (https://www.w3.org/TR/trace-context/), or "".
func Traceparent(ctx context.Context) string {
	c := propagation.MapCarrier{}
	propagation.TraceContext{}.Inject(ctx, c)
	return c["traceparent"]
}

// Follow returns ctx in the trace that a traceparent names, or in none if it is "" or not well formed. A trace state is
// never taken over: it is other people's text.
func Follow(ctx context.Context, traceparent string) context.Context {
	ctx = trace.ContextWithSpanContext(ctx, trace.SpanContext{})
	if traceparent == "" {
		return ctx
	}
	return propagation.TraceContext{}.Extract(ctx, propagation.MapCarrier{"traceparent": traceparent})
}

// TracerOf returns a tracer that adds to what ctx's span belongs to. It is for packages that know no function.
func TracerOf(ctx context.Context) trace.Tracer {
	return trace.SpanFromContext(ctx).TracerProvider().Tracer(tracerName)
}

// Rejoin begins a span in the trace that a row remembers, linked to ctx's own span: what is done now belongs to what was
// asked for then. Where the row has no trace, what is done stays in ctx's own. The caller calls end.
func Rejoin(ctx context.Context, traceparent, name string) (rejoined context.Context, end func()) {
	if traceparent == "" {
		return ctx, func() {}
	}
	tracer, link := TracerOf(ctx), trace.LinkFromContext(ctx)
	ctx, span := tracer.Start(Follow(ctx, traceparent), name, trace.WithLinks(link))
	return ctx, func() { span.End() }
}
