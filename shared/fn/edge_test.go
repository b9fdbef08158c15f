package fn_test

import (
	"context"
	"errors"
	"net/http"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/aws/smithy-go"

	"guardrails/shared/authz"
	"guardrails/shared/clock"
	"guardrails/shared/errs"
	"guardrails/shared/fn"
	"guardrails/shared/fntest"
	"guardrails/shared/outage"
	"guardrails/shared/table"
	"guardrails/shared/tenant"
)

type thingIn struct {
	Body struct {
		Name  string            `json:"name" minLength:"1" maxLength:"40"`
		Size  int               `json:"size,omitempty" minimum:"1" maximum:"9"`
		Color string            `json:"color,omitempty" enum:"red,green"`
		Mail  string            `json:"mail,omitempty" format:"email"`
		Tags  []struct{ A int } `json:"tags,omitempty"`
		Notes map[string]string `json:"notes,omitempty"`
	}
}

type thingOut struct {
	Location string `header:"Location"`
	Body     struct {
		Name   string  `json:"name"`
		Secret *string `json:"secret"`
		Count  int64   `json:"count"`
	}
}

type thingPath struct {
	ID string `path:"id"`
	thingIn
}

type thingList struct{ fn.Page }

// things is a small context of its own: a route of each shape.
func things(calls *atomic.Int64) ([]fn.Spec, fn.Bindings) {
	access := fn.Access{DataKeys: true}
	spec := func(name, method, path string, p authz.Permission) fn.Spec {
		return fn.Spec{Name: name, Context: "things", Trigger: fn.HTTP(method, path), Permission: p, RateClass: fn.RateWrite, MemoryMB: 128, Timeout: 5 * time.Second, Access: access}
	}
	specs := []fn.Spec{
		spec("create", "POST", "/things", "create:policies"),
		spec("put", "PUT", "/things/{id}", "update:policies"),
		spec("list", "GET", "/things", "read:policies"),
		spec("panic", "POST", "/panic", "create:policies"),
		spec("slow", "POST", "/slow", "create:policies"),
		spec("refused", "POST", "/refused", "create:policies"),
		spec("large", "GET", "/large", "read:policies"),
		{Name: "open", Context: "things", Trigger: fn.HTTP("GET", "/open"), MemoryMB: 128, Timeout: time.Second},
	}
	create := func(*fn.Env) (fn.Handler[thingIn, thingOut], error) {
		return func(_ context.Context, _ *fn.Call, in *thingIn) (*thingOut, error) {
			out := &thingOut{Location: "/things/1"}
			secret := "shown once"
			out.Body.Name, out.Body.Secret, out.Body.Count = in.Body.Name, &secret, calls.Add(1)
			return out, nil
		}, nil
	}
	fail := func(err func() error) func(*fn.Env) (fn.Handler[thingIn, thingOut], error) {
		return func(*fn.Env) (fn.Handler[thingIn, thingOut], error) {
			return func(context.Context, *fn.Call, *thingIn) (*thingOut, error) { return nil, err() }, nil
		}
	}
	put := func(*fn.Env) (fn.Handler[thingPath, thingOut], error) {
		return func(context.Context, *fn.Call, *thingPath) (*thingOut, error) { return &thingOut{}, nil }, nil
	}
	find := func(*fn.Env) fn.Finder {
		return func(_ context.Context, _ *fn.Call, params map[string]string) error {
			if params["id"] != "known" {
				return errs.New(errs.NotFound, "There is no such thing.")
			}
			return nil
		}
	}
	list := func(*fn.Env) (fn.Handler[thingList, fn.List[string]], error) {
		return func(context.Context, *fn.Call, *thingList) (*fn.List[string], error) {
			return fn.NewList[string](nil, nil), nil
		}, nil
	}
	open := func(*fn.Env) (fn.Handler[struct{}, fn.NoContent], error) {
		return func(context.Context, *fn.Call, *struct{}) (*fn.NoContent, error) { return fn.Deleted(), nil }, nil
	}
	large := func(*fn.Env) (fn.Handler[struct{}, thingOut], error) {
		return func(context.Context, *fn.Call, *struct{}) (*thingOut, error) {
			out := &thingOut{}
			out.Body.Name = strings.Repeat("large", 2<<20)
			return out, nil
		}, nil
	}
	return specs, fn.Bindings{
		"large":  fn.Route(large),
		"create": fn.Route(create, fn.Status(http.StatusCreated), fn.ShownOnce("secret")),
		"put":    fn.Route(put, fn.Find(find)),
		"list":   fn.Route(list),
		"panic":  fn.Route(fail(func() error { panic("my private text in a panic") })),
		"refused": fn.Route(fail(func() error {
			return outage.Failure("Later.", "get", &smithy.GenericAPIError{Code: "AccessDeniedException", Message: "no grant"})
		})),
		"slow": fn.Route(fail(func() error { return errs.New(errs.Overloaded, "Later.") })),
		"open": fn.Route(open),
	}
}

func system(t *testing.T) (*fntest.System, *atomic.Int64) {
	t.Helper()
	var calls atomic.Int64
	specs, bindings := things(&calls)
	return fntest.New(t, specs, bindings), &calls
}

func TestOrderOfChecks(t *testing.T) {
	t.Parallel()
	sys, _ := system(t)
	acme := sys.Tenant(t)
	admin, viewer := acme.As(authz.Admin), acme.As(authz.Viewer)
	suspended := admin
	suspended.State = tenant.StateSuspended
	path := map[string]string{"id": "unknown"}

	sys.Call(t, "put", fntest.Request{Path: path, Body: `{`}).WantProblem(t, 401, "unauthenticated")
	sys.Call(t, "put", fntest.Request{Path: path, Body: `{`, As: &viewer}).WantProblem(t, 403, "forbidden")
	sys.Call(t, "put", fntest.Request{Path: path, Body: `{`, As: &suspended}).WantProblem(t, 403, "tenant_suspended")
	sys.Call(t, "put", fntest.Request{Path: path, Body: `{`, As: &admin}).WantProblem(t, 404, "not_found")
	path["id"] = "known"
	sys.Call(t, "put", fntest.Request{Path: path, Body: `{`, As: &admin}).WantProblem(t, 400, "invalid_request")
	sys.Call(t, "put", fntest.Request{Path: path, Body: `{}`, As: &admin}).WantProblem(t, 422, "invalid_request")
	sys.Call(t, "put", fntest.Request{Path: path, Body: `{"name":"a"}`, As: &admin}).Want(t, 200)
	sys.Call(t, "list", fntest.Request{As: &suspended}).Want(t, 200)
	for _, state := range []tenant.State{tenant.StateOffboarding, tenant.StateOffboarded, "unknown"} {
		closed := admin
		closed.State = state
		sys.Call(t, "list", fntest.Request{As: &closed}).WantProblem(t, 403, "tenant_suspended")
	}
	sys.Call(t, "open", fntest.Request{}).Want(t, 204)
}

func TestUnauthenticatedSaysHow(t *testing.T) {
	t.Parallel()
	sys, _ := system(t)
	res := sys.Call(t, "create", fntest.Request{Body: `{"name":"a"}`})
	if p := res.WantProblem(t, 401, "unauthenticated"); p.Detail != "API Key is missing" {
		t.Errorf("detail %q", p.Detail)
	}
	if res.Header.Get("WWW-Authenticate") == "" {
		t.Error("no WWW-Authenticate")
	}
}

func TestBodies(t *testing.T) {
	t.Parallel()
	sys, _ := system(t)
	acme := sys.Tenant(t)
	admin := acme.As(authz.Admin)
	for _, c := range []struct {
		name, contentType, body string
		status                  int
		location                string
	}{
		{"fine", "application/json", `{"name":"a"}`, 201, ""},
		{"with charset", "application/json; charset=utf-8", `{"name":"a"}`, 201, ""},
		{"vendor type", "application/vnd.acme+json", `{"name":"a"}`, 201, ""},
		{"no body", "application/json", ``, 400, ""},
		{"form", "application/x-www-form-urlencoded", `name=a`, 415, ""},
		{"other charset", "application/json; charset=latin1", `{"name":"a"}`, 415, ""},
		{"cut short", "application/json", `{"name":"a"`, 400, ""},
		{"two values", "application/json", `{"name":"a"} {}`, 400, ""},
		{"bad UTF-8", "application/json", "{\"name\":\"a\xff\"}", 400, ""},
		{"lone surrogate", "application/json", `{"name":"\ud800"}`, 400, ""},
		{"duplicate name", "application/json", `{"name":"a","name":"b"}`, 400, ""},
		{"65 deep", "application/json", `{"tags":` + strings.Repeat("[", 65) + strings.Repeat("]", 65) + `}`, 400, ""},
		{"not an object", "application/json", `[1]`, 422, "/"},
		{"missing field", "application/json", `{"size":3}`, 422, "/"},
		{"wrong type", "application/json", `{"name":"a","size":"my secret size"}`, 422, "/size"},
		{"out of range", "application/json", `{"name":"a","size":10}`, 422, "/size"},
		{"not in enum", "application/json", `{"name":"a","color":"my favorite color is blue"}`, 422, "/color"},
		{"bad mail", "application/json", `{"name":"a","mail":"someone without an at sign"}`, 422, "/mail"},
		{"nested", "application/json", `{"name":"a","tags":[{"A":1},{"A":"some private text"}]}`, 422, "/tags/1/A"},
		{"unknown field", "application/json", `{"name":"a","nmae":"text of the caller"}`, 422, "/nmae"},
		{"unknown field that is a text", "application/json", `{"name":"a","SSN 536-90-4399 of Jane":1}`, 422, "/"},
		{"member of a map that is a text", "application/json", `{"name":"a","notes":{"SSN 536-90-4399 of Jane":1}}`, 422, "/notes"},
		{"1 MiB and a byte", "application/json", `{"name":"` + strings.Repeat("a", 1<<20) + `"}`, 413, ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			res := sys.Call(t, "create", fntest.Request{As: &admin, Body: c.body, Headers: map[string]string{"Content-Type": c.contentType}})
			res.Want(t, c.status)
			if c.status < 400 {
				return
			}
			if strings.Contains(string(res.Body), "536-90-4399") {
				t.Errorf("the name of an unknown field is echoed: %s", res.Body)
			}
			p := fntest.Decode[fn.Problem](t, res.Body)
			if c.location != "" && (len(p.Errors) == 0 || p.Errors[0].Location != c.location) {
				t.Errorf("errors %+v, want location %s", p.Errors, c.location)
			}
		})
	}
}

func TestListsTakeLimitsFrom1To100(t *testing.T) {
	t.Parallel()
	sys, _ := system(t)
	acme := sys.Tenant(t)
	viewer := acme.As(authz.Viewer)
	for limit, status := range map[string]int{"": 200, "1": 200, "100": 200, "0": 422, "101": 422, "-1": 422, "ten": 422} {
		res := sys.Call(t, "list", fntest.Request{As: &viewer, Query: map[string][]string{"limit": {limit}}}).Want(t, status)
		if status == 200 {
			continue
		}
		if p := fntest.Decode[fn.Problem](t, res.Body); len(p.Errors) != 1 || p.Errors[0].Location != "query.limit" {
			t.Errorf("limit=%s: errors %+v", limit, p.Errors)
		}
	}
	if got := string(sys.Call(t, "list", fntest.Request{As: &viewer}).Body); !strings.Contains(got, `"data":[]`) || !strings.Contains(got, `"next_cursor":null`) {
		t.Errorf("empty list is %s", got)
	}
}

func TestRequestIDs(t *testing.T) {
	t.Parallel()
	sys, _ := system(t)
	for own, kept := range map[string]bool{"12345678": true, strings.Repeat("x", 128): true, "1234567": false, strings.Repeat("x", 129): false, "a b c d ~": true, "täglich-8": false, "tab\there": false, "line\r\nX-A: b": false, "delete\x7f!": false, "\u00a0nbsp-9": false, "        ": false} {
		got := sys.Call(t, "open", fntest.Request{Headers: map[string]string{"X-Request-Id": own}}).Header.Get("X-Request-Id")
		if (got == own) != kept || got == "" {
			t.Errorf("request id %q answered as %q", own, got)
		}
	}
}

// TestRequestIDsInLogs has callers put their text where an id belongs: it comes back to them and is not logged.
func TestRequestIDsInLogs(t *testing.T) {
	t.Parallel()
	sys, _ := system(t)
	for own, kept := range map[string]bool{
		"6fa459ea-ee8a-3ca4-894e-db77e160355e": true, "req_01jd3k5v8q2w4x6y8z0a1b2c3d": true, "web:order.17_b": true,
		"jane.roe@corp-mail.com": false, "536-90-4399": false, "Jane.Roe": false, "{\"ssn\":1234567}": false,
	} {
		got := sys.Call(t, "open", fntest.Request{Headers: map[string]string{"X-Request-Id": own}}).Header.Get("X-Request-Id")
		if got != own {
			t.Errorf("request id %q answered as %q", own, got)
		}
		if !strings.Contains(sys.Log.String(), fn.LogID(own)) || strings.Contains(sys.Log.String(), `"`+own+`"`) != kept {
			t.Errorf("request id %q logged: %s", own, sys.Log.String())
		}
	}
}

// TestLogIDIsWhatTheRunbookPrints compares with docs/runbooks/request-failures.md: printf %s 'ID' | sha256sum | cut -c1-16.
func TestLogIDIsWhatTheRunbookPrints(t *testing.T) {
	t.Parallel()
	if got, want := fn.LogID("jane.roe@corp-mail.com"), "sha256:4b71f09b15d7f2ae"; got != want {
		t.Errorf("the id stands in logs as %s, want %s", got, want)
	}
}

func TestPanicIsInternalAndSaysNothing(t *testing.T) {
	t.Parallel()
	sys, _ := system(t)
	acme := sys.Tenant(t)
	admin := acme.As(authz.Admin)
	res := sys.Call(t, "panic", fntest.Request{As: &admin, Body: `{"name":"a"}`})
	res.WantProblem(t, 500, "internal")
	if all := string(res.Body) + sys.Log.String(); strings.Contains(all, "private text") {
		t.Error("the panic's value is shown")
	}
	if !strings.Contains(sys.Log.String(), `"panic_type":"string"`) {
		t.Error("the panic is not logged")
	}
}

// TestARefusalIsNoOutage has a missing grant answered as a defect of ours, which is counted apart: nobody should try
// again, and an alarm should ring.
func TestARefusalIsNoOutage(t *testing.T) {
	t.Parallel()
	sys, _ := system(t)
	acme := sys.Tenant(t)
	admin := acme.As(authz.Admin)
	res := sys.Call(t, "refused", fntest.Request{As: &admin, Body: `{"name":"a"}`})
	res.WantProblem(t, 500, "internal")
	if strings.Contains(string(res.Body), "grant") || res.Header.Get("Retry-After") != "" {
		t.Errorf("answered %s, %v", res.Body, res.Header)
	}
	if log := sys.Log.String(); !strings.Contains(log, `"ServiceRefused":1`) || strings.Contains(log, `"StoreUnavailable"`) || !strings.Contains(log, "no grant") {
		t.Errorf("logged %s", log)
	}
}

func TestAnswerThatLambdaWouldNotPassOn(t *testing.T) {
	t.Parallel()
	sys, _ := system(t)
	acme := sys.Tenant(t)
	admin := acme.As(authz.Admin)
	sys.Call(t, "large", fntest.Request{As: &admin}).WantProblem(t, 413, "payload_too_large")
}

func TestOverloadedSaysWhenToComeBack(t *testing.T) {
	t.Parallel()
	sys, _ := system(t)
	acme := sys.Tenant(t)
	admin := acme.As(authz.Admin)
	res := sys.Call(t, "slow", fntest.Request{As: &admin, Body: `{"name":"a"}`})
	res.WantProblem(t, 503, "overloaded")
	if res.Header.Get("Retry-After") == "" {
		t.Error("no Retry-After")
	}
}

func TestIdempotency(t *testing.T) {
	t.Parallel()
	sys, calls := system(t)
	acme := sys.Tenant(t)
	admin, other := acme.As(authz.Admin), acme.As(authz.Admin)
	key := map[string]string{"Idempotency-Key": "order 1"}
	body := `{"name":"the first of them"}`

	first := sys.Call(t, "create", fntest.Request{As: &admin, Body: body, Headers: key}).Want(t, 201)
	again := sys.Call(t, "create", fntest.Request{As: &admin, Body: body, Headers: key}).Want(t, 201)
	if again.Header.Get("Idempotent-Replayed") != "true" || again.Header.Get("Location") != first.Header.Get("Location") {
		t.Errorf("the replay's headers are %v", again.Header)
	}
	if got := again.JSON(t); got["secret"] != nil || got["count"] != first.JSON(t)["count"] || got["name"] != "the first of them" {
		t.Errorf("the replay is %s, the first was %s", again.Body, first.Body)
	}
	if first.JSON(t)["secret"] == nil {
		t.Error("the first answer lacks the secret")
	}
	sys.Call(t, "create", fntest.Request{As: &admin, Body: `{"name":"b"}`, Headers: key}).WantProblem(t, 422, "idempotency_mismatch")
	if res := sys.Call(t, "create", fntest.Request{As: &other, Body: body, Headers: key}).Want(t, 201); res.Header.Get("Idempotent-Replayed") != "" {
		t.Error("another principal is shown the answer")
	}
	if n := calls.Load(); n != 2 {
		t.Errorf("the handler ran %d times, want 2", n)
	}
	sys.Call(t, "create", fntest.Request{As: &admin, Body: body, Headers: map[string]string{"Idempotency-Key": strings.Repeat("k", 256)}}).WantProblem(t, 422, "invalid_request")
}

func TestIdempotencyForgetsFailures(t *testing.T) {
	t.Parallel()
	sys, calls := system(t)
	acme := sys.Tenant(t)
	admin := acme.As(authz.Admin)
	key := map[string]string{"Idempotency-Key": "k"}
	sys.Call(t, "create", fntest.Request{As: &admin, Body: `{}`, Headers: key}).Want(t, 422)
	sys.Call(t, "create", fntest.Request{As: &admin, Body: `{"name":"a"}`, Headers: key}).Want(t, 201)
	if calls.Load() != 1 {
		t.Error("the request after a failed one did not run")
	}
}

func TestIdempotencyWhileRunningIsConflict(t *testing.T) {
	t.Parallel()
	started, release := make(chan struct{}), make(chan struct{})
	specs, bindings := things(new(atomic.Int64))
	bindings["create"] = fn.Route(func(*fn.Env) (fn.Handler[thingIn, thingOut], error) {
		return func(context.Context, *fn.Call, *thingIn) (*thingOut, error) {
			close(started)
			<-release
			return &thingOut{}, nil
		}, nil
	})
	sys := fntest.New(t, specs, bindings)
	acme := sys.Tenant(t)
	admin := acme.As(authz.Admin)
	req := fntest.Request{As: &admin, Body: `{"name":"a"}`, Headers: map[string]string{"Idempotency-Key": "k"}}
	done := make(chan fntest.Response, 1)
	go func() { done <- sys.Call(t, "create", req) }()
	<-started
	sys.Call(t, "create", req).WantProblem(t, 409, "conflict")
	close(release)
	(<-done).Want(t, 200)
}

func TestKeyLimitIsExact(t *testing.T) {
	t.Parallel()
	specs, bindings := things(new(atomic.Int64))
	now := clock.NewFake(time.Now())
	sys := fntest.NewAt(t, specs, bindings, now)
	acme := sys.Tenant(t)
	viewer := acme.As(authz.Viewer)
	viewer.RateLimit = 5
	for i := range 5 {
		res := sys.Call(t, "list", fntest.Request{As: &viewer}).Want(t, 200)
		if got := res.Header.Get("RateLimit-Policy"); got != `"key";q=5;w=60` {
			t.Errorf("request %d: RateLimit-Policy %s", i, got)
		}
	}
	res := sys.Call(t, "list", fntest.Request{As: &viewer})
	if p := res.WantProblem(t, 429, "rate_limited"); p.Detail != "Rate limit exceeded. Allowed: 5 requests per minute." {
		t.Errorf("detail %q", p.Detail)
	}
	if res.Header.Get("Retry-After") != "12" {
		t.Errorf("Retry-After %s, want 12", res.Header.Get("Retry-After"))
	}
	now.Advance(12 * time.Second)
	sys.Call(t, "list", fntest.Request{As: &viewer}).Want(t, 200)
	sys.Call(t, "list", fntest.Request{As: &viewer}).Want(t, 429)
}

func TestUndeclaredAccessFailsTheBuild(t *testing.T) {
	t.Parallel()
	specs, _ := things(new(atomic.Int64))
	sys := fntest.New(t, nil, nil)
	_, err := fn.Build(specs[2], fn.Bindings{"list": fn.Route(func(env *fn.Env) (fn.Handler[thingList, fn.NoContent], error) {
		env.Table(table.Audit)
		env.Queue("tasks")
		env.Bucket("uploads")
		return func(context.Context, *fn.Call, *thingList) (*fn.NoContent, error) { return fn.Deleted(), nil }, nil
	})}, sys.Config)
	if err == nil {
		t.Fatal("the function was built")
	}
	for _, want := range []string{`table "audit"`, `queue "tasks"`, `bucket "uploads"`} {
		if !strings.Contains(err.Error(), want) {
			t.Errorf("the error does not name the %s: %v", want, err)
		}
	}
}

func TestReadAccessDoesNotWrite(t *testing.T) {
	t.Parallel()
	sys := fntest.New(t, nil, nil)
	acme := sys.Tenant(t)
	env := fn.NewEnv(fn.Spec{Name: "reader", Trigger: fn.Every(time.Minute), Access: fn.Access{Tables: map[string]fn.Mode{table.Jobs: fn.Read}}}, sys.Config)
	err := env.Table(table.Jobs).Put(t.Context(), acme.Scope(t), table.JobKey("x"), struct{}{}, table.Always())
	if !errors.Is(err, table.ErrNotDeclared) {
		t.Errorf("a write with read access: %v", err)
	}
}
