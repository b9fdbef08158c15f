package bindings_test

import (
	"crypto/rand"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/aws/aws-lambda-go/events"

	"guardrails/functions"
	"guardrails/infra/bindings"
	"guardrails/shared/authn"
	"guardrails/shared/authz"
	"guardrails/shared/fn"
	"guardrails/shared/fntest"
	"guardrails/shared/inspect"
	"guardrails/shared/record"
)

// canary is a text of globex that must never be shown to acme.
const canary = "globex keeps this to itself 7f3a"

// victim is a tenant with one of everything that an id can name.
type victim struct {
	sys    *fntest.System
	tenant fntest.Tenant
	admin  authn.Claims
	// ids by the route prefix that takes them.
	ids map[string]string
}

// seeders make one thing of the victim for each route prefix with an id. A route whose prefix is missing here fails the
// walk: add how to make the thing that its id names.
var seeders = map[string]func(t *testing.T, v victim) string{
	"/api/v1/analyses/": func(t *testing.T, v victim) string {
		res := v.sys.Call(t, "analyze", fntest.Request{As: &v.admin, Body: map[string]string{"text": canary}}).Want(t, 200)
		a := fntest.Decode[inspect.Analysis](t, res.Body)
		body, err := json.Marshal(record.NewMessage(&a))
		if err != nil {
			t.Fatal(err)
		}
		v.sys.Invoke(t, "analysis-record", events.SQSEvent{Records: []events.SQSMessage{{
			MessageId: "1", Body: string(body), Attributes: map[string]string{"ApproximateReceiveCount": "1"},
			MessageAttributes: map[string]events.SQSMessageAttribute{"tenant": {DataType: "String", StringValue: &v.tenant.ID}},
		}}})
		return a.ID
	},
	"/api/v1/policies/": func(t *testing.T, v victim) string {
		return v.create(t, "policies-create", map[string]any{"name": canary})
	},
	"/api/v1/event-types/": func(t *testing.T, v victim) string {
		name := "globex.t" + strings.ToLower(rand.Text()) + ".created"
		v.sys.Call(t, "event-types-create", fntest.Request{As: &v.admin, Body: map[string]any{"name": name, "description": canary}}).Want(t, 201)
		return name
	},
	"/api/v1/jobs/": func(t *testing.T, v victim) string {
		return v.create(t, "jobs-create", map[string]any{"documents": []any{map[string]string{"id": "1", "text": canary}}})
	},
	"/api/v1/api-keys/": func(t *testing.T, v victim) string {
		return v.create(t, "api-keys-create", map[string]any{"name": canary, "scopes": []string{"read:jobs"}})
	},
	"/api/v1/tasks/": func(t *testing.T, v victim) string {
		res := v.sys.Call(t, "legacy-analyze-async", fntest.Request{As: &v.admin, Body: map[string]string{"text": canary}}).Want(t, 200)
		id, _ := res.JSON(t)["task_id"].(string)
		return id
	},
	"/api/v1/tenants/": func(_ *testing.T, v victim) string { return v.tenant.ID },
	"/v1/tenants/":     func(_ *testing.T, v victim) string { return v.tenant.ID },
}

func (v victim) create(t *testing.T, route string, body any) string {
	t.Helper()
	id, ok := v.sys.Call(t, route, fntest.Request{As: &v.admin, Body: body}).JSON(t)["id"].(string)
	if !ok {
		t.Fatalf("%s made nothing", route)
	}
	return id
}

func newVictim(t *testing.T) victim {
	t.Helper()
	sys := fntest.New(t, functions.Catalog(), bindings.All())
	v := victim{sys: sys, tenant: sys.Tenant(t), ids: map[string]string{}}
	v.admin = v.tenant.As(authz.Admin)
	for prefix, seed := range seeders {
		v.ids[prefix] = seed(t, v)
	}
	return v
}

func (v victim) idFor(path string) (string, bool) {
	for prefix, id := range v.ids {
		if strings.HasPrefix(path, prefix) {
			return id, true
		}
	}
	return "", false
}

// state is everything that the victim's own administrator can read of its things.
func (v victim) state(t *testing.T) string {
	t.Helper()
	var b strings.Builder
	for _, s := range functions.Catalog() {
		id, ok := v.idFor(s.Trigger.Path)
		if s.Trigger.Method != http.MethodGet || !ok || len(s.Params()) == 0 || s.Permission == "read:tenants" {
			continue
		}
		got := v.sys.Call(t, s.Name, fntest.Request{As: &v.admin, Path: params(s, id)}).JSON(t)
		delete(got, "next_cursor") // encrypted anew each time
		fmt.Fprintln(&b, s.Name, got)
	}
	return b.String()
}

func params(s fn.Spec, id string) map[string]string {
	out := map[string]string{}
	for _, p := range s.Params() {
		out[p] = id
	}
	return out
}

// bodies are valid bodies for routes that take one, so that a refusal is about the id.
var bodies = map[string]any{
	"policies-update": map[string]any{"name": "x"}, "policies-activate": nil, "policies-dryrun": map[string]any{"text": "x"},
	"event-types-update": map[string]any{},
	"tenants-update":     map[string]any{"name": "x"}, "tenants-limits": map[string]any{"requests_per_second": 1}, "legacy-tenants-update": map[string]any{"name": "x"},
}

// TestNoRouteReachesAnotherTenant walks every route of the catalogue that takes an id, as acme's administrator with
// globex's ids: the answer is that of an unknown id (or 403 where acme may not call the route at all), it shows nothing
// of globex, and globex is as it was.
func TestNoRouteReachesAnotherTenant(t *testing.T) {
	t.Parallel()
	globex := newVictim(t)
	acme := globex.sys.Tenant(t)
	attacker := acme.As(authz.Admin)
	before := globex.state(t)
	for _, s := range functions.Catalog() {
		if s.Trigger.Kind != fn.TriggerHTTP || len(s.Params()) == 0 {
			continue
		}
		id, ok := globex.idFor(s.Trigger.Path)
		if !ok {
			t.Errorf("%s %s takes an id and has no seeder in this walk", s.Trigger.Method, s.Trigger.Path)
			continue
		}
		foreign := globex.sys.Call(t, s.Name, fntest.Request{As: &attacker, Path: params(s, id), Body: bodies[s.Name]})
		unknown := globex.sys.Call(t, s.Name, fntest.Request{As: &attacker, Path: params(s, unknownLike(id)), Body: bodies[s.Name]})
		want := http.StatusNotFound
		if !fntest.Principal(t, attacker).Allows(s.Permission) {
			want = http.StatusForbidden
		}
		if foreign.Status != want || unknown.Status != want {
			t.Errorf("%s: %d for another tenant's id, %d for an unknown one, want %d", s.Name, foreign.Status, unknown.Status, want)
		}
		if a, b := problem(t, foreign), problem(t, unknown); a != b {
			t.Errorf("%s tells another tenant's id from an unknown one:\n%+v\n%+v", s.Name, a, b)
		}
		if strings.Contains(string(foreign.Body), canary) {
			t.Errorf("%s shows another tenant's text: %s", s.Name, foreign.Body)
		}
	}
	if after := globex.state(t); after != before {
		t.Errorf("globex has changed from\n%s\nto\n%s", before, after)
	}
}

// unknownLike is an id of the same kind that nobody has.
func unknownLike(id string) string {
	return id[:len(id)-6] + strings.Map(func(r rune) rune {
		if r == '0' {
			return '1'
		}
		return '0'
	}, id[len(id)-6:])
}

func problem(t *testing.T, r fntest.Response) string {
	p := fntest.Decode[fn.Problem](t, r.Body)
	p.RequestID = ""
	b, err := json.Marshal(p)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

// TestListsShowOwnThingsOnly reads every list as acme: nothing of globex is in it, and globex's cursor does not open.
func TestListsShowOwnThingsOnly(t *testing.T) {
	t.Parallel()
	globex := newVictim(t)
	for prefix, seed := range seeders {
		if prefix != "/api/v1/tenants/" && prefix != "/v1/tenants/" {
			seed(t, globex) // a second one, so that a page of one has a next
		}
	}
	acme := globex.sys.Tenant(t)
	attacker := acme.As(authz.Admin)
	one := url.Values{"limit": {"1"}}
	for _, s := range functions.Catalog() {
		if s.Trigger.Method != http.MethodGet || len(s.Params()) > 0 || s.Public() || !fntest.Principal(t, attacker).Allows(s.Permission) {
			continue
		}
		res := globex.sys.Call(t, s.Name, fntest.Request{As: &attacker}).Want(t, 200)
		for prefix, id := range globex.ids {
			if strings.Contains(string(res.Body), id) {
				t.Errorf("%s shows acme globex's %s%s", s.Name, prefix, id)
			}
		}
		next, _ := globex.sys.Call(t, s.Name, fntest.Request{As: &globex.admin, Query: one}).JSON(t)["next_cursor"].(string)
		if next == "" {
			continue
		}
		globex.sys.Call(t, s.Name, fntest.Request{As: &attacker, Query: url.Values{"cursor": {next}}}).WantProblem(t, 422, "invalid_cursor")
	}
}

// TestIDsInBodiesAreOwn names globex's things in acme's bodies: each is as unknown as one that never was.
func TestIDsInBodiesAreOwn(t *testing.T) {
	t.Parallel()
	globex := newVictim(t)
	policy := globex.ids["/api/v1/policies/"]
	upload := globex.create(t, "uploads-create", map[string]any{})
	acme := globex.sys.Tenant(t)
	attacker := acme.As(authz.Admin)
	document := []any{map[string]string{"id": "1", "text": "x"}}
	for name, c := range map[string]struct {
		route string
		body  func(id string) any
		id    string
	}{
		"analyze with a policy": {"analyze", func(id string) any { return map[string]any{"text": "x", "policies": []string{id}} }, policy},
		"redact with a policy":  {"redact", func(id string) any { return map[string]any{"text": "x", "policies": []string{id}} }, policy},
		"job with a policy": {"jobs-create", func(id string) any {
			return map[string]any{"documents": document, "options": map[string]any{"policies": []string{id}}}
		}, policy},
		"job with an upload": {"jobs-create", func(id string) any { return map[string]any{"upload_id": id} }, upload},
	} {
		foreign := globex.sys.Call(t, c.route, fntest.Request{As: &attacker, Body: c.body(c.id)})
		unknown := globex.sys.Call(t, c.route, fntest.Request{As: &attacker, Body: c.body(unknownLike(c.id))})
		foreign.Want(t, 422)
		if a, b := problem(t, foreign), problem(t, unknown); a != b {
			t.Errorf("%s tells another tenant's id from an unknown one:\n%s\n%s", name, a, b)
		}
	}
}
