package telemetry

import (
	"bytes"
	"context"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/codes"
	"go.opentelemetry.io/otel/sdk/instrumentation"
	"go.opentelemetry.io/otel/sdk/resource"
	sdktrace "go.opentelemetry.io/otel/sdk/trace"
	"go.opentelemetry.io/otel/trace"

	"guardrails/shared/clock"
)

// OTLP sends spans to a collector by OTLP/HTTP with JSON (https://opentelemetry.io/docs/specs/otlp/#otlphttp). It is our
// own because OpenTelemetry's exporter links gRPC and all of protobuf: 7 MB more in each of the bootstraps.
type OTLP struct {
	endpoint string
	headers  map[string]string
	within   time.Duration
	client   *http.Client
	clock    clock.Clock
	log      *slog.Logger

	mu sync.Mutex
	// rest is until when nothing is sent, because the collector did not take the last.
	rest time.Time
}

const (
	// DefaultSendWithin bounds the sending of one batch, retry included.
	DefaultSendWithin = 3 * time.Second
	// sendTries and sendPause bound how often a refused batch is sent again. A collector that needs more has lost it.
	sendTries = 2
	sendPause = 200 * time.Millisecond
	// restFor is how long a collector that did not take spans is left alone: spans of that time are lost, and nobody waits.
	restFor = 30 * time.Second
	// maxAnswer is how much of a collector's answer is read.
	maxAnswer = 64 << 10
)

// NewOTLP returns an exporter to a collector's base URL: spans go to its path v1/traces. Headers, credentials for
// instance, go with each call and into no log. The error names a URL that is none.
func NewOTLP(endpoint string, headers map[string]string, within time.Duration, c clock.Clock, log *slog.Logger) (*OTLP, error) {
	u, err := url.Parse(endpoint)
	if err != nil || u.Host == "" || u.Scheme != "http" && u.Scheme != "https" {
		return nil, errors.New("the endpoint for spans is no http or https URL")
	}
	return &OTLP{endpoint: u.JoinPath("v1", "traces").String(), headers: headers, within: within, client: &http.Client{CheckRedirect: stay}, clock: c, log: log}, nil
}

// stay follows no redirect: the headers hold credentials, which are the collector's alone.
func stay(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }

// ExportSpans implements the SDK's interface. What a collector does not take is lost, and the log says so: nothing that
// we do for a caller may depend on it.
func (o *OTLP) ExportSpans(ctx context.Context, spans []sdktrace.ReadOnlySpan) error {
	if o.resting() {
		return nil
	}
	ctx, cancel := context.WithTimeout(ctx, o.within)
	defer cancel()
	body, err := json.Marshal(request(spans))
	if err != nil {
		return fmt.Errorf("encode spans: %w", err)
	}
	for try := 1; ; try++ {
		again, err := o.send(ctx, body)
		if err == nil {
			return nil
		}
		if !again || try == sendTries || clock.Pause(ctx, sendPause) != nil {
			o.lost(ctx, len(spans), err)
			return nil
		}
	}
}

// send makes one call, and says whether another may succeed.
func (o *OTLP) send(ctx context.Context, body []byte) (again bool, err error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, o.endpoint, bytes.NewReader(body))
	if err != nil {
		return false, errors.New("the endpoint for spans is no URL")
	}
	req.Header.Set("Content-Type", "application/json")
	for k, v := range o.headers {
		req.Header.Set(k, v)
	}
	res, err := o.client.Do(req)
	if err != nil {
		return true, errors.New("the collector does not answer") // the cause may quote the URL's credentials
	}
	defer res.Body.Close()
	_, _ = io.Copy(io.Discard, io.LimitReader(res.Body, maxAnswer))
	if res.StatusCode/100 == 2 {
		return false, nil
	}
	again = slices.Contains([]int{http.StatusTooManyRequests, http.StatusBadGateway, http.StatusServiceUnavailable, http.StatusGatewayTimeout}, res.StatusCode)
	return again, fmt.Errorf("the collector answers with status %d", res.StatusCode)
}

func (o *OTLP) lost(ctx context.Context, n int, err error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.rest = o.clock.Now().Add(restFor)
	o.log.WarnContext(ctx, "spans lost", "spans", n, "error", err.Error(), "and_those_of_the_next", restFor.String())
}

func (o *OTLP) resting() bool {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.clock.Now().Before(o.rest)
}

// Shutdown implements the SDK's interface.
func (o *OTLP) Shutdown(context.Context) error {
	o.client.CloseIdleConnections()
	return nil
}

// The JSON form of an ExportTraceServiceRequest (opentelemetry-proto, trace/v1): lower camel case, ids in hexadecimal,
// 64-bit numbers as strings.
type (
	otlpRequest struct {
		ResourceSpans []otlpResourceSpans `json:"resourceSpans"`
	}
	otlpResourceSpans struct {
		Resource   otlpResource     `json:"resource"`
		ScopeSpans []otlpScopeSpans `json:"scopeSpans"`
	}
	otlpResource struct {
		Attributes []otlpAttribute `json:"attributes"`
	}
	otlpScopeSpans struct {
		Scope otlpScope  `json:"scope"`
		Spans []otlpSpan `json:"spans"`
	}
	otlpScope struct {
		Name    string `json:"name"`
		Version string `json:"version,omitempty"`
	}
	otlpSpan struct {
		TraceID      string          `json:"traceId"`
		SpanID       string          `json:"spanId"`
		ParentSpanID string          `json:"parentSpanId,omitempty"`
		Flags        uint32          `json:"flags"`
		Name         string          `json:"name"`
		Kind         int             `json:"kind"`
		Start        string          `json:"startTimeUnixNano"`
		End          string          `json:"endTimeUnixNano"`
		Attributes   []otlpAttribute `json:"attributes,omitempty"`
		Dropped      int             `json:"droppedAttributesCount,omitempty"`
		Events       []otlpEvent     `json:"events,omitempty"`
		Links        []otlpLink      `json:"links,omitempty"`
		Status       otlpStatus      `json:"status"`
	}
	otlpEvent struct {
		Time       string          `json:"timeUnixNano"`
		Name       string          `json:"name"`
		Attributes []otlpAttribute `json:"attributes,omitempty"`
	}
	otlpLink struct {
		TraceID    string          `json:"traceId"`
		SpanID     string          `json:"spanId"`
		Flags      uint32          `json:"flags"`
		Attributes []otlpAttribute `json:"attributes,omitempty"`
	}
	otlpStatus struct {
		Code    int    `json:"code,omitempty"`
		Message string `json:"message,omitempty"`
	}
	otlpAttribute struct {
		Key   string    `json:"key"`
		Value otlpValue `json:"value"`
	}
	otlpValue struct {
		String *string    `json:"stringValue,omitempty"`
		Bool   *bool      `json:"boolValue,omitempty"`
		Int    *string    `json:"intValue,omitempty"`
		Double *float64   `json:"doubleValue,omitempty"`
		Array  *otlpArray `json:"arrayValue,omitempty"`
	}
	otlpArray struct {
		Values []otlpValue `json:"values"`
	}
)

// The flags that say whether it is known where a span's parent was, and that it was in another process.
const (
	flagKnown  = 0x100
	flagRemote = 0x200
)

// request sorts spans by their resource and scope, in the order in which those first come.
func request(spans []sdktrace.ReadOnlySpan) otlpRequest {
	type key struct {
		of    *resource.Resource
		scope instrumentation.Scope
	}
	var out otlpRequest
	at := map[key]int{}
	for _, s := range spans {
		k := key{s.Resource(), s.InstrumentationScope()}
		i, ok := at[k]
		if !ok {
			i = len(out.ResourceSpans)
			at[k] = i
			out.ResourceSpans = append(out.ResourceSpans, otlpResourceSpans{
				Resource:   otlpResource{Attributes: attributes(k.of.Attributes())},
				ScopeSpans: []otlpScopeSpans{{Scope: otlpScope{Name: k.scope.Name, Version: k.scope.Version}}},
			})
		}
		in := &out.ResourceSpans[i].ScopeSpans[0]
		in.Spans = append(in.Spans, span(s))
	}
	return out
}

func span(s sdktrace.ReadOnlySpan) otlpSpan {
	sc := s.SpanContext()
	out := otlpSpan{
		TraceID: sc.TraceID().String(), SpanID: sc.SpanID().String(), Flags: flags(sc.TraceFlags(), s.Parent()),
		Name: s.Name(), Kind: kind(s.SpanKind()), Start: nanos(s.StartTime()), End: nanos(s.EndTime()),
		Attributes: attributes(s.Attributes()), Dropped: s.DroppedAttributes(), Status: status(s.Status()),
	}
	if p := s.Parent().SpanID(); p.IsValid() {
		out.ParentSpanID = hex.EncodeToString(p[:])
	}
	for _, e := range s.Events() {
		out.Events = append(out.Events, otlpEvent{nanos(e.Time), e.Name, attributes(e.Attributes)})
	}
	for _, l := range s.Links() {
		c := l.SpanContext
		out.Links = append(out.Links, otlpLink{c.TraceID().String(), c.SpanID().String(), flags(c.TraceFlags(), c), attributes(l.Attributes)})
	}
	return out
}

func flags(f trace.TraceFlags, other trace.SpanContext) uint32 {
	out := uint32(f) | flagKnown
	if other.IsRemote() {
		out |= flagRemote
	}
	return out
}

// kind and status differ in their numbers from the SDK's.
func kind(k trace.SpanKind) int {
	switch k {
	case trace.SpanKindServer:
		return 2
	case trace.SpanKindClient:
		return 3
	case trace.SpanKindProducer:
		return 4
	case trace.SpanKindConsumer:
		return 5
	case trace.SpanKindUnspecified, trace.SpanKindInternal:
	}
	return 1
}

func status(s sdktrace.Status) otlpStatus {
	switch s.Code {
	case codes.Ok:
		return otlpStatus{Code: 1}
	case codes.Error:
		return otlpStatus{Code: 2, Message: s.Description}
	case codes.Unset:
	}
	return otlpStatus{}
}

func nanos(t time.Time) string { return strconv.FormatInt(t.UnixNano(), 10) }

func attributes(all []attribute.KeyValue) []otlpAttribute {
	out := make([]otlpAttribute, 0, len(all))
	for _, a := range all {
		out = append(out, otlpAttribute{string(a.Key), value(a.Value)})
	}
	return out
}

// value encodes the types of values that we use; of any other stands its text.
func value(v attribute.Value) otlpValue {
	switch v.Type() {
	case attribute.BOOL:
		b := v.AsBool()
		return otlpValue{Bool: &b}
	case attribute.INT64:
		s := strconv.FormatInt(v.AsInt64(), 10)
		return otlpValue{Int: &s}
	case attribute.FLOAT64:
		f := v.AsFloat64()
		return otlpValue{Double: &f}
	case attribute.STRINGSLICE:
		array := otlpArray{Values: []otlpValue{}}
		for _, s := range v.AsStringSlice() {
			array.Values = append(array.Values, otlpValue{String: &s})
		}
		return otlpValue{Array: &array}
	default:
		s := strings.ToValidUTF8(v.String(), "\uFFFD")
		return otlpValue{String: &s}
	}
}
