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

// sending begins the span of one message's way to the queue, and returns its trace context and the message's body.
func (q *Queue) sending(ctx context.Context, body any) (traceparent string, plain any, span trace.Span) {
	tracer := telemetry.TracerOf(ctx)
	if t, ok := body.(Traced); ok {
		ctx, body = telemetry.Follow(ctx, t.Trace), t.Body
	}
	ctx, span = tracer.Start(ctx, "send "+q.name, trace.WithSpanKind(trace.SpanKindProducer), trace.WithAttributes(
		attribute.String("messaging.system", "aws_sqs"), attribute.String("messaging.destination.name", q.name),
		attribute.String("messaging.operation.type", "send"),
	))
	return telemetry.Traceparent(ctx), body, span
}
