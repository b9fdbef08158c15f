package queue

import (
	"context"

	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/trace"

	"guardrails/shared/telemetry"
)

// Traced is a message's body with the trace context that it belongs to, where that is not the sender's: messages of
// several requests may go in one call.
type Traced struct {
	Body  any
	Trace string
}

// sending begins the span of one message's way to the queue, which sent ends. It returns the span's trace context and the
// message's body.
func (q *Queue) sending(ctx context.Context, body any) (traceparent string, sent func()) {
	tracer := telemetry.TracerOf(ctx)
	if t, ok := body.(Traced); ok {
		ctx = telemetry.Follow(ctx, t.Trace)
	}
	own, span := tracer.Start(ctx, "send "+q.name, trace.WithSpanKind(trace.SpanKindProducer), trace.WithAttributes(
		attribute.String("messaging.system", "aws_sqs"), attribute.String("messaging.destination.name", q.name),
		attribute.String("messaging.operation.type", "send"),
	))
	return telemetry.Traceparent(own), func() { span.End() }
}
