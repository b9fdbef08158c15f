package gateway_test

import (
	"bytes"
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-lambda-go/events"

	"guardrails/infra/local/gateway"
	"guardrails/infra/local/invoke"
	"guardrails/shared/clock"
	"guardrails/shared/id"
	"guardrails/shared/telemetry"
)

type function func(ctx context.Context, payload []byte) ([]byte, error)

func (f function) Invoke(ctx context.Context, payload []byte) ([]byte, error) { return f(ctx, payload) }

func target(name string, f function) *invoke.Target {
	return &invoke.Target{Name: name, Physical: name, Timeout: time.Minute, Function: f, Log: slog.New(slog.DiscardHandler)}
}

// tell answers with the event that it got.
func tell(_ context.Context, payload []byte) ([]byte, error) {
	return json.Marshal(events.APIGatewayProxyResponse{StatusCode: 200, Body: string(payload)})
}

func answers(payload string) function {
	return func(context.Context, []byte) ([]byte, error) { return []byte(payload), nil }
}

func fails(err error) function {
	return func(context.Context, []byte) ([]byte, error) { return nil, err }
}

func policy(effect, resource string, values map[string]any) function {
	return policyOf("p1", effect, resource, values)
}

func policyOf(principal, effect, resource string, values map[string]any) function {
	return func(_ context.Context, payload []byte) ([]byte, error) {
		var ev events.APIGatewayCustomAuthorizerRequestTypeRequest
		if err := json.Unmarshal(payload, &ev); err != nil || ev.Type != "REQUEST" {
			return nil, errors.New("not a REQUEST authorizer's event")
		}
		if resource == "" {
			resource = ev.MethodArn
		}
		return json.Marshal(events.APIGatewayCustomAuthorizerResponse{
			PrincipalID: principal, Context: values,
			PolicyDocument: events.APIGatewayCustomAuthorizerPolicy{Version: "2012-10-17", Statement: []events.IAMPolicyStatement{
				{Action: []string{"execute-api:Invoke"}, Effect: effect, Resource: []string{resource}},
			}},
		})
	}
}

func serve(t *testing.T, authorizer function, routes ...gateway.Route) *httptest.Server {
	t.Helper()
	now := clock.NewFake(time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC))
	s := httptest.NewServer(gateway.New(gateway.Config{
		Routes: routes, Authorizer: target("authorizer", authorizer), Clock: now, IDs: id.NewGenerator(now, nil), Log: slog.New(slog.DiscardHandler),
	}))
	t.Cleanup(s.Close)
	return s
}

func public(method, path string, f function) gateway.Route {
	return gateway.Route{Method: method, Path: path, Public: true, BodyLimit: gateway.MaxBody, Target: target(method+path, f)}
}

func do(t *testing.T, method, url, body string, header ...string) (*http.Response, string) {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), method, url, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	for i := 0; i+1 < len(header); i += 2 {
		req.Header.Add(header[i], header[i+1])
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	data, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	return resp, string(data)
}

func wantProblem(t *testing.T, resp *http.Response, body string, status int, code string) {
	t.Helper()
	var p struct {
		Status    int    `json:"status"`
		Code      string `json:"code"`
		RequestID string `json:"request_id"`
	}
	if err := json.Unmarshal([]byte(body), &p); err != nil {
		t.Fatalf("status %d, not a problem: %v", resp.StatusCode, err)
	}
	if resp.StatusCode != status || p.Status != status || p.Code != code {
		t.Errorf("status %d, problem %+v; want %d %s", resp.StatusCode, p, status, code)
	}
	if ct := resp.Header.Get("Content-Type"); ct != "application/problem+json" {
		t.Errorf("content type %q", ct)
	}
	if p.RequestID == "" || resp.Header.Get("X-Request-Id") != p.RequestID {
		t.Errorf("request ids differ: %q and %q", resp.Header.Get("X-Request-Id"), p.RequestID)
	}
}

func TestRouting(t *testing.T) {
	t.Parallel()
	named := func(name string) function { return answers(`{"statusCode":200,"body":"` + name + `"}`) }
	s := serve(t, fails(errors.New("unused")),
		public("GET", "/v1/tasks", named("list")),
		public("POST", "/v1/tasks", named("create")),
		public("GET", "/v1/tasks/workers", named("workers")),
		public("GET", "/v1/tasks/{task_id}", named("get")),
		public("DELETE", "/v1/tasks/{task_id}", named("cancel")),
		public("GET", "/v1/tasks/{id}/result", named("result")),
		public("GET", "/v1/tasks/stats/pending", named("pending")),
		public("POST", "/v1/only", named("only")),
	)
	cases := []struct {
		method, path string
		status       int
		want         string // the body, or the Allow header of a 405
	}{
		{"GET", "/v1/tasks", 200, "list"},
		{"POST", "/v1/tasks", 200, "create"},
		{"GET", "/v1/tasks/workers", 200, "workers"},
		{"GET", "/v1/tasks/w%6Frkers", 200, "workers"},
		{"GET", "/v1/tasks/42", 200, "get"},
		{"DELETE", "/v1/tasks/42", 200, "cancel"},
		{"GET", "/v1/tasks/stats/pending", 200, "pending"},
		{"GET", "/v1/tasks/stats/result", 200, "result"},
		{"GET", "/v1/tasks/a%2Fb", 200, "get"},
		{"GET", "/v1/tasks/", 404, ""},
		{"GET", "/v1/tasks/42/", 404, ""},
		{"GET", "//v1/tasks", 404, ""},
		{"GET", "/v1/unknown", 404, ""},
		{"GET", "/", 404, ""},
		{"PATCH", "/v1/tasks", 405, "GET, HEAD, POST"},
		{"DELETE", "/v1/tasks/workers", 405, "GET, HEAD"},
		{"HEAD", "/v1/only", 405, "POST"},
		{"OPTIONS", "/v1/only", 405, "POST"},
		{"HEAD", "/v1/tasks", 200, ""},
	}
	for _, c := range cases {
		t.Run(c.method+c.path, func(t *testing.T) {
			t.Parallel()
			resp, body := do(t, c.method, s.URL+c.path, "")
			switch {
			case resp.StatusCode != c.status:
				t.Errorf("status %d, want %d", resp.StatusCode, c.status)
			case c.status == 200 && body != c.want:
				t.Errorf("answered by %q, want %q", body, c.want)
			case c.status == 405 && resp.Header.Get("Allow") != c.want:
				t.Errorf("Allow %q, want %q", resp.Header.Get("Allow"), c.want)
			case c.status >= 400 && c.method != "HEAD":
				wantProblem(t, resp, body, c.status, map[int]string{404: "not_found", 405: "method_not_allowed"}[c.status])
			}
		})
	}
}

func TestEventOfARequest(t *testing.T) {
	t.Parallel()
	s := serve(t, policy("Allow", "", map[string]any{"tenant": "ten_1", "admin": true, "limit": 100}),
		gateway.Route{Method: "PUT", Path: "/v1/things/{id}", BodyLimit: gateway.MaxBody, Target: target("things", tell)})
	_, body := do(t, "PUT", s.URL+"/v1/things/a%20b?x=1&x=2&y=%C3%BC", `{"k":"v"}`,
		"Content-Type", "application/json", "X-Many", "1", "X-Many", "2", "User-Agent", "test",
		"Authorizer", "forged", "X-Amzn-Authorizer-Tenant", "ten_2")
	var ev events.APIGatewayProxyRequest
	if err := json.Unmarshal([]byte(body), &ev); err != nil {
		t.Fatal(err)
	}
	got := map[string]string{
		"resource": ev.Resource, "path": ev.Path, "method": ev.HTTPMethod, "id": ev.PathParameters["id"],
		"x": ev.QueryStringParameters["x"], "xs": strings.Join(ev.MultiValueQueryStringParameters["x"], ","), "y": ev.QueryStringParameters["y"],
		"many": ev.Headers["X-Many"], "manys": strings.Join(ev.MultiValueHeaders["X-Many"], ","), "body": ev.Body,
		"ip": ev.RequestContext.Identity.SourceIP, "agent": ev.RequestContext.Identity.UserAgent, "stage": ev.RequestContext.Stage,
		"resourcePath": ev.RequestContext.ResourcePath, "time": ev.RequestContext.RequestTime,
	}
	want := map[string]string{
		"resource": "/v1/things/{id}", "path": "/v1/things/a%20b", "method": "PUT", "id": "a b",
		"x": "2", "xs": "1,2", "y": "ü", "many": "2", "manys": "1,2", "body": `{"k":"v"}`,
		"ip": "127.0.0.1", "agent": "test", "stage": "live", "resourcePath": "/v1/things/{id}", "time": "02/Jan/2026:03:04:05 +0000",
	}
	for k, v := range want {
		if got[k] != v {
			t.Errorf("%s is %q, want %q", k, got[k], v)
		}
	}
	auth, _ := json.Marshal(ev.RequestContext.Authorizer)
	if string(auth) != `{"admin":"true","limit":"100","principalId":"p1","tenant":"ten_1"}` {
		t.Errorf("authorizer context %s", auth)
	}
	if ev.IsBase64Encoded || ev.RequestContext.RequestID == "" {
		t.Errorf("base64 %v, request id %q", ev.IsBase64Encoded, ev.RequestContext.RequestID)
	}
}

func TestBodiesThatAreNoTextTravelAsBase64(t *testing.T) {
	t.Parallel()
	s := serve(t, fails(errors.New("unused")), public("POST", "/b", tell))
	cases := map[string]struct {
		contentType, body string
		encoded           bool
	}{
		"json":           {"application/json; charset=utf-8", `{"a":"ü"}`, false},
		"problem":        {"application/problem+json", `{}`, false},
		"no type":        {"", "text", false},
		"form":           {"application/x-www-form-urlencoded", "a=b", false},
		"bad utf-8":      {"application/json", "{\"a\":\"\xff\"}", true},
		"other type":     {"application/octet-stream", "text", true},
		"malformed type": {"a/b/c", "text", true},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var header []string
			if c.contentType != "" {
				header = []string{"Content-Type", c.contentType}
			}
			_, body := do(t, "POST", s.URL+"/b", c.body, header...)
			var ev events.APIGatewayProxyRequest
			if err := json.Unmarshal([]byte(body), &ev); err != nil {
				t.Fatal(err)
			}
			want := c.body
			if c.encoded {
				want = base64.StdEncoding.EncodeToString([]byte(c.body))
			}
			if ev.IsBase64Encoded != c.encoded || ev.Body != want {
				t.Errorf("base64 %v, body %q", ev.IsBase64Encoded, ev.Body)
			}
		})
	}
}

func TestAuthorizer(t *testing.T) {
	t.Parallel()
	elsewhere := "arn:aws:execute-api:*:*:local/live/GET/other"
	cases := map[string]struct {
		authorizer function
		status     int
		code       string
	}{
		"allow":             {policy("Allow", "", nil), 200, ""},
		"allow by wildcard": {policy("Allow", "arn:aws:execute-api:*:local/*/GET/v1/*", nil), 200, ""},
		"allow elsewhere":   {policy("Allow", elsewhere, nil), 403, "forbidden"},
		"deny":              {policy("Deny", "*", nil), 403, "forbidden"},
		"unauthorized":      {fails(errors.New("Unauthorized")), 401, "unauthenticated"},
		"fails":             {fails(errors.New("store down")), 503, "overloaded"},
		"panics":            {func(context.Context, []byte) ([]byte, error) { panic("boom") }, 503, "overloaded"},
		"not JSON":          {answers("nope"), 503, "overloaded"},
		"no principal":      {answers(`{"policyDocument":{}}`), 503, "overloaded"},
		"context object":    {policy("Allow", "", map[string]any{"a": []string{"x"}}), 503, "overloaded"},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := serve(t, c.authorizer, gateway.Route{Method: "GET", Path: "/v1/x", Target: target("x", answers(`{"statusCode":200,"body":"{}"}`))})
			resp, body := do(t, "GET", s.URL+"/v1/x", "")
			if c.status == 200 {
				if resp.StatusCode != 200 {
					t.Errorf("status %d", resp.StatusCode)
				}
				return
			}
			wantProblem(t, resp, body, c.status, c.code)
			if (c.status == 503) != (resp.Header.Get("Retry-After") != "") {
				t.Errorf("Retry-After %q", resp.Header.Get("Retry-After"))
			}
		})
	}
}

func TestFaultsOfFunctions(t *testing.T) {
	t.Parallel()
	late := target("late", func(ctx context.Context, _ []byte) ([]byte, error) {
		<-ctx.Done()
		return nil, ctx.Err()
	})
	late.Timeout = time.Millisecond
	cases := map[string]struct {
		target *invoke.Target
		status int
	}{
		"late":          {late, 504},
		"fails":         {target("f", fails(errors.New("no"))), 502},
		"panics":        {target("p", func(context.Context, []byte) ([]byte, error) { panic("boom") }), 502},
		"not JSON":      {target("n", answers("hello")), 502},
		"no status":     {target("s", answers(`{}`)), 502},
		"text status":   {target("t", answers(`{"statusCode":"200"}`)), 502},
		"bad base64":    {target("b", answers(`{"statusCode":200,"body":"%","isBase64Encoded":true}`)), 502},
		"bad header":    {target("h", answers(`{"statusCode":200,"headers":{"X":"a\r\nY: b"}}`)), 502},
		"too large":     {target("l", answers(`{"statusCode":200,"body":"`+strings.Repeat("x", 7<<20)+`"}`)), 502},
		"answer is nil": {target("z", answers("")), 502},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := serve(t, fails(errors.New("unused")), gateway.Route{Method: "GET", Path: "/x", Public: true, Target: c.target})
			resp, body := do(t, "GET", s.URL+"/x", "")
			wantProblem(t, resp, body, c.status, map[int]string{504: "overloaded", 502: "internal"}[c.status])
		})
	}
}

func TestAnswersOfFunctions(t *testing.T) {
	t.Parallel()
	s := serve(t, fails(errors.New("unused")), public("GET", "/x", answers(`{
		"statusCode": 201, "isBase64Encoded": true, "body": "AP8=",
		"headers": {"X-One": "1", "X-Both": "lost", "Connection": "close", "Content-Type": "application/octet-stream"},
		"multiValueHeaders": {"X-Both": ["a", "b"], "Set-Cookie": ["c=1", "d=2"]}}`)))
	resp, body := do(t, "GET", s.URL+"/x", "", "X-Request-Id", "caller-id-1")
	if resp.StatusCode != 201 || body != "\x00\xff" {
		t.Errorf("status %d, body %q", resp.StatusCode, body)
	}
	got := []string{
		resp.Header.Get("X-One"), strings.Join(resp.Header.Values("X-Both"), ","), strings.Join(resp.Header.Values("Set-Cookie"), ","),
		resp.Header.Get("X-Request-Id"), resp.Header.Get("Connection"),
	}
	if want := "1|a,b|c=1,d=2|caller-id-1|"; strings.Join(got, "|") != want {
		t.Errorf("headers %v", got)
	}
}

func TestLargeHeadersAreRefused(t *testing.T) {
	t.Parallel()
	s := serve(t, fails(errors.New("unused")), public("GET", "/x", tell))
	resp, body := do(t, "GET", s.URL+"/x", "", "X-Long", strings.Repeat("x", gateway.MaxHeader))
	wantProblem(t, resp, body, 431, "header_too_large")
	resp, body = do(t, "GET", s.URL+"/x?q="+strings.Repeat("x", gateway.MaxHeader), "")
	wantProblem(t, resp, body, 431, "header_too_large")
}

func TestLargeBodiesAreRefused(t *testing.T) {
	t.Parallel()
	s := serve(t, fails(errors.New("unused")), public("POST", "/x", answers(`{"statusCode":200}`)))
	resp, body := do(t, "POST", s.URL+"/x", strings.Repeat("x", gateway.MaxBody+1))
	wantProblem(t, resp, body, 413, "payload_too_large")

	// What fits as it is may not fit in a function's event, where it is escaped.
	half := strings.Repeat(`"`, gateway.MaxEvent/2)
	resp, body = do(t, "POST", s.URL+"/x", half)
	wantProblem(t, resp, body, 413, "payload_too_large")
	if resp, _ = do(t, "POST", s.URL+"/x", strings.Repeat("<", gateway.MaxEvent-10_000)); resp.StatusCode != 200 {
		t.Errorf("a body that just fits: %d", resp.StatusCode)
	}

	// Without a declared length the gateway finds out while it reads.
	req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, s.URL+"/x", io.MultiReader(strings.NewReader(strings.Repeat("x", gateway.MaxBody+1))))
	if err != nil {
		t.Fatal(err)
	}
	rec := httptest.NewRecorder()
	s.Config.Handler.ServeHTTP(rec, req)
	wantProblem(t, rec.Result(), rec.Body.String(), 413, "payload_too_large")
}

func TestRequestIDs(t *testing.T) {
	t.Parallel()
	s := serve(t, fails(errors.New("unused")))
	for own, kept := range map[string]bool{"12345678": true, "short": false, strings.Repeat("x", 129): false, "with a space": true, "tab\tinside": false, "        ": false} {
		resp, body := do(t, "GET", s.URL+"/none", "", "X-Request-Id", own)
		wantProblem(t, resp, body, 404, "not_found")
		if got := resp.Header.Get("X-Request-Id"); (got == own) != kept {
			t.Errorf("request id %q became %q", own, got)
		}
	}
}

// TestBodiesAreReadAsFarAsTheyAreLookedAt sends bodies to routes: a stranger's is not read, since the function refuses
// without looking at it, nor one that the route does not take, and of one that is too large a byte more than its limit.
func TestBodiesAreReadAsFarAsTheyAreLookedAt(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		principal string
		limit     int64
		body      string
		want      string
	}{
		"a verified caller":         {"p1", 9, "some text", `"body":"some text"`},
		"too much":                  {"p1", 9, "some texts", `"body":"some texts"`},
		"far too much":              {"p1", 9, "some texts and more", `"body":"some texts"`},
		"a stranger":                {"anonymous", 9, "some text", `"body":""`},
		"a route that takes none":   {"p1", 0, "some text", `"body":""`},
		"no body where one may be":  {"p1", 9, "", `"body":""`},
		"a body of unknown length":  {"p1", 9, "chunked:some text", `"body":"some text"`},
		"far too much, and unknown": {"p1", 9, "chunked:some texts and more", `"body":"some texts"`},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := serve(t, policyOf(c.principal, "Allow", "", nil), gateway.Route{Method: http.MethodPost, Path: "/x", BodyLimit: c.limit, Target: target("x", tell)})
			text, chunked := strings.CutPrefix(c.body, "chunked:")
			var in io.Reader = strings.NewReader(text)
			if chunked {
				in = io.MultiReader(in) // hides the length
			}
			req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, s.URL+"/x", in)
			if err != nil {
				t.Fatal(err)
			}
			resp, err := http.DefaultClient.Do(req)
			if err != nil {
				t.Fatal(err)
			}
			defer resp.Body.Close()
			raw, err := io.ReadAll(resp.Body)
			if err != nil {
				t.Fatal(err)
			}
			if !strings.Contains(string(raw), c.want) {
				t.Errorf("status %d, the event is %s, want %s", resp.StatusCode, raw, c.want)
			}
		})
	}
}

// TestNoTenantTakesAllMemory keeps bodies of one tenant in work until there is no room for another of it: that one is
// told to come again, another tenant's is served, and room that was given back can be had.
func TestNoTenantTakesAllMemory(t *testing.T) {
	t.Parallel()
	const size = 8 << 20 // of 32 MB for one tenant
	entered, leave := make(chan struct{}), make(chan struct{})
	slow := function(func(_ context.Context, payload []byte) ([]byte, error) {
		if bytes.Contains(payload, []byte(`"tenant":"acme"`)) {
			entered <- struct{}{}
			<-leave
		}
		return []byte(`{"statusCode": 200, "body": "done"}`), nil
	})
	byKey := function(func(ctx context.Context, payload []byte) ([]byte, error) {
		who := "acme"
		if bytes.Contains(payload, []byte("globex")) {
			who = "globex"
		}
		return policy("Allow", "", map[string]any{"tenant": who})(ctx, payload)
	})
	s := serve(t, byKey, gateway.Route{Method: http.MethodPost, Path: "/x", BodyLimit: gateway.MaxBody, Target: target("x", slow)})
	body := strings.Repeat("x", size/2)
	answered := make(chan int, 16)
	for range 8 {
		go func() {
			resp, _ := do(t, http.MethodPost, s.URL+"/x", body, "X-Api-Key", "acme")
			answered <- resp.StatusCode
		}()
		<-entered
	}
	resp, _ := do(t, http.MethodPost, s.URL+"/x", body, "X-Api-Key", "acme")
	if resp.StatusCode != http.StatusServiceUnavailable || resp.Header.Get("Retry-After") == "" {
		t.Errorf("a ninth body is answered %d, retry after %q", resp.StatusCode, resp.Header.Get("Retry-After"))
	}
	if resp, _ := do(t, http.MethodPost, s.URL+"/x", body, "X-Api-Key", "globex"); resp.StatusCode != http.StatusOK {
		t.Errorf("another tenant's body is answered %d", resp.StatusCode)
	}
	for range 8 {
		leave <- struct{}{}
		if status := <-answered; status != http.StatusOK {
			t.Errorf("a body in work was answered %d", status)
		}
	}
	go func() { <-entered; leave <- struct{}{} }()
	if resp, _ := do(t, http.MethodPost, s.URL+"/x", body, "X-Api-Key", "acme"); resp.StatusCode != http.StatusOK {
		t.Errorf("once there is room it is answered %d", resp.StatusCode)
	}
}

// TestFailuresThatNoFunctionCountsAreCounted lets functions panic and fail: whoever watches hears of it from the gateway,
// and hears nothing of answers that functions counted themselves.
func TestFailuresThatNoFunctionCountsAreCounted(t *testing.T) {
	t.Parallel()
	registry, now := telemetry.NewRegistry(), clock.NewFake(time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC))
	panics := function(func(context.Context, []byte) ([]byte, error) { panic("the text") })
	s := httptest.NewServer(gateway.New(gateway.Config{
		Routes: []gateway.Route{
			public("GET", "/panics", panics), public("GET", "/fails", fails(errors.New("broken"))), public("GET", "/nonsense", answers("no JSON")),
			public("GET", "/works", answers(`{"statusCode": 200}`)), public("GET", "/says-so", answers(`{"statusCode": 503}`)),
			{Method: "GET", Path: "/closed", Target: target("closed", tell)},
		},
		Authorizer: target("authorizer", panics), Registry: registry, Clock: now, IDs: id.NewGenerator(now, nil), Log: slog.New(slog.DiscardHandler),
	}))
	defer s.Close()
	for path, want := range map[string]int{"/panics": 502, "/fails": 502, "/nonsense": 502, "/works": 200, "/says-so": 503, "/closed": 503, "/none": 404} {
		if resp, body := do(t, "GET", s.URL+path, ""); resp.StatusCode != want && resp.StatusCode/100 != want/100 {
			t.Errorf("%s answers %d: %s", path, resp.StatusCode, body)
		}
	}
	var text strings.Builder
	if err := registry.Write(&text); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"requests", "request_errors", "served_requests", "served_errors"} {
		if want := "guardrails_" + name + `_total{function="gateway"} 4` + "\n"; !strings.Contains(text.String(), want) {
			t.Errorf("it is not so: %s\n%s", want, &text)
		}
	}
}
