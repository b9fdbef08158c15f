// Package otlptest receives spans as a collector does, for tests that look at them.
package otlptest

import (
	"cmp"
	"context"
	"encoding/base64"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strings"
	"sync"
	"time"

	commonpb "go.opentelemetry.io/proto/otlp/common/v1"
	tracepb "go.opentelemetry.io/proto/otlp/trace/v1"
	"google.golang.org/protobuf/encoding/protojson"
)

// Span is one span as it was received.
type Span struct {
	// Trace, ID and Parent are in hexadecimal; Parent is "" for the first of a trace.
	Trace, ID, Parent string
	Name              string
	Kind              string
	Service           string
	Function          string
	Start, End        time.Time
	// Attributes are the span's own, as text.
	Attributes map[string]string
	Links      []string
	Failed     bool
}

// Receiver is an OTLP/HTTP endpoint that takes JSON alone. It reads by OpenTelemetry's own definitions, and refuses what
// does not agree with them.
type Receiver struct {
	mu    sync.Mutex
	spans []Span
	// refused says what was wrong with the first call that was.
	refused error
	// bodies holds everything received, for tests that look for what must not be there.
	bodies  strings.Builder
	arrived chan struct{}
}

// New returns a receiver. Serve it at a collector's base URL.
func New() *Receiver { return &Receiver{arrived: make(chan struct{})} }

const maxBody = 16 << 20

// ServeHTTP takes spans at v1/traces.
func (r *Receiver) ServeHTTP(w http.ResponseWriter, req *http.Request) {
	body, err := io.ReadAll(http.MaxBytesReader(w, req.Body, maxBody))
	if err == nil {
		err = r.take(req, body)
	}
	if err != nil {
		r.mu.Lock()
		r.refused = cmp.Or(r.refused, err)
		r.mu.Unlock()
		http.Error(w, err.Error(), http.StatusBadRequest)
		return
	}
	w.Header().Set("Content-Type", "application/json")
	_, _ = io.WriteString(w, "{}") // a client that is gone has its answer
}

func (r *Receiver) take(req *http.Request, body []byte) error {
	if req.Method != http.MethodPost || req.URL.Path != "/v1/traces" || req.Header.Get("Content-Type") != "application/json" {
		return fmt.Errorf("%s %s with %q is no call of OTLP/HTTP with JSON", req.Method, req.URL.Path, req.Header.Get("Content-Type"))
	}
	var data tracepb.TracesData
	if err := protojson.Unmarshal(body, &data); err != nil {
		return fmt.Errorf("the body is not what OTLP defines: %w", err)
	}
	var got []Span
	for _, of := range data.GetResourceSpans() {
		resource := attributes(of.GetResource().GetAttributes())
		for _, in := range of.GetScopeSpans() {
			for _, s := range in.GetSpans() {
				span, err := read(s, resource)
				if err != nil {
					return err
				}
				got = append(got, span)
			}
		}
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	r.spans = append(r.spans, got...)
	r.bodies.Write(body)
	close(r.arrived)
	r.arrived = make(chan struct{})
	return nil
}

func read(s *tracepb.Span, resource map[string]string) (Span, error) {
	out := Span{
		Trace: hexID(s.GetTraceId()), ID: hexID(s.GetSpanId()), Parent: hexID(s.GetParentSpanId()), Name: s.GetName(),
		Kind:    strings.ToLower(strings.TrimPrefix(s.GetKind().String(), "SPAN_KIND_")),
		Service: resource["service.name"], Function: resource["faas.name"], Attributes: attributes(s.GetAttributes()),
		Start: time.Unix(0, int64(s.GetStartTimeUnixNano())), End: time.Unix(0, int64(s.GetEndTimeUnixNano())),
		Failed: s.GetStatus().GetCode() == tracepb.Status_STATUS_CODE_ERROR,
	}
	for _, l := range s.GetLinks() {
		out.Links = append(out.Links, hexID(l.GetTraceId())+"/"+hexID(l.GetSpanId()))
	}
	if len(out.Trace) != 32 || len(out.ID) != 16 || out.Parent != "" && len(out.Parent) != 16 || out.Name == "" || out.End.Before(out.Start) {
		return Span{}, fmt.Errorf("the span %q of trace %q is not well formed", out.ID, out.Trace)
	}
	return out, nil
}

// hexID undoes what reading by the general rules of JSON did: OTLP writes ids in hexadecimal, which those take for base64.
func hexID(id []byte) string { return base64.StdEncoding.EncodeToString(id) }

func attributes(all []*commonpb.KeyValue) map[string]string {
	out := map[string]string{}
	for _, a := range all {
		switch v := a.GetValue().GetValue().(type) {
		case *commonpb.AnyValue_StringValue:
			out[a.GetKey()] = v.StringValue
		case nil:
		default:
			out[a.GetKey()] = strings.TrimSpace(strings.Join(strings.Split(a.GetValue().String(), ":")[1:], ":"))
		}
	}
	return out
}

// Spans returns what has been received so far, in the order of its beginning.
func (r *Receiver) Spans() []Span {
	r.mu.Lock()
	defer r.mu.Unlock()
	out := slices.Clone(r.spans)
	slices.SortStableFunc(out, func(a, b Span) int { return a.Start.Compare(b.Start) })
	return out
}

// Bodies returns everything that was received, as it came, and the first call that was refused, if any was.
func (r *Receiver) Bodies() (string, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.bodies.String(), r.refused
}

// Await waits until the spans are what the caller waits for, and returns them; with ctx it returns what there is.
func (r *Receiver) Await(ctx context.Context, complete func([]Span) bool) ([]Span, error) {
	for {
		r.mu.Lock()
		arrived := r.arrived
		r.mu.Unlock()
		spans := r.Spans()
		if complete(spans) {
			return spans, nil
		}
		select {
		case <-arrived:
		case <-ctx.Done():
			return spans, fmt.Errorf("wait for spans: %w", ctx.Err())
		}
	}
}

// Of returns the spans of one trace.
func Of(spans []Span, trace string) []Span {
	var out []Span
	for _, s := range spans {
		if s.Trace == trace {
			out = append(out, s)
		}
	}
	return out
}

// Tree draws the spans of one trace, each below its parent: when it began, how long it took, its kind, name and function.
// Those whose parent is not among them stand at the left.
func Tree(spans []Span) string {
	known := map[string]bool{}
	for _, s := range spans {
		known[s.ID] = true
	}
	under := map[string][]Span{}
	var first time.Time
	for _, s := range spans {
		parent := s.Parent
		if !known[parent] {
			parent = ""
		}
		under[parent] = append(under[parent], s)
		if first.IsZero() || s.Start.Before(first) {
			first = s.Start
		}
	}
	var b strings.Builder
	var draw func(parent string, depth int)
	draw = func(parent string, depth int) {
		for _, s := range under[parent] {
			name := strings.Repeat("  ", depth) + s.Name
			fmt.Fprintf(&b, "%8.1f ms %8.1f ms  %-8s  %-62s %s\n", ms(s.Start.Sub(first)), ms(s.End.Sub(s.Start)), s.Kind, name, s.Function)
			draw(s.ID, depth+1)
		}
	}
	draw("", 0)
	return b.String()
}

func ms(d time.Duration) float64 { return float64(d.Microseconds()) / 1000 }
