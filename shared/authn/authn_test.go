package authn_test

import (
	"errors"
	"maps"
	"testing"

	"guardrails/shared/apikey"
	"guardrails/shared/authn"
	"guardrails/shared/authz"
	"guardrails/shared/errs"
	"guardrails/shared/fntest"
	"guardrails/shared/table"
	"guardrails/shared/tenant"
)

func valid() map[string]any {
	return authn.Claims{
		ID: "key_00000000000000000000000001", Tenant: "ten_00000000000000000000000001", Role: authz.Operator, Scopes: []string{"read:jobs", "write:policies"},
		RateLimit: 60, LimitRoot: "key_00000000000000000000000002", KeyVersion: 3, TenantRPS: 500, Test: true, Profile: tenant.ProfileRegulated, State: tenant.StateActive, Plan: tenant.PlanPro,
	}.Context()
}

func TestClaimsPassThroughTheGateway(t *testing.T) {
	t.Parallel()
	p, err := authn.FromContext(valid())
	if err != nil {
		t.Fatal(err)
	}
	if got := p.Claims().Context(); !maps.Equal(got, valid()) {
		t.Errorf("claims %v", got)
	}
	if !p.Regulated() || p.Scope().TenantID() != "ten_00000000000000000000000001" || !p.Allows("create:policies") || p.Allows("delete:policies") || p.Allows("execute:analysis") {
		t.Errorf("principal %+v with %v", p.Claims(), p.Grants())
	}
}

func TestAnIncompleteContextIsNobody(t *testing.T) {
	t.Parallel()
	cases := map[string]func(map[string]any){
		"nothing":          func(m map[string]any) { clear(m) },
		"no principal":     func(m map[string]any) { delete(m, "principal") },
		"no tenant":        func(m map[string]any) { delete(m, "tenant") },
		"malformed tenant": func(m map[string]any) { m["tenant"] = "acme#x" },
		"unknown role":     func(m map[string]any) { m["role"] = "root" },
		"no state":         func(m map[string]any) { delete(m, "state") },
		"a number":         func(m map[string]any) { m["principal"] = 7.0 },
		"refused":          func(m map[string]any) { m["refusal"] = "invalid" },
	}
	for name, change := range cases {
		m := valid()
		change(m)
		if _, err := authn.FromContext(m); !errors.Is(err, errs.Unauthenticated) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if _, err := authn.FromContext(authn.RefusalContext(authn.RefusedConflict)); !errors.Is(err, errs.MalformedBody) {
		t.Errorf("two credentials: %v", err)
	}
}

func TestOnlyPlatformAdministratorsHaveOthersScopes(t *testing.T) {
	t.Parallel()
	for _, role := range authz.Roles() {
		m := valid()
		m["role"] = string(role)
		p, err := authn.FromContext(m)
		if err != nil {
			t.Fatal(err)
		}
		s, err := p.ScopeOf("ten_00000000000000000000000002")
		if (err == nil) != (role == authz.PlatformAdmin) || s.Valid() != (err == nil) {
			t.Errorf("%s: %v", role, err)
		}
	}
}

func TestLookup(t *testing.T) {
	t.Parallel()
	sys := fntest.New(t, nil, nil)
	own := sys.Tenant(t)
	rec, _ := sys.Key(t, own, apikey.New{Name: "k", Role: authz.Viewer, Scopes: []string{"*"}})
	directory := sys.Env().Directory()
	s, keyID, err := authn.NewLookup(directory).Key(t.Context(), rec.Public)
	if err != nil || s.TenantID() != own.ID || keyID != rec.ID {
		t.Errorf("found %s, %v", keyID, err)
	}
	if _, _, err := authn.NewLookup(directory).Key(t.Context(), "0000000000"); !errors.Is(err, errs.NotFound) {
		t.Errorf("an unknown key: %v", err)
	}
	public, _ := apikey.Parse(apikey.Generate(false))
	if err := table.Transact(t.Context(), directory.PutOp(table.KeyEntry(public), table.Entry{Tenant: "no tenant", ID: "x"})); err != nil {
		t.Fatal(err)
	}
	if s, _, err := authn.NewLookup(directory).Key(t.Context(), public); err == nil || errors.Is(err, errs.NotFound) || s.Valid() {
		t.Errorf("a damaged row: %v", err)
	}
}
