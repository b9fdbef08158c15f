package fntest

import (
	"encoding/base64"
	"encoding/json"
	"maps"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/aws/aws-lambda-go/events"

	"guardrails/shared/authn"
	"guardrails/shared/fn"
)

// Request is one call of a route.
type Request struct {
	// Path holds the path's parameters.
	Path    map[string]string
	Query   url.Values
	Headers map[string]string
	// Body is sent as JSON; a string or []byte is sent as it is; nil is no body.
	Body any
	// As is the caller; nil is a caller without credentials.
	As *authn.Claims
	// SourceIP is the caller's address; 192.0.2.1 if empty.
	SourceIP string
}

// Response is a route's answer.
type Response struct {
	Status int
	Header http.Header
	Body   []byte
}

// Call invokes a route as API Gateway does. The authorizer's answer is taken from r.As.
func (s *System) Call(t testing.TB, name string, r Request) Response {
	t.Helper()
	s.canaries.add(r.Body)
	payload, err := json.Marshal(event(t, s.Spec(t, name), r))
	if err != nil {
		t.Fatal(err)
	}
	var res events.APIGatewayProxyResponse
	if err := json.Unmarshal(s.invoke(t, name, payload), &res); err != nil {
		t.Fatalf("%s: decode the answer: %v", name, err)
	}
	out := Response{Status: res.StatusCode, Header: http.Header(res.MultiValueHeaders), Body: []byte(res.Body)}
	if out.Header == nil {
		out.Header = http.Header{}
	}
	s.checkError(t, out)
	return out
}

// Invoke calls a function with a payload, which is sent as JSON, and returns its answer's JSON.
func (s *System) Invoke(t testing.TB, name string, payload any) []byte {
	t.Helper()
	b, err := json.Marshal(payload)
	if err != nil {
		t.Fatal(err)
	}
	return s.invoke(t, name, b)
}

func (s *System) invoke(t testing.TB, name string, payload []byte) []byte {
	t.Helper()
	out, err := s.Function(t, name).Invoke(t.Context(), payload)
	if err != nil {
		t.Fatalf("%s: %v", name, err)
	}
	return out
}

func event(t testing.TB, spec fn.Spec, r Request) events.APIGatewayProxyRequest {
	t.Helper()
	ev := events.APIGatewayProxyRequest{
		Resource: spec.Trigger.Path, Path: fill(spec.Trigger.Path, r.Path), HTTPMethod: spec.Trigger.Method, PathParameters: r.Path,
		MultiValueHeaders: map[string][]string{}, MultiValueQueryStringParameters: r.Query, Body: body(t, r.Body),
	}
	if !utf8.ValidString(ev.Body) {
		// As the gateway does: JSON cannot carry these bytes.
		ev.Body, ev.IsBase64Encoded = base64.StdEncoding.EncodeToString([]byte(ev.Body)), true
	}
	ev.RequestContext.Identity.SourceIP = "192.0.2.1"
	if r.SourceIP != "" {
		ev.RequestContext.Identity.SourceIP = r.SourceIP
	}
	headers := map[string]string{"Content-Type": "application/json"}
	if spec.Lines {
		headers["Content-Type"] = fn.LinesType
	}
	maps.Copy(headers, r.Headers)
	for k, v := range headers {
		ev.MultiValueHeaders[k] = []string{v}
	}
	if r.As != nil {
		ev.RequestContext.Authorizer = r.As.Context()
	} else {
		ev.RequestContext.Authorizer = authn.RefusalContext(authn.RefusedMissing)
	}
	return ev
}

func fill(path string, params map[string]string) string {
	for k, v := range params {
		path = strings.ReplaceAll(path, "{"+k+"}", url.PathEscape(v))
	}
	return path
}

func body(t testing.TB, v any) string {
	t.Helper()
	switch v := v.(type) {
	case nil:
		return ""
	case string:
		return v
	case []byte:
		return string(v)
	}
	b, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

// Want fails the test if the answer has another status, and returns the answer.
func (r Response) Want(t testing.TB, status int) Response {
	t.Helper()
	if r.Status != status {
		t.Fatalf("status %d, want %d: %s", r.Status, status, r.Body)
	}
	return r
}

// WantProblem fails the test if the answer is not a problem document with this status and code.
func (r Response) WantProblem(t testing.TB, status int, code string) fn.Problem {
	t.Helper()
	p := Decode[fn.Problem](t, r.Want(t, status).Body)
	if p.Code != code || p.Status != status || p.RequestID == "" || r.Header.Get("Content-Type") != "application/problem+json" {
		t.Fatalf("problem %+v as %s, want code %s", p, r.Header.Get("Content-Type"), code)
	}
	return p
}

// JSON decodes the answer into generic maps.
func (r Response) JSON(t testing.TB) map[string]any {
	t.Helper()
	return Decode[map[string]any](t, r.Body)
}
