package fn

import (
	"bytes"
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/aws/aws-lambda-go/events"
	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/codes"
	"go.opentelemetry.io/otel/trace"

	"guardrails/shared/blob"
	"guardrails/shared/errs"
	"guardrails/shared/id"
	"guardrails/shared/limit"
	"guardrails/shared/table"
	"guardrails/shared/telemetry"
)

// route is a built HTTP function.
type route struct {
	env     *Env
	handle  *capture
	find    Finder
	once    []string
	limiter *limit.Limiter
	idem    *idempotency
	serve   step
}

func newRoute(env *Env, o options, handle *capture) *route {
	r := &route{env: env, handle: handle, once: o.once}
	if !env.Spec.Public() {
		r.limiter = limit.New(env.Table(table.Usage), env.Clock, env.Config.LimitPatience)
	}
	if env.Spec.Idempotent() {
		r.idem = &idempotency{table: env.Table(table.Usage), content: env.Bucket(blob.Content), keys: env.Keys(), clock: env.Clock, timeout: env.Spec.Timeout}
	}
	if o.find != nil {
		r.find = o.find(env)
	}
	r.serve = r.call
	for _, m := range slices.Backward(middlewares) {
		r.serve = m(r, r.serve)
	}
	return r
}

// call is the last step: decode, validate, handle, encode.
func (r *route) call(ctx context.Context, x *exchange) error {
	x.ctx, x.op = context.WithValue(ctx, callKey{}, x.call), r.handle.op
	r.handle.handler(x)
	return x.failed
}

// answerMargin is what is kept of a function's time to answer when the handler runs out of it.
const answerMargin = 300 * time.Millisecond

// Invoke serves one API Gateway REST proxy event. It returns an error only for a payload that is no such event.
func (r *route) Invoke(ctx context.Context, payload []byte) ([]byte, error) {
	var ev events.APIGatewayProxyRequest
	if err := json.Unmarshal(payload, &ev); err != nil {
		return nil, errors.New("the payload is not an API Gateway proxy event")
	}
	ctx, span := r.env.start(telemetry.Follow(ctx, traceparent(ev.Headers)), r.env.Spec.Trigger.Method+" "+r.env.Spec.Trigger.Path, trace.SpanKindServer)
	defer span.End()
	ctx, cancel := context.WithTimeout(ctx, r.env.Spec.Timeout-answerMargin)
	defer cancel()

	x, err := r.exchange(ev)
	if err == nil {
		err = r.serve(ctx, x)
	}
	if err == nil && ctx.Err() != nil && x.status == 0 {
		err = ctx.Err()
	}
	res := r.answer(x, err)
	out, encodeErr := encode(res)
	if len(out) > maxResponse {
		err = errTooLarge
		res = r.answer(x, err)
		out, encodeErr = encode(res)
	}
	r.report(ctx, span, x, res.StatusCode, err)
	return out, encodeErr
}

// encode makes the envelope. Angle brackets stay as they are: escaped they would take six times their room.
func encode(res events.APIGatewayProxyResponse) ([]byte, error) {
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(res); err != nil {
		return nil, fmt.Errorf("encode the answer: %w", err)
	}
	return b.Bytes(), nil
}

// maxResponse is the largest answer that Lambda passes on, in bytes and with its envelope; of a larger one the caller
// would see an internal error alone.
const maxResponse = 6 << 20

var errTooLarge = errs.New(errs.PayloadTooLarge, "The answer would be larger than 6 MB: ask for less at once.")

func traceparent(headers map[string]string) string {
	for k, v := range headers {
		if strings.EqualFold(k, "traceparent") {
			return v
		}
	}
	return ""
}

// exchange reads the event. A body that claims to be base64 and is not is the only fault it finds.
func (r *route) exchange(ev events.APIGatewayProxyRequest) (*exchange, error) {
	x := &exchange{
		method: ev.HTTPMethod, params: ev.PathParameters, header: headers(ev), query: url.Values(ev.MultiValueQueryStringParameters),
		outHeader: http.Header{}, authorizer: ev.RequestContext.Authorizer, body: []byte(ev.Body),
		call: &Call{SourceIP: ev.RequestContext.Identity.SourceIP, Now: r.env.Clock.Now()},
	}
	x.url = url.URL{Path: ev.Path, RawQuery: x.query.Encode()}
	x.call.RequestID = r.requestID(x.header.Get("X-Request-Id"))
	if ev.IsBase64Encoded {
		b, err := base64.StdEncoding.DecodeString(ev.Body)
		if err != nil {
			return x, errs.New(errs.MalformedBody, "The body is not well formed.")
		}
		x.body = b
	}
	return x, nil
}

func headers(ev events.APIGatewayProxyRequest) http.Header {
	h := http.Header{}
	for k, values := range ev.MultiValueHeaders {
		for _, v := range values {
			h.Add(k, v)
		}
	}
	if len(h) == 0 {
		for k, v := range ev.Headers {
			h.Set(k, v)
		}
	}
	return h
}

// requestID keeps the caller's own id when it is 8 to 128 printable ASCII characters, which can break neither a header
// nor a log line. The space is one of them, but not around the id, where HTTP gives it no meaning.
func (r *route) requestID(own string) string {
	own = strings.Trim(own, " ")
	if len(own) < 8 || len(own) > 128 {
		return r.env.IDs.New(id.Request)
	}
	for i := range len(own) {
		if own[i] < ' ' || own[i] > '~' {
			return r.env.IDs.New(id.Request)
		}
	}
	return own
}

// answer makes the proxy answer of what the steps left in the exchange.
func (r *route) answer(x *exchange, err error) events.APIGatewayProxyResponse {
	if err != nil {
		if errors.Is(err, context.DeadlineExceeded) && errs.CodeOf(err) == errs.Internal {
			err = errs.Wrap(errs.Overloaded, "The request took too long.", err)
		}
		p := ProblemOf(err, x.call.RequestID)
		for k, v := range p.Headers() {
			x.outHeader.Set(k, v)
		}
		return response(p.Status, x.outHeader, p.Body())
	}
	x.outHeader.Set("X-Request-Id", x.call.RequestID)
	if x.outHeader.Get("Cache-Control") == "" {
		x.outHeader.Set("Cache-Control", "no-store")
	}
	return response(x.status, x.outHeader, x.out.Bytes())
}

func response(status int, h http.Header, body []byte) events.APIGatewayProxyResponse {
	h.Set("X-Content-Type-Options", "nosniff")
	return events.APIGatewayProxyResponse{StatusCode: status, MultiValueHeaders: h, Body: string(body)}
}

// report writes the request's one log line, its span's end and its metrics. The caller's text is in none of them: the
// route is the pattern, an error of the caller is its code alone.
func (r *route) report(ctx context.Context, span trace.Span, x *exchange, status int, err error) {
	took := r.env.Clock.Now().Sub(x.call.Now)
	if span.IsRecording() {
		span.SetAttributes(
			attribute.String("http.request.method", r.env.Spec.Trigger.Method), attribute.String("http.route", r.env.Spec.Trigger.Path),
			attribute.Int("http.response.status_code", status), attribute.String("guardrails.request_id", LogID(x.call.RequestID)),
		)
	}
	attrs := []slog.Attr{
		slog.String("request_id", LogID(x.call.RequestID)), slog.String("route", r.env.Spec.Trigger.Method+" "+r.env.Spec.Trigger.Path), slog.Int("status", status),
		slog.Duration("duration", took),
	}
	if x.call.Scope.Valid() {
		attrs = append(attrs, slog.String("tenant", x.call.Scope.TenantID()), slog.String("principal", x.call.Principal.ID()))
		span.SetAttributes(attribute.String("guardrails.tenant", x.call.Scope.TenantID()))
	}
	if sc := span.SpanContext(); sc.IsValid() {
		attrs = append(attrs, slog.String("trace_id", sc.TraceID().String()))
	}
	level := slog.LevelInfo
	r.env.Metrics.Count(telemetry.Requests, 1)
	r.env.Metrics.Observe(telemetry.RequestDuration, took)
	if x.call.Scope.Valid() { // what we promise, we promise our callers: health checks and strangers would hide their trouble
		r.env.Metrics.Count(telemetry.ServedRequests, 1)
		if status >= http.StatusInternalServerError {
			r.env.Metrics.Count(telemetry.ServedErrors, 1)
		}
		if took > r.env.Spec.Promise(len(x.body)) {
			r.env.Metrics.Count(telemetry.SlowRequests, 1)
		}
	}
	switch {
	case status >= http.StatusInternalServerError:
		level = slog.LevelError
		attrs = append(attrs, slog.String("code", string(errs.CodeOf(err))), slog.String("error", errorText(err)))
		span.SetStatus(codes.Error, string(errs.CodeOf(err)))
		r.env.Metrics.Count(telemetry.RequestErrors, 1)
		r.env.countRefusal(err)
		if status == http.StatusServiceUnavailable {
			r.env.Metrics.Count(telemetry.StoreUnavailable, 1)
		}
	case status >= http.StatusBadRequest:
		attrs = append(attrs, slog.String("code", string(errs.CodeOf(err))))
		r.env.Metrics.Count(telemetry.Rejected, 1)
	}
	r.env.Log.LogAttrs(ctx, level, "request", attrs...)
	flush(ctx, r.env)
}

func errorText(err error) string {
	if err == nil {
		return "the handler set the status itself"
	}
	return err.Error()
}
