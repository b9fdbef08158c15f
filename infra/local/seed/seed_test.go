package seed_test

import (
	"reflect"
	"testing"

	"guardrails/infra/local"
	"guardrails/infra/local/seed"
	"guardrails/shared/apikey"
	"guardrails/shared/audit"
	"guardrails/shared/authn"
	"guardrails/shared/fntest"
)

func TestSeedKeepsWhatWorksAndRenewsTheRest(t *testing.T) {
	t.Parallel()
	sys := fntest.New(t, nil, nil)
	run := func(before *local.Credentials) local.Credentials {
		out, err := seed.Seed(t.Context(), sys.Config, before)
		if err != nil {
			t.Fatal(err)
		}
		return out
	}
	first := run(nil)
	checkShape(t, first)
	first.BaseURL = "http://127.0.0.1:1"
	if again := run(&first); !reflect.DeepEqual(again, first) {
		t.Errorf("a second run changed %+v to %+v", first, again)
	}

	platform := claims(t, sys, first.PlatformAdminKey)
	own := claims(t, sys, first.Tenants[0].ViewerKey)
	by := audit.Actor{Principal: fntest.Principal(t, fntest.Platform(platform.Tenant))}
	sc, err := by.Principal.ScopeOf(own.Tenant)
	if err != nil {
		t.Fatal(err)
	}
	if err := sys.Keys().Revoke(t.Context(), sc, by, own.ID, nil); err != nil {
		t.Fatal(err)
	}
	renewed := run(&first)
	if renewed.Tenants[0].ViewerKey == first.Tenants[0].ViewerKey || renewed.Tenants[0].AdminKey != first.Tenants[0].AdminKey || renewed.PlatformAdminKey != first.PlatformAdminKey {
		t.Error("not just the revoked key was renewed")
	}

	lost := run(nil)
	checkShape(t, lost)
	if lost.Tenants[0].ID != first.Tenants[0].ID || lost.Tenants[0].AdminKey == first.Tenants[0].AdminKey {
		t.Error("without the file, the tenants stay and the keys are new")
	}
}

func checkShape(t *testing.T, c local.Credentials) {
	t.Helper()
	if len(c.Tenants) != 2 || c.Tenants[0].Slug != "acme" || c.Tenants[1].Slug != "globex" {
		t.Fatalf("tenants %+v", c.Tenants)
	}
	keys := []string{c.PlatformAdminKey}
	for _, tn := range c.Tenants {
		keys = append(keys, tn.AdminKey, tn.OperatorKey, tn.AnalystKey, tn.ViewerKey)
	}
	seen := map[string]bool{}
	for _, k := range keys {
		if _, ok := apikey.Parse(k); !ok || seen[k] {
			t.Errorf("a key is malformed or there twice")
		}
		seen[k] = true
	}
}

// claims are whose key it is.
func claims(t *testing.T, sys *fntest.System, key string) authn.Claims {
	t.Helper()
	public, _ := apikey.Parse(key)
	sc, keyID, err := authn.NewLookup(sys.Env().Directory()).Key(t.Context(), public)
	if err != nil {
		t.Fatal(err)
	}
	return authn.Claims{ID: keyID, Tenant: sc.TenantID()}
}
