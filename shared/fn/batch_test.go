package fn_test

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-lambda-go/events"
	"go.opentelemetry.io/otel/codes"
	"go.opentelemetry.io/otel/sdk/trace/tracetest"

	"guardrails/shared/fn"
	"guardrails/shared/fntest"
	"guardrails/shared/queue"
	"guardrails/shared/registry"
	"guardrails/shared/telemetry"
)

type order struct {
	Name string `json:"name"`
}

// errForgotten stands for a message that a faulty handler of batches says nothing about.
var errForgotten = errors.New("forgotten")

// fate is what happens to an order: it is done, fails, or makes the handler panic.
func fate(o order) error {
	switch o.Name {
	case "fails":
		return errors.New("not now")
	case "panics":
		panic("the text of " + o.Name)
	case "forgotten":
		return errForgotten
	}
	return nil
}

// traceOf is the trace of the nth message of a batch.
func traceOf(n string) string {
	return "00-0000000000000000000000000000000" + n + "-000000000000000" + n + "-01"
}

func message(id, tenant, traceparent, body string) events.SQSMessage {
	m := events.SQSMessage{MessageId: id, Body: body, Attributes: map[string]string{"ApproximateReceiveCount": "1"}, MessageAttributes: map[string]events.SQSMessageAttribute{}}
	for k, v := range map[string]string{queue.AttrTenant: tenant, queue.AttrTrace: traceparent} {
		if v != "" {
			m.MessageAttributes[k] = events.SQSMessageAttribute{DataType: "String", StringValue: &v}
		}
	}
	return m
}

// consumers are the two kinds of consumers of a queue; seen gets the trace that each order is handled in.
func consumers(seen func(o order, traceparent string)) map[string]fn.Binding {
	return map[string]fn.Binding{
		"each": fn.Messages(func(*fn.Env) (func(context.Context, fn.Message[order]) error, error) {
			return func(ctx context.Context, m fn.Message[order]) error {
				seen(m.Body, telemetry.Traceparent(ctx))
				return fate(m.Body)
			}, nil
		}),
		"together": fn.Batches(func(*fn.Env) (func(context.Context, []fn.Message[order]) []error, error) {
			return func(ctx context.Context, batch []fn.Message[order]) []error {
				out := make([]error, len(batch))
				for i, m := range batch {
					seen(m.Body, telemetry.Traceparent(m.In(ctx)))
					out[i] = fate(m.Body)
				}
				return slices.DeleteFunc(out, func(err error) bool { return errors.Is(err, errForgotten) })
			}, nil
		}),
	}
}

// TestConsumersTellEachMessagesEnd gives both kinds of consumers the same batches and compares which messages come again,
// what is counted and how the spans end.
func TestConsumersTellEachMessagesEnd(t *testing.T) {
	t.Parallel()
	for kind, c := range map[string]struct{ panics, forgotten []string }{
		"each":     {[]string{"m3"}, []string{"m2"}},
		"together": {[]string{"m1", "m2", "m3"}, []string{"m1", "m2"}}, // a panic is of the whole batch, and so is an answer that fits none
	} {
		t.Run(kind, func(t *testing.T) {
			t.Parallel()
			spec := fn.Spec{Name: kind, Context: "jobs", Trigger: fn.Queue(queue.Tasks, 10, 0), Timeout: 10 * time.Second}
			sys := fntest.New(t, []fn.Spec{spec}, fn.Bindings{kind: consumers(func(order, string) {})[kind]})
			own := sys.NewTenant(t, registry.New{}).ID
			good, bad := `{"name": "works"}`, `{"name": "fails"}`
			wantFailed(t, sys, kind, []string{"m2", "m3", "m4"}, message("m1", own, "", good), message("m2", own, "", bad), message("m3", own, "", "no JSON"), message("m4", "", "", good))
			wantFailed(t, sys, kind, c.panics, message("m1", own, "", good), message("m2", own, "", good), message("m3", own, "", `{"name": "panics"}`))
			wantFailed(t, sys, kind, c.forgotten, message("m1", own, "", good), message("m2", own, "", `{"name": "forgotten"}`))
			wantFailed(t, sys, kind, []string{}, message("m1", own, "", good))
			wantFailed(t, sys, kind, []string{"m1"}, message("m1", own, "", "no JSON"))
			log := sys.Log.String()
			if !strings.Contains(log, `"msg":"panic"`) || kind == "each" && !strings.Contains(log, `"message_id":"m3"`) {
				t.Errorf("the log does not say where a panic was: %s", log)
			}
			if strings.Contains(log, "the text of") || strings.Contains(log, "no JSON") {
				t.Errorf("the log quotes a message: %s", log)
			}
			if !strings.Contains(log, `"Messages":4`) || !strings.Contains(log, `"MessagesFailed":3`) {
				t.Errorf("the log does not count four tries, three of them failed: %s", log)
			}
		})
	}
}

func wantFailed(t *testing.T, sys *fntest.System, name string, want []string, batch ...events.SQSMessage) {
	t.Helper()
	var res events.SQSEventResponse
	if err := json.Unmarshal(sys.Invoke(t, name, events.SQSEvent{Records: batch}), &res); err != nil {
		t.Fatal(err)
	}
	got := []string{}
	for _, f := range res.BatchItemFailures {
		got = append(got, f.ItemIdentifier)
	}
	if slices.Sort(got); !slices.Equal(got, want) {
		t.Errorf("%s: %v come again, want %v", name, got, want)
	}
}

// TestMessagesKeepTheirTraces sends messages of two traces in one batch: each is handled in its own, and a batch that is
// handled as one is linked to both.
func TestMessagesKeepTheirTraces(t *testing.T) {
	t.Parallel()
	for _, kind := range []string{"each", "together"} {
		t.Run(kind, func(t *testing.T) {
			t.Parallel()
			handled := make(chan string, 10)
			spec := fn.Spec{Name: kind, Context: "jobs", Trigger: fn.Queue(queue.Tasks, 10, 0), Timeout: 10 * time.Second}
			sys := fntest.New(t, []fn.Spec{spec}, fn.Bindings{kind: consumers(func(o order, trace string) { handled <- o.Name + " " + trace[:35] })[kind]})
			own := sys.NewTenant(t, registry.New{}).ID
			sys.Spans.Reset()
			wantFailed(t, sys, kind, []string{"m2"}, message("m1", own, traceOf("1"), `{"name": "one"}`), message("m2", own, traceOf("2"), `{"name": "fails"}`))
			got := []string{<-handled, <-handled}
			slices.Sort(got)
			if want := []string{"fails " + traceOf("2")[:35], "one " + traceOf("1")[:35]}; !slices.Equal(got, want) {
				t.Errorf("handled in %v, want %v", got, want)
			}
			byTrace := map[string]tracetest.SpanStub{}
			var links []string
			for _, s := range sys.Spans.GetSpans() {
				if s.Name == "process tasks" {
					byTrace[s.SpanContext.TraceID().String()] = s
				}
				for _, l := range s.Links {
					links = append(links, l.SpanContext.TraceID().String())
				}
			}
			one, two := byTrace[traceOf("1")[3:35]], byTrace[traceOf("2")[3:35]]
			if one.Parent.SpanID().String() != "0000000000000001" || one.Status.Code == codes.Error || two.Status.Code != codes.Error {
				t.Errorf("the spans are %+v and %+v", one, two)
			}
			if slices.Sort(links); kind == "together" && !slices.Equal(links, []string{traceOf("1")[3:35], traceOf("2")[3:35]}) {
				t.Errorf("the batch is linked to %v", links)
			}
		})
	}
}

// TestRequestsGoOnTheCallersTrace checks that a route is in the trace of the caller's header, in any spelling, and takes
// over nothing else of it.
func TestRequestsGoOnTheCallersTrace(t *testing.T) {
	t.Parallel()
	spec := fn.Spec{Name: "probe", Context: "jobs", Trigger: fn.HTTP("GET", "/probe"), Timeout: 10 * time.Second}
	sys := fntest.New(t, []fn.Spec{spec}, fn.Bindings{"probe": fn.Route(func(*fn.Env) (fn.Handler[struct{}, struct{}], error) {
		return func(context.Context, *fn.Call, *struct{}) (*struct{}, error) { return &struct{}{}, nil }, nil
	})})
	sys.Invoke(t, "probe", events.APIGatewayProxyRequest{HTTPMethod: http.MethodGet, Path: "/probe", Headers: map[string]string{"TraceParent": traceOf("7"), "tracestate": "secret=1"}})
	spans := sys.Spans.GetSpans()
	if len(spans) != 1 {
		t.Fatalf("there are %d spans", len(spans))
	}
	s := spans[0]
	if s.Name != "GET /probe" || s.SpanContext.TraceID().String() != traceOf("7")[3:35] || s.Parent.SpanID().String() != "0000000000000007" || s.SpanContext.TraceState().Len() > 0 {
		t.Errorf("the span is %+v", s)
	}
}
