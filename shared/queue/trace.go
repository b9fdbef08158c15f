package queue

import (
	"context"

	"go.opentelemetry.io/otel/propagation"
	"go.opentelemetry.io/otel/trace"
)

// Traced is a message's body with the trace context that it belongs to, where that is not the sender's: messages of
// several requests may go in one call.
type Traced struct {
	Body  any
	Trace string
}

// traced returns the body of a message, and ctx with the trace context that the message gets.
func traced(ctx context.Context, body any) (context.Context, any) {
	t, ok := body.(Traced)
	if !ok {
		return ctx, body
	}
	ctx = trace.ContextWithSpanContext(ctx, trace.SpanContext{})
	return propagation.TraceContext{}.Extract(ctx, propagation.MapCarrier{"traceparent": t.Trace}), t.Body
}

// Traceparent returns the W3C trace context of ctx, or "".
func Traceparent(ctx context.Context) string {
	c := propagation.MapCarrier{}
	propagation.TraceContext{}.Inject(ctx, c)
	return c["traceparent"]
}
