package keys_test

import (
	"errors"
	"fmt"
	"maps"
	"net/url"
	"strings"
	"testing"
	"time"

	"guardrails/functions"
	"guardrails/functions/keys"
	"guardrails/shared/apikey"
	"guardrails/shared/audit"
	"guardrails/shared/authn"
	"guardrails/shared/authz"
	"guardrails/shared/clock"
	"guardrails/shared/errs"
	"guardrails/shared/fntest"
	"guardrails/shared/registry"
	"guardrails/shared/table"
	"guardrails/shared/tenant"
)

type body = map[string]any

type bench struct {
	*fntest.System
	clock *clock.Fake
	own   fntest.Tenant
	admin authn.Claims
}

func start(t *testing.T, n registry.New) bench {
	t.Helper()
	c := clock.NewFake(time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC))
	sys := fntest.NewAt(t, functions.Catalog(), keys.Bindings(), c)
	own := sys.NewTenant(t, n)
	return bench{sys, c, own, own.As(authz.Admin)}
}

func (b bench) create(t *testing.T, as authn.Claims, in body) body {
	t.Helper()
	return b.Call(t, "api-keys-create", fntest.Request{As: &as, Body: in}).Want(t, 201).JSON(t)
}

func path(id any) map[string]string { return map[string]string{"id": fmt.Sprint(id)} }

func TestCreateShowsTheSecretOnce(t *testing.T) {
	t.Parallel()
	b := start(t, registry.New{})
	req := fntest.Request{As: &b.admin, Headers: map[string]string{"Idempotency-Key": "k1"}, Body: body{
		"name": "CI", "scopes": []string{"execute:analysis", "write:policies", "execute:analysis"}, "rate_limit": 60, "allowed_ips": []string{"203.0.113.0/24"},
	}}
	res := b.Call(t, "api-keys-create", req).Want(t, 201)
	got := res.JSON(t)
	secret := got["secret"].(string)
	public, ok := apikey.Parse(secret)
	if !ok || got["prefix"] != "gr_live_"+public {
		t.Errorf("prefix %v of a key that parses: %v", got["prefix"], ok)
	}
	if res.Header.Get("Location") != "/api/v1/api-keys/"+got["id"].(string) || got["role"] != "admin" || got["status"] != "active" || got["created_by"] != b.admin.ID ||
		got["rate_limit"] != 60.0 || got["expires_at"] != "2026-05-30T12:00:00.000Z" || got["last_used_at"] != nil || len(got["scopes"].([]any)) != 2 {
		t.Errorf("created %v", got)
	}
	again := b.Call(t, "api-keys-create", req).Want(t, 201)
	if z := again.JSON(t); z["secret"] != nil || z["id"] != got["id"] || again.Header.Get("Idempotent-Replayed") != "true" {
		t.Errorf("replay %v", z)
	}
	list := b.Call(t, "api-keys-list", fntest.Request{As: &b.admin}).Want(t, 200)
	for _, hidden := range []string{secret[18:], "digest", "secret"} {
		if strings.Contains(string(list.Body), hidden) || strings.Contains(b.Log.String(), secret[18:]) {
			t.Errorf("the list or the log shows %q", hidden)
		}
	}
	rec, err := b.Keys().Get(t.Context(), b.own.Scope(t), got["id"].(string))
	if err != nil || strings.Contains(string(rec.Digest), secret) {
		t.Errorf("the stored record: %v", err)
	}
}

func TestBadBodies(t *testing.T) {
	t.Parallel()
	standard, regulated := start(t, registry.New{}), start(t, registry.New{Profile: tenant.ProfileRegulated})
	const canary = "CANARY-in-a-key"
	ok := body{"name": "x", "scopes": []string{"read:jobs"}}
	with := func(k string, v any) body {
		out := body{k: v}
		for key, value := range ok {
			if key != k {
				out[key] = value
			}
		}
		return out
	}
	cases := []struct {
		name, location string
		in             any
		b              bench
	}{
		{"no name", "", body{"scopes": []string{"read:jobs"}}, standard},
		{"no scopes", "/scopes", with("scopes", []string{}), standard},
		{"unknown scope", "/scopes/1", with("scopes", []string{"read:jobs", canary}), standard},
		{"unknown write", "/scopes/0", with("scopes", []string{"write:" + canary}), standard},
		{"write of what is never written", "/scopes/0", with("scopes", []string{"write:detectors"}), standard},
		{"no day", "/expires_in_days", with("expires_in_days", 0), standard},
		{"too many days", "/expires_in_days", with("expires_in_days", 91), standard},
		{"no rate", "/rate_limit", with("rate_limit", 0), standard},
		{"too high a rate", "/rate_limit", with("rate_limit", 1_000_001), standard},
		{"no address", "/allowed_ips/1", with("allowed_ips", []string{"10.0.0.0/8", canary}), standard},
		{"IPv4 as IPv6", "/allowed_ips/0", with("allowed_ips", []string{"::ffff:10.0.0.0/104"}), standard},
		{"unknown field", "", with("extra", canary), standard},
		{"regulated without addresses", "/allowed_ips", ok, regulated},
		{"regulated for every address", "/allowed_ips/0", with("allowed_ips", []string{"0.0.0.0/0"}), regulated},
		{"regulated for every address in halves", "/allowed_ips/0", with("allowed_ips", []string{"0.0.0.0/1", "128.0.0.0/1"}), regulated},
		{"regulated for most addresses of IPv6", "/allowed_ips/1", with("allowed_ips", []string{"10.0.0.0/8", "2000::/3"}), regulated},
		{"regulated star", "/scopes/0", body{"name": "x", "scopes": []string{"*"}, "allowed_ips": []string{"10.0.0.1"}}, regulated},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			res := c.b.Call(t, "api-keys-create", fntest.Request{As: &c.b.admin, Body: c.in})
			p := res.WantProblem(t, 422, "invalid_request")
			if strings.Contains(string(res.Body), canary) {
				t.Errorf("echo: %s", res.Body)
			}
			if c.location != "" && (len(p.Errors) == 0 || p.Errors[0].Location != c.location) {
				t.Errorf("errors %+v, want %s", p.Errors, c.location)
			}
		})
	}
	regulated.create(t, regulated.admin, body{"name": "x", "scopes": []string{"read:jobs"}, "allowed_ips": []string{"10.0.0.1"}})
}

func TestNobodyGivesWhatTheyLack(t *testing.T) {
	t.Parallel()
	b := start(t, registry.New{})
	cases := []struct {
		name   string
		as     authn.Claims
		scopes []string
		status int
	}{
		{"an administrator gives all", b.own.As(authz.Admin), []string{"*"}, 201},
		{"an operator gives no star", b.own.As(authz.Operator), []string{"*"}, 403},
		{"an operator gives what the role has", b.own.As(authz.Operator), []string{"write:policies", "execute:analysis"}, 201},
		{"an operator deletes no policies", b.own.As(authz.Operator), []string{"delete:policies"}, 403},
		{"nobody gives the platform's", b.own.As(authz.Admin), []string{"create:tenants"}, 403},
		{"scopes bound", b.own.As(authz.Admin, "create:api-keys", "read:jobs"), []string{"read:jobs"}, 201},
		{"scopes bound more", b.own.As(authz.Admin, "create:api-keys", "read:jobs"), []string{"delete:jobs"}, 403},
		{"half of write is too little", b.own.As(authz.Admin, "create:api-keys", "create:policies"), []string{"write:policies"}, 403},
		{"no star out of scopes", b.own.As(authz.Admin, "create:api-keys", "read:jobs"), []string{"*"}, 403},
		{"an analyst makes no keys", b.own.As(authz.Analyst), []string{"read:jobs"}, 403},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			b.Call(t, "api-keys-create", fntest.Request{As: &c.as, Body: body{"name": "x", "scopes": c.scopes}}).Want(t, c.status)
		})
	}
}

func TestARestrictedKeyMakesNoFreeOne(t *testing.T) {
	t.Parallel()
	b := start(t, registry.New{})
	maker := b.create(t, b.admin, body{
		"name": "maker", "scopes": []string{"create:api-keys", "execute:analysis"}, "rate_limit": 60, "allowed_ips": []string{"192.0.2.0/24", "2001:db8::1"},
	})
	free := b.create(t, b.admin, body{"name": "free", "scopes": []string{"execute:analysis"}})
	as := b.own.As(authz.Admin, "write:api-keys", "execute:analysis")
	as.ID, as.KeyVersion = maker["id"].(string), 1
	want := func(status int, more body) body {
		in := body{"name": "child", "scopes": []string{"execute:analysis"}}
		maps.Copy(in, more)
		return b.Call(t, "api-keys-create", fntest.Request{As: &as, Body: in}).Want(t, status).JSON(t)
	}
	if got := want(201, nil); got["rate_limit"] != 60.0 || len(got["allowed_ips"].([]any)) != 2 {
		t.Errorf("a child that asks for nothing has %v and %v", got["rate_limit"], got["allowed_ips"])
	}
	want(201, body{"rate_limit": 10, "allowed_ips": []string{"192.0.2.7", "192.0.2.128/25"}})
	want(403, body{"rate_limit": 61})
	want(403, body{"allowed_ips": []string{"192.0.2.7", "198.51.100.7"}})
	want(403, body{"allowed_ips": []string{"192.0.0.0/16"}})
	want(403, body{"allowed_ips": []string{"2001:db8::/32"}})
	b.Call(t, "api-keys-rotate", fntest.Request{As: &as, Path: path(free["id"])}).WantProblem(t, 403, "forbidden")
	b.Call(t, "api-keys-rotate", fntest.Request{As: &as, Path: path(as.ID)}).Want(t, 200)
}

// callerOf is the claims of a key that was just made, as the authorizer tells them of its current secret.
func (b bench) callerOf(t *testing.T, made body) authn.Claims {
	t.Helper()
	r, err := b.Keys().Get(t.Context(), b.own.Scope(t), made["id"].(string))
	if err != nil {
		t.Fatal(err)
	}
	c := b.own.As(r.Role, r.Scopes...)
	c.ID, c.RateLimit, c.LimitRoot, c.KeyVersion = r.ID, r.RateLimit, r.LimitRoot, r.Version
	return c
}

// After a leak the owner rotates: whoever has the old secret must not take the key over, nor make others.
func TestAnOldSecretChangesNoKeys(t *testing.T) {
	t.Parallel()
	b := start(t, registry.New{})
	made := b.create(t, b.admin, body{"name": "x", "scopes": []string{"*"}})
	thief := b.callerOf(t, made) // the authorizer may have remembered the key from before the rotation
	b.Call(t, "api-keys-rotate", fntest.Request{As: &thief, Path: path(made["id"])}).Want(t, 200)
	old := thief
	old.KeyVersion = 0
	for _, as := range []*authn.Claims{&thief, &old} {
		b.Call(t, "api-keys-rotate", fntest.Request{As: as, Path: path(made["id"])}).WantProblem(t, 403, "forbidden")
		b.Call(t, "api-keys-create", fntest.Request{As: as, Body: body{"name": "x", "scopes": []string{"read:jobs"}}}).WantProblem(t, 403, "forbidden")
		b.Call(t, "api-keys-delete", fntest.Request{As: as, Path: path(made["id"])}).WantProblem(t, 403, "forbidden")
		b.Call(t, "api-keys-list", fntest.Request{As: as}).Want(t, 200)
	}
	owner := b.callerOf(t, made)
	b.Call(t, "api-keys-rotate", fntest.Request{As: &owner, Path: path(made["id"])}).Want(t, 200)
}

func TestAKeyDoesNotOutliveItsMaker(t *testing.T) {
	t.Parallel()
	b := start(t, registry.New{})
	short := b.create(t, b.admin, body{"name": "1d", "scopes": []string{"create:api-keys", "read:jobs"}, "expires_in_days": 1})
	root := b.create(t, b.admin, body{"name": "root", "scopes": []string{"*"}})
	part := b.create(t, b.admin, body{"name": "part", "scopes": []string{"write:api-keys", "read:jobs"}})
	brief := b.create(t, b.admin, body{"name": "brief root", "scopes": []string{"*"}, "expires_in_days": 2})
	b.clock.Advance(time.Hour)
	ask := body{"name": "child", "scopes": []string{"read:jobs"}, "expires_in_days": 90}
	for _, maker := range []body{short, part, brief} {
		if child := b.create(t, b.callerOf(t, maker), ask); child["expires_at"] != maker["expires_at"] {
			t.Errorf("a child of %v ends at %v, its maker at %v", maker["name"], child["expires_at"], maker["expires_at"])
		}
	}
	// A tenant renews its keys with the one that holds everything.
	if child := b.create(t, b.callerOf(t, root), ask); child["expires_at"] != "2026-05-30T13:00:00.000Z" {
		t.Errorf("a child of the root ends at %v", child["expires_at"])
	}
	longer := b.create(t, b.admin, body{"name": "longer", "scopes": []string{"read:jobs"}})
	for maker, status := range map[string]int{"1d": 403, "root": 200} {
		as := b.callerOf(t, map[string]body{"1d": short, "root": root}[maker])
		b.Call(t, "api-keys-rotate", fntest.Request{As: &as, Path: path(longer["id"])}).Want(t, status)
	}
}

func TestALimitedKeyDoesNotMultiplyItsLimit(t *testing.T) {
	t.Parallel()
	b := start(t, registry.New{})
	in := body{"name": "limited", "scopes": []string{"create:api-keys", "read:api-keys"}, "rate_limit": 12}
	parent := b.callerOf(t, b.create(t, b.admin, in))
	slower := maps.Clone(in)
	slower["rate_limit"] = 6
	child := b.callerOf(t, b.create(t, parent, slower))     // one of the parent's 12
	grandchild := b.callerOf(t, b.create(t, child, slower)) // one of the child's 6, so two of the parent's 12
	other := b.callerOf(t, b.create(t, b.admin, in))        // a limit of its own
	allowed := 0
	for range 5 {
		for _, as := range []*authn.Claims{&parent, &child, &grandchild} {
			if b.Call(t, "api-keys-list", fntest.Request{As: as}).Status == 200 {
				allowed++
			}
		}
	}
	// 9 of 12 are left: 1 + 2 + 2, then 1 + 2, and one more of the parent's.
	if allowed != 6 {
		t.Errorf("%d requests of a key and its keys were allowed, want 6", allowed)
	}
	b.Call(t, "api-keys-list", fntest.Request{As: &other}).Want(t, 200)
	b.clock.Advance(10 * time.Second)
	b.Call(t, "api-keys-rotate", fntest.Request{As: &parent, Path: path(other.ID)}).WantProblem(t, 403, "forbidden")
}

func TestATenantHasABoundedNumberOfActiveKeys(t *testing.T) {
	t.Parallel()
	b := start(t, registry.New{})
	tenants, now := b.Env().Table(table.Tenants), b.clock.Now()
	for base := 0; base < apikey.MaxActive+100; base += 100 {
		var ops []table.Op
		for i := range 100 {
			r := apikey.Record{ID: fmt.Sprintf("key_%026d", base+i), ExpiresAt: now.Add(time.Hour).UnixMilli(), Version: 1}
			if base == apikey.MaxActive { // those that are gone do not count
				r.RevokedAt = int64(i % 2)
				r.ExpiresAt = now.UnixMilli() + 1 - r.RevokedAt
			}
			ops = append(ops, tenants.PutOp(b.own.Scope(t), table.APIKeyKey(r.ID), r, table.IfAbsent()))
		}
		if err := table.Transact(t.Context(), ops...); err != nil {
			t.Fatal(err)
		}
	}
	in := fntest.Request{As: &b.admin, Body: body{"name": "x", "scopes": []string{"read:jobs"}}}
	b.Call(t, "api-keys-create", in).WantProblem(t, 409, "conflict")
	b.clock.Advance(time.Hour)
	b.Call(t, "api-keys-create", in).Want(t, 201)
}

func TestNoKeyHasNegativeLimits(t *testing.T) {
	t.Parallel()
	b := start(t, registry.New{})
	by := audit.Actor{Principal: fntest.Principal(t, b.admin)}
	for _, n := range []apikey.New{{Name: "x", Role: authz.Viewer, RateLimit: -1}, {Name: "x", Role: authz.Viewer, ExpiresIn: -time.Hour}} {
		if _, _, err := b.Keys().Create(t.Context(), b.own.Scope(t), by, n); !errors.Is(err, errs.InvalidRequest) {
			t.Errorf("Create(%+v) = %v", n, err)
		}
	}
}

func TestRotate(t *testing.T) {
	t.Parallel()
	b := start(t, registry.New{})
	made := b.create(t, b.admin, body{"name": "x", "scopes": []string{"read:jobs"}})
	req := fntest.Request{As: &b.admin, Path: path(made["id"]), Headers: map[string]string{"Idempotency-Key": "r1"}}
	got := b.Call(t, "api-keys-rotate", req).Want(t, 200).JSON(t)
	if got["id"] != made["id"] || got["prefix"] != made["prefix"] || got["secret"] == made["secret"] || got["expires_at"] != made["expires_at"] {
		t.Errorf("rotated %v", got)
	}
	if z := b.Call(t, "api-keys-rotate", req).Want(t, 200).JSON(t); z["secret"] != nil {
		t.Errorf("replay %v", z)
	}
	rec, err := b.Keys().Get(t.Context(), b.own.Scope(t), made["id"].(string))
	if err != nil || rec.OldUntil != b.clock.Now().Add(24*time.Hour).UnixMilli() || rec.Version != 2 {
		t.Errorf("record %+v, %v", rec, err)
	}
	narrow := b.own.As(authz.Admin, "create:api-keys", "read:api-keys")
	b.Call(t, "api-keys-rotate", fntest.Request{As: &narrow, Path: path(made["id"])}).WantProblem(t, 403, "forbidden")
	b.clock.Advance(91 * 24 * time.Hour)
	b.Call(t, "api-keys-rotate", fntest.Request{As: &b.admin, Path: path(made["id"])}).WantProblem(t, 409, "conflict")
}

// A client that rotates in a loop is told, instead of cutting off those who still use the first secrets.
func TestAKeyHasABoundedNumberOfValidSecrets(t *testing.T) {
	t.Parallel()
	b := start(t, registry.New{})
	made := b.create(t, b.admin, body{"name": "x", "scopes": []string{"read:jobs"}})
	req := fntest.Request{As: &b.admin, Path: path(made["id"])}
	for range 10 {
		b.Call(t, "api-keys-rotate", req).Want(t, 200)
	}
	b.Call(t, "api-keys-rotate", req).WantProblem(t, 409, "conflict")
	b.clock.Advance(24 * time.Hour)
	b.Call(t, "api-keys-rotate", req).Want(t, 200)
}

func TestDeleteRevokes(t *testing.T) {
	t.Parallel()
	b := start(t, registry.New{})
	made := b.create(t, b.admin, body{"name": "x", "scopes": []string{"read:jobs"}})
	req := fntest.Request{As: &b.admin, Path: path(made["id"]), Headers: map[string]string{"If-Match": `"7"`}}
	b.Call(t, "api-keys-delete", req).WantProblem(t, 412, "precondition_failed")
	req.Headers = map[string]string{"If-Match": `"1"`}
	b.Call(t, "api-keys-delete", req).Want(t, 204)
	req.Headers = nil
	b.Call(t, "api-keys-delete", req).WantProblem(t, 404, "not_found")
	b.Call(t, "api-keys-rotate", req).WantProblem(t, 409, "conflict")
	rows := b.Call(t, "api-keys-list", fntest.Request{As: &b.admin}).JSON(t)["data"].([]any)
	if len(rows) != 1 || rows[0].(body)["status"] != "revoked" {
		t.Errorf("listed %v", rows)
	}
	var events []struct {
		Type string `dynamodbav:"type"`
	}
	if _, err := b.Env().Table(table.Events).Query(t.Context(), b.own.Scope(t), table.Page{Part: table.PartEvents, Limit: 10}, &events); err != nil {
		t.Fatal(err)
	}
	if got := fmt.Sprint(events); len(events) != 3 || !strings.Contains(got, "key.revoked") || !strings.Contains(got, "key.created") {
		t.Errorf("events %v", got)
	}
}

func TestForeignAndUnknownKeys(t *testing.T) {
	t.Parallel()
	b := start(t, registry.New{})
	other := b.Tenant(t)
	foreign, _ := b.Key(t, other, apikey.New{Name: "x", Role: authz.Viewer, Scopes: []string{"read:jobs"}})
	for _, id := range []string{foreign.ID, "key_00000000000000000000000000", "x", "ten_00000000000000000000000000"} {
		for _, route := range []string{"api-keys-delete", "api-keys-rotate"} {
			b.Call(t, route, fntest.Request{As: &b.admin, Path: path(id), Body: `{"broken`}).WantProblem(t, 404, "not_found")
		}
	}
	rec, err := b.Keys().Get(t.Context(), other.Scope(t), foreign.ID)
	if err != nil || rec.RevokedAt != 0 || rec.Version != 1 {
		t.Errorf("the foreign key is touched: %+v, %v", rec, err)
	}
}

func TestOperatorsSeeOnlyTheirOwn(t *testing.T) {
	t.Parallel()
	b := start(t, registry.New{})
	operator := b.own.As(authz.Operator)
	admins := b.create(t, b.admin, body{"name": "a", "scopes": []string{"read:jobs"}})
	mine := b.create(t, operator, body{"name": "o", "scopes": []string{"read:jobs"}})
	rows := b.Call(t, "api-keys-list", fntest.Request{As: &operator}).Want(t, 200).JSON(t)["data"].([]any)
	if len(rows) != 1 || rows[0].(body)["id"] != mine["id"] {
		t.Errorf("the operator sees %v", rows)
	}
	for _, route := range []string{"api-keys-delete", "api-keys-rotate"} {
		b.Call(t, route, fntest.Request{As: &operator, Path: path(admins["id"])}).WantProblem(t, 404, "not_found")
	}
	b.Call(t, "api-keys-rotate", fntest.Request{As: &operator, Path: path(mine["id"])}).Want(t, 200)
	b.Call(t, "api-keys-delete", fntest.Request{As: &b.admin, Path: path(mine["id"])}).Want(t, 204)
	viewer := b.own.As(authz.Viewer)
	b.Call(t, "api-keys-list", fntest.Request{As: &viewer}).WantProblem(t, 403, "forbidden")
}

func TestListPages(t *testing.T) {
	t.Parallel()
	b := start(t, registry.New{})
	var want []string
	for i := range 5 {
		b.clock.Advance(time.Millisecond)
		want = append([]string{b.create(t, b.admin, body{"name": fmt.Sprint(i), "scopes": []string{"read:jobs"}})["id"].(string)}, want...)
	}
	var got []string
	query := url.Values{"limit": {"2"}}
	for {
		page := b.Call(t, "api-keys-list", fntest.Request{As: &b.admin, Query: query}).Want(t, 200).JSON(t)
		for _, row := range page["data"].([]any) {
			got = append(got, row.(body)["id"].(string))
		}
		next, ok := page["next_cursor"].(string)
		if !ok {
			break
		}
		query.Set("cursor", next)
	}
	if fmt.Sprint(got) != fmt.Sprint(want) {
		t.Errorf("pages %v, want %v", got, want)
	}
	operator, stranger := b.own.As(authz.Operator), b.Tenant(t).As(authz.Admin)
	for _, as := range []authn.Claims{operator, stranger} {
		b.Call(t, "api-keys-list", fntest.Request{As: &as, Query: query}).WantProblem(t, 422, "invalid_cursor")
	}
}

func TestAKeyHasItsOwnRateLimit(t *testing.T) {
	t.Parallel()
	b := start(t, registry.New{})
	as := b.admin
	as.RateLimit = 3
	for i := range 5 {
		res := b.Call(t, "api-keys-list", fntest.Request{As: &as})
		if i < 3 {
			res.Want(t, 200)
			continue
		}
		p := res.WantProblem(t, 429, "rate_limited")
		if p.Detail != "Rate limit exceeded. Allowed: 3 requests per minute." || res.Header.Get("Retry-After") == "" {
			t.Errorf("problem %+v, headers %v", p, res.Header)
		}
	}
	b.clock.Advance(20 * time.Second)
	b.Call(t, "api-keys-list", fntest.Request{As: &as}).Want(t, 200)
}
