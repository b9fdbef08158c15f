package fn

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/aws/aws-lambda-go/lambdacontext"
	"github.com/aws/aws-sdk-go-v2/aws"
	awsmiddleware "github.com/aws/aws-sdk-go-v2/aws/middleware"
	"github.com/aws/aws-sdk-go-v2/aws/retry"
	"github.com/aws/smithy-go"
	smithymw "github.com/aws/smithy-go/middleware"
	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/codes"
	"go.opentelemetry.io/otel/trace"

	"guardrails/shared/clock"
	"guardrails/shared/telemetry"
)

// LoadTracing reads where spans go, by OpenTelemetry's own names of variables: OTEL_EXPORTER_OTLP_ENDPOINT, a collector's
// base URL for OTLP/HTTP; OTEL_EXPORTER_OTLP_HEADERS and OTEL_EXPORTER_OTLP_TIMEOUT (milliseconds); and
// OTEL_TRACES_SAMPLER_ARG, the share of requests that are kept, 1 if it is not set. Without an endpoint it returns nil.
func LoadTracing(lookup func(string) string, environment string, log *slog.Logger) (*telemetry.Tracing, error) {
	endpoint := lookup("OTEL_EXPORTER_OTLP_ENDPOINT")
	if endpoint == "" {
		return nil, nil //nolint:nilnil // the nil Tracing records nothing
	}
	service := telemetry.Service{Version: Version, Environment: environment, Ratio: 1}
	within := telemetry.DefaultSendWithin
	if s := lookup("OTEL_TRACES_SAMPLER_ARG"); s != "" {
		ratio, err := strconv.ParseFloat(s, 64)
		if err != nil || ratio < 0 || ratio > 1 {
			return nil, errors.New("OTEL_TRACES_SAMPLER_ARG must be a number from 0 to 1")
		}
		service.Ratio = ratio
	}
	if s := lookup("OTEL_EXPORTER_OTLP_TIMEOUT"); s != "" {
		ms, err := strconv.Atoi(s)
		if err != nil || ms <= 0 {
			return nil, errors.New("OTEL_EXPORTER_OTLP_TIMEOUT must be a number of milliseconds")
		}
		within = time.Duration(ms) * time.Millisecond
	}
	headers, err := otlpHeaders(lookup("OTEL_EXPORTER_OTLP_HEADERS"))
	if err != nil {
		return nil, err
	}
	otlp, err := telemetry.NewOTLP(endpoint, headers, within, clock.System(), log)
	if err != nil {
		return nil, fmt.Errorf("OTEL_EXPORTER_OTLP_ENDPOINT: %w", err)
	}
	return telemetry.NewTracing(service, telemetry.Batched(otlp)), nil
}

// otlpHeaders reads "name=value,name=value", whose values may be percent-encoded. Its error does not repeat it: it holds credentials.
func otlpHeaders(s string) (map[string]string, error) {
	out := map[string]string{}
	for pair := range strings.SplitSeq(s, ",") {
		if strings.TrimSpace(pair) == "" {
			continue
		}
		name, value, ok := strings.Cut(pair, "=")
		if name = strings.TrimSpace(name); !ok || name == "" {
			return nil, errors.New("OTEL_EXPORTER_OTLP_HEADERS must be name=value pairs with commas between them")
		}
		value = strings.TrimSpace(value)
		if plain, err := url.PathUnescape(value); err == nil {
			value = plain
		}
		out[name] = value
	}
	return out, nil
}

// start begins the span of one invocation or of one message.
func (e *Env) start(ctx context.Context, name string, kind trace.SpanKind, attrs ...attribute.KeyValue) (context.Context, trace.Span) {
	cold := !e.warm.Swap(true)
	ctx, span := e.tracer.Start(ctx, name, trace.WithSpanKind(kind))
	if span.IsRecording() {
		span.SetAttributes(append(attrs, e.faas(ctx, cold)...)...)
	}
	return ctx, span
}

// faas are the attributes that OpenTelemetry's conventions want of a function's spans.
func (e *Env) faas(ctx context.Context, cold bool) []attribute.KeyValue {
	out := []attribute.KeyValue{
		attribute.String("faas.trigger", faasTriggers[e.Spec.Trigger.Kind]),
		attribute.Bool("faas.coldstart", cold),
	}
	if lc, ok := lambdacontext.FromContext(ctx); ok {
		out = append(out, attribute.String("faas.invocation_id", lc.AwsRequestID))
	}
	return out
}

var faasTriggers = map[TriggerKind]string{
	TriggerHTTP: "http", TriggerAuthorizer: "http", TriggerQueue: "pubsub", TriggerStream: "datasource", TriggerSchedule: "timer", TriggerDeployment: "other",
}

// traceID returns the attribute of log lines that leads to the trace of ctx, none if there is no trace.
func traceID(ctx context.Context) []any {
	if sc := trace.SpanContextFromContext(ctx); sc.IsValid() {
		return []any{slog.String("trace_id", sc.TraceID().String())}
	}
	return nil
}

// traceCalls returns cfg with a span around each call of AWS: its name, how often it was tried and its kind of failure;
// never what was asked or answered.
func traceCalls(cfg aws.Config, tracer trace.Tracer) aws.Config {
	out := cfg.Copy()
	out.APIOptions = append(out.APIOptions, func(s *smithymw.Stack) error {
		return s.Initialize.Add(callSpans{tracer}, smithymw.After)
	})
	return out
}

type callSpans struct{ tracer trace.Tracer }

// ID implements the middleware's interface.
func (callSpans) ID() string { return "guardrails.spans" }

// HandleInitialize implements the middleware's interface.
func (c callSpans) HandleInitialize(ctx context.Context, in smithymw.InitializeInput, next smithymw.InitializeHandler) (smithymw.InitializeOutput, smithymw.Metadata, error) {
	service, operation := awsmiddleware.GetServiceID(ctx), awsmiddleware.GetOperationName(ctx)
	ctx, span := c.tracer.Start(ctx, service+"."+operation, trace.WithSpanKind(trace.SpanKindClient))
	defer span.End()
	out, meta, err := next.HandleInitialize(ctx, in)
	if span.IsRecording() {
		tell(ctx, span, service, operation, meta, err)
	}
	return out, meta, err
}

// tell puts into a span what may be known of a call. Of an error that is its kind: its text may hold keys of items.
func tell(ctx context.Context, span trace.Span, service, operation string, meta smithymw.Metadata, err error) {
	span.SetAttributes(
		attribute.String("rpc.system", "aws-api"), attribute.String("rpc.service", service), attribute.String("rpc.method", operation),
		attribute.String("cloud.region", awsmiddleware.GetRegion(ctx)),
	)
	if id, ok := awsmiddleware.GetRequestIDMetadata(meta); ok {
		span.SetAttributes(attribute.String("aws.request_id", id))
	}
	if tries, ok := retry.GetAttemptResults(meta); ok && len(tries.Results) > 1 {
		span.SetAttributes(attribute.Int("guardrails.tries", len(tries.Results)))
	}
	if err != nil {
		kind := failureKind(err)
		span.SetAttributes(attribute.String("error.type", kind))
		if !expected[kind] {
			span.SetStatus(codes.Error, kind)
		}
	}
}

// expected are the refusals that are answers: a condition of ours did not hold.
var expected = map[string]bool{"ConditionalCheckFailedException": true, "TransactionCanceledException": true}

// failureKind names a failure without its text.
func failureKind(err error) string {
	var api smithy.APIError
	switch {
	case errors.As(err, &api):
		return api.ErrorCode()
	case errors.Is(err, context.DeadlineExceeded):
		return "timeout"
	case errors.Is(err, context.Canceled):
		return "canceled"
	default:
		return "_OTHER"
	}
}
