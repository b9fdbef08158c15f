package queue

import (
	"context"

	"go.opentelemetry.io/otel/propagation"
)

// traceparent returns the W3C trace context of ctx, or "".
func traceparent(ctx context.Context) string {
	c := propagation.MapCarrier{}
	propagation.TraceContext{}.Inject(ctx, c)
	return c["traceparent"]
}
