package tenants_test

import (
	"net/url"
	"strings"
	"testing"

	"guardrails/functions"
	"guardrails/functions/tenants"
	"guardrails/shared/apikey"
	"guardrails/shared/authn"
	"guardrails/shared/authz"
	"guardrails/shared/fntest"
	"guardrails/shared/registry"
	"guardrails/shared/table"
	"guardrails/shared/tenant"
)

type bench struct {
	*fntest.System
	platform fntest.Tenant
	admin    authn.Claims
}

func start(t *testing.T) bench {
	t.Helper()
	sys := fntest.New(t, functions.Catalog(), tenants.Bindings())
	platform := sys.PlatformTenant(t)
	return bench{sys, platform, fntest.Platform(platform.ID)}
}

// name makes a name that no other test has.
func (b bench) name(s string) string { return s + " " + b.platform.ID }

type body = map[string]any

func path(id string) map[string]string { return map[string]string{"id": id} }

// make creates a tenant through the API and returns its id and the answer.
func (b bench) make(t *testing.T, in body) (string, fntest.Response) {
	t.Helper()
	res := b.Call(t, "tenants-create", fntest.Request{As: &b.admin, Body: in}).Want(t, 201)
	return res.JSON(t)["id"].(string), res
}

func TestCreate(t *testing.T) {
	t.Parallel()
	b := start(t)
	id, res := b.make(t, body{"name": b.name("Create")})
	got := res.JSON(t)
	if res.Header.Get("Location") != "/api/v1/tenants/"+id || res.Header.Get("ETag") != `"1"` {
		t.Errorf("headers %v", res.Header)
	}
	if got["plan"] != "basic" || got["profile"] != "standard" || got["state"] != "active" || got["slug"] == "" || got["created_at"] != got["updated_at"] {
		t.Errorf("created %v", got)
	}
	key := got["admin_key"].(string)
	public, ok := apikey.Parse(key)
	if !ok {
		t.Fatal("the first key is malformed")
	}
	sc, keyID, err := authn.NewLookup(b.Env().Directory()).Key(t.Context(), public)
	if err != nil || sc.TenantID() != id {
		t.Fatalf("the first key leads to another tenant: %v", err)
	}
	rec, err := b.Keys().Get(t.Context(), sc, keyID)
	if err != nil || rec.Role != authz.Admin || rec.ExpiresAt == 0 || len(rec.AllowedIPs) != 0 {
		t.Errorf("the first key is %+v, %v", rec, err)
	}
	shown := b.Call(t, "tenants-get", fntest.Request{As: &b.admin, Path: path(id)}).Want(t, 200)
	if shown.Header.Get("ETag") != `"1"` || strings.Contains(string(shown.Body), "admin_key") || shown.JSON(t)["id"] != id {
		t.Errorf("read %s", shown.Body)
	}
}

func TestCreateRegulated(t *testing.T) {
	t.Parallel()
	b := start(t)
	_, res := b.make(t, body{"name": b.name("Regulated"), "profile": "regulated"})
	public, _ := apikey.Parse(res.JSON(t)["admin_key"].(string))
	sc, keyID, err := authn.NewLookup(b.Env().Directory()).Key(t.Context(), public)
	if err != nil {
		t.Fatal(err)
	}
	rec, err := b.Keys().Get(t.Context(), sc, keyID)
	if err != nil || len(rec.AllowedIPs) != 1 || rec.AllowedIPs[0] != "192.0.2.1" || rec.Scopes[0] == "*" {
		t.Errorf("the first key is %+v, %v", rec, err)
	}
}

func TestCreateConflicts(t *testing.T) {
	t.Parallel()
	b := start(t)
	slug := "slug-" + strings.TrimPrefix(b.platform.ID, "ten_")
	b.make(t, body{"name": b.name("One"), "slug": slug})
	for _, in := range []body{{"name": b.name("Two"), "slug": slug}, {"name": b.name("One")}} {
		p := b.Call(t, "tenants-create", fntest.Request{As: &b.admin, Body: in}).WantProblem(t, 409, "conflict")
		if !strings.Contains(p.Detail, "already exists") {
			t.Errorf("detail %q", p.Detail)
		}
	}
}

func TestCreateIsIdempotent(t *testing.T) {
	t.Parallel()
	b := start(t)
	req := fntest.Request{As: &b.admin, Body: body{"name": b.name("Idem")}, Headers: map[string]string{"Idempotency-Key": "once"}}
	first := b.Call(t, "tenants-create", req).Want(t, 201)
	again := b.Call(t, "tenants-create", req).Want(t, 201)
	a, z := first.JSON(t), again.JSON(t)
	if a["id"] != z["id"] || z["admin_key"] != nil || a["admin_key"] == nil || again.Header.Get("Idempotent-Replayed") != "true" || again.Header.Get("Location") == "" {
		t.Errorf("replay %v, headers %v", z, again.Header)
	}
}

func TestBadBodies(t *testing.T) {
	t.Parallel()
	b := start(t)
	id, _ := b.make(t, body{"name": b.name("Bodies")})
	const canary = "CANARY-value"
	cases := []struct {
		name, route, location string
		body                  any
		status                int
	}{
		{"no name", "tenants-create", "", body{}, 422},
		{"blank name", "tenants-create", "/name", body{"name": "  "}, 422},
		{"long name", "tenants-create", "/name", body{"name": strings.Repeat("x", 256)}, 422},
		{"bad slug", "tenants-create", "/slug", body{"name": "x", "slug": canary}, 422},
		{"bad plan", "tenants-create", "/plan", body{"name": "x", "plan": canary}, 422},
		{"unknown field", "tenants-create", "", body{"name": "x", "extra": canary}, 422},
		{"bad address", "tenants-create", "/allowed_ips/1", body{"name": "x", "allowed_ips": []string{"10.0.0.0/8", canary}}, 422},
		{"every address", "tenants-create", "/allowed_ips/0", body{"name": "x", "profile": "regulated", "allowed_ips": []string{"0.0.0.0/0"}}, 422},
		{"no JSON", "tenants-create", "", `{"name": "` + canary, 400},
		{"no body", "tenants-create", "", nil, 400},
		{"array", "tenants-create", "", `[]`, 422},
		{"bad state", "tenants-update", "/state", body{"state": "offboarded"}, 422},
		{"zero limit", "tenants-limits", "/requests_per_second", body{"requests_per_second": 0}, 422},
		{"above plan", "tenants-limits", "/requests_per_second", body{"requests_per_second": 1001}, 422},
		{"wrong type", "tenants-limits", "/requests_per_second", body{"requests_per_second": canary}, 422},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			res := b.Call(t, c.route, fntest.Request{As: &b.admin, Path: path(id), Body: c.body})
			p := res.WantProblem(t, c.status, "invalid_request")
			if strings.Contains(string(res.Body), canary) {
				t.Errorf("the rejected value is echoed: %s", res.Body)
			}
			if c.location != "" && (len(p.Errors) == 0 || p.Errors[0].Location != c.location) {
				t.Errorf("errors %+v, want %s", p.Errors, c.location)
			}
		})
	}
	if strings.Contains(b.Log.String(), canary) {
		t.Error("a rejected value is in the log")
	}
}

func TestUnknownTenants(t *testing.T) {
	t.Parallel()
	b := start(t)
	for _, id := range []string{"ten_00000000000000000000000000", "acme", "ten_*", b.platform.ID, "key_00000000000000000000000000"} {
		for route, in := range map[string]any{
			"tenants-get": nil, "tenants-update": `{"nonsense": true}`, "tenants-delete": nil, "tenants-limits": `{"nonsense": true}`,
		} {
			b.Call(t, route, fntest.Request{As: &b.admin, Path: path(id), Body: in}).WantProblem(t, 404, "not_found")
		}
	}
}

func TestPermissions(t *testing.T) {
	t.Parallel()
	b := start(t)
	own := b.Tenant(t)
	for _, role := range authz.Roles()[1:] {
		as := own.As(role)
		for _, route := range []string{"tenants-list", "tenants-create", "tenants-get", "tenants-update", "tenants-delete", "tenants-limits"} {
			b.Call(t, route, fntest.Request{As: &as, Path: path(own.ID), Body: body{"name": "x"}}).WantProblem(t, 403, "forbidden")
		}
		want := 403
		if role == authz.Admin {
			want = 200
		}
		b.Call(t, "tenant-update", fntest.Request{As: &as, Body: body{"name": own.Name}}).Want(t, want)
		b.Call(t, "tenant-get", fntest.Request{As: &as}).Want(t, 200)
	}
	viewer := own.As(authz.Viewer)
	b.Call(t, "tenant-limits", fntest.Request{As: &viewer}).WantProblem(t, 403, "forbidden")
	for _, route := range []string{"tenant-get", "tenant-update"} {
		b.Call(t, route, fntest.Request{As: &b.admin, Body: body{"name": "x"}}).WantProblem(t, 403, "forbidden")
	}
	b.Call(t, "tenants-list", fntest.Request{}).WantProblem(t, 401, "unauthenticated")
}

func TestUpdate(t *testing.T) {
	t.Parallel()
	b := start(t)
	id, _ := b.make(t, body{"name": b.name("Update")})
	put := func(in body, tag string) fntest.Response {
		return b.Call(t, "tenants-update", fntest.Request{As: &b.admin, Path: path(id), Body: in, Headers: map[string]string{"If-Match": tag}})
	}
	res := put(body{"plan": "enterprise", "state": "suspended"}, `"1"`).Want(t, 200)
	if got := res.JSON(t); got["plan"] != "enterprise" || got["state"] != "suspended" || got["name"] != b.name("Update") || res.Header.Get("ETag") != `"2"` {
		t.Errorf("updated %v with %v", got, res.Header)
	}
	put(body{"plan": "pro"}, `"1"`).WantProblem(t, 412, "precondition_failed")
	put(body{"state": "active"}, `*`).Want(t, 200)
	other, _ := b.make(t, body{"name": b.name("Other")})
	taken := b.Call(t, "tenants-update", fntest.Request{As: &b.admin, Path: path(other), Body: body{"name": b.name("Update")}})
	taken.WantProblem(t, 409, "conflict")
}

func TestDelete(t *testing.T) {
	t.Parallel()
	b := start(t)
	id, _ := b.make(t, body{"name": b.name("Delete")})
	req := fntest.Request{As: &b.admin, Path: path(id)}
	req.Headers = map[string]string{"If-Match": `"9"`}
	b.Call(t, "tenants-delete", req).WantProblem(t, 412, "precondition_failed")
	req.Headers = nil
	if res := b.Call(t, "tenants-delete", req).Want(t, 204); len(res.Body) != 0 {
		t.Errorf("204 with a body: %s", res.Body)
	}
	b.Call(t, "tenants-delete", req).Want(t, 204)
	if got := b.Call(t, "tenants-get", req).Want(t, 200).JSON(t); got["state"] != "offboarding" {
		t.Errorf("after the deletion: %v", got)
	}
	req.Body = body{"state": "active"}
	b.Call(t, "tenants-update", req).WantProblem(t, 409, "conflict")
	req.Body = body{"state": "suspended"}
	b.Call(t, "tenants-update", req).Want(t, 200)
}

func TestListPages(t *testing.T) {
	t.Parallel()
	b := start(t)
	want := map[string]bool{}
	for _, s := range []string{"A", "B", "C"} {
		id, _ := b.make(t, body{"name": b.name(s)})
		want[id] = true
	}
	query := url.Values{"limit": {"2"}}
	for len(want) > 0 {
		page := b.Call(t, "tenants-list", fntest.Request{As: &b.admin, Query: query}).Want(t, 200).JSON(t)
		for _, row := range page["data"].([]any) {
			delete(want, row.(body)["id"].(string))
		}
		next, ok := page["next_cursor"].(string)
		if !ok {
			break
		}
		query.Set("cursor", next)
	}
	if len(want) > 0 {
		t.Errorf("not listed: %v", want)
	}
	foreign := fntest.Platform(b.PlatformTenant(t).ID)
	if cursor := query.Get("cursor"); cursor != "" {
		b.Call(t, "tenants-list", fntest.Request{As: &foreign, Query: query}).WantProblem(t, 422, "invalid_cursor")
	}
	b.Call(t, "tenants-list", fntest.Request{As: &b.admin, Query: url.Values{"cursor": {"x"}}}).WantProblem(t, 422, "invalid_cursor")
	b.Call(t, "tenants-list", fntest.Request{As: &b.admin, Query: url.Values{"limit": {"101"}}}).WantProblem(t, 422, "invalid_request")
}

func TestLimits(t *testing.T) {
	t.Parallel()
	b := start(t)
	own := b.NewTenant(t, registry.New{Plan: tenant.PlanEnterprise})
	set := b.Call(t, "tenants-limits", fntest.Request{As: &b.admin, Path: path(own.ID), Body: body{"requests_per_second": 5000}}).Want(t, 200)
	if set.JSON(t)["requests_per_second"] != 5000.0 {
		t.Errorf("set %s", set.Body)
	}
	as := own.As(authz.Analyst)
	got := b.Call(t, "tenant-limits", fntest.Request{As: &as}).Want(t, 200).JSON(t)
	if got["requests_per_second"] != 5000.0 || got["maximum_requests_per_second"] != 100000.0 || got["plan"] != "enterprise" {
		t.Errorf("limits %v", got)
	}
	b.Call(t, "tenants-update", fntest.Request{As: &b.admin, Path: path(own.ID), Body: body{"plan": "basic"}}).Want(t, 200)
	if got := b.Call(t, "tenant-limits", fntest.Request{As: &as}).JSON(t); got["requests_per_second"] != 1000.0 {
		t.Errorf("limits within the smaller plan: %v", got)
	}
}

func TestOwnTenant(t *testing.T) {
	t.Parallel()
	b := start(t)
	own := b.NewTenant(t, registry.New{Profile: tenant.ProfileRegulated})
	as := own.As(authz.Admin)
	res := b.Call(t, "tenant-get", fntest.Request{As: &as}).Want(t, 200)
	if res.JSON(t)["id"] != own.ID || res.Header.Get("ETag") != `"1"` {
		t.Errorf("own tenant %s", res.Body)
	}
	put := fntest.Request{As: &as, Body: body{"name": own.Name + " II"}}
	b.Call(t, "tenant-update", put).WantProblem(t, 428, "precondition_required")
	put.Headers = map[string]string{"If-Match": `"1"`}
	if got := b.Call(t, "tenant-update", put).Want(t, 200).JSON(t); got["name"] != own.Name+" II" || got["slug"] != own.Slug {
		t.Errorf("renamed %v", got)
	}
	put.Body = body{"name": "x", "plan": "enterprise"}
	b.Call(t, "tenant-update", put).WantProblem(t, 422, "invalid_request")
}

func TestASuspendedTenantOnlyReads(t *testing.T) {
	t.Parallel()
	b := start(t)
	own := b.Tenant(t)
	as := own.As(authz.Admin)
	as.State = tenant.StateSuspended
	b.Call(t, "tenant-get", fntest.Request{As: &as}).Want(t, 200)
	b.Call(t, "tenant-update", fntest.Request{As: &as, Body: body{"name": "x"}}).WantProblem(t, 403, "tenant_suspended")
}

func TestChangesAreAnnounced(t *testing.T) {
	t.Parallel()
	b := start(t)
	id, _ := b.make(t, body{"name": b.name("Announced")})
	b.Call(t, "tenants-update", fntest.Request{As: &b.admin, Path: path(id), Body: body{"state": "suspended"}}).Want(t, 200)
	b.Call(t, "tenants-delete", fntest.Request{As: &b.admin, Path: path(id)}).Want(t, 204)
	sc, _ := fntest.Principal(t, b.admin).ScopeOf(id)
	var rows []struct {
		Type string `dynamodbav:"type"`
	}
	if _, err := b.Env().Table(table.Events).Query(t.Context(), sc, table.Page{Part: table.PartEvents, Limit: 10, Oldest: true}, &rows); err != nil {
		t.Fatal(err)
	}
	got := ""
	for _, r := range rows {
		got += r.Type + " "
	}
	for _, want := range []string{"tenant.created", "key.created", "tenant.updated", "tenant.offboarding"} {
		if !strings.Contains(got, want) {
			t.Errorf("no event %s in %s", want, got)
		}
	}
}

// Renaming itself tells a tenant nothing of the others, and takes no name from them.
func TestOwnNamesTellNothingOfOthers(t *testing.T) {
	t.Parallel()
	b := start(t)
	b.make(t, body{"name": b.name("Globex")})
	own := b.Tenant(t)
	as := own.As(authz.Admin)
	for _, name := range []string{b.name("Globex"), b.name("Nobody"), b.name("GLOBEX"), " " + b.name("globex")} {
		if got := b.Call(t, "tenant-update", fntest.Request{As: &as, Body: body{"name": name}}).Want(t, 200).JSON(t); got["name"] != name {
			t.Errorf("the tenant calls itself %v, wanted %q", got["name"], name)
		}
	}
	// The platform's names stay unique, in every spelling, and its own stays the tenant's.
	for _, name := range []string{b.name("GLOBEX"), "  " + b.name("Globex") + " ", own.Name} {
		b.Call(t, "tenants-create", fntest.Request{As: &b.admin, Body: body{"name": name}}).WantProblem(t, 409, "conflict")
	}
	b.Call(t, "tenants-update", fntest.Request{As: &b.admin, Path: path(own.ID), Body: body{"name": strings.ToUpper(own.Name)}}).Want(t, 200)
	b.Call(t, "tenants-update", fntest.Request{As: &b.admin, Path: path(own.ID), Body: body{"name": b.name("Globex")}}).WantProblem(t, 409, "conflict")
	b.Call(t, "tenants-update", fntest.Request{As: &b.admin, Path: path(own.ID), Body: body{"name": b.name("Renamed")}}).Want(t, 200)
}
