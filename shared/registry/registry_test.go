package registry_test

import (
	"errors"
	"fmt"
	"slices"
	"sync"
	"testing"

	"guardrails/shared/audit"
	"guardrails/shared/authz"
	"guardrails/shared/errs"
	"guardrails/shared/fntest"
	"guardrails/shared/registry"
	"guardrails/shared/table"
	"guardrails/shared/tenant"
)

type fixture struct {
	*registry.Registry
	sys      *fntest.System
	platform fntest.Tenant
	by       audit.Actor
}

func start(t *testing.T) fixture {
	t.Helper()
	sys := fntest.New(t, nil, nil)
	platform := sys.PlatformTenant(t)
	return fixture{sys.Registry(), sys, platform, audit.Actor{Principal: fntest.Principal(t, fntest.Platform(platform.ID)), RequestID: "req_test"}}
}

func accept(registry.Tenant) error { return nil }

// unique makes a name that no other test has; ids differ in their last letters.
func unique(f fixture, s string) string { return s + " " + f.platform.ID[len(f.platform.ID)-10:] }

func TestCreateGivesDefaultsAndADataKey(t *testing.T) {
	t.Parallel()
	f := start(t)
	made, err := f.Create(t.Context(), f.by, registry.New{Name: unique(f, "Ärzte & Söhne")})
	if err != nil {
		t.Fatal(err)
	}
	s, _ := f.by.Principal.ScopeOf(made.ID)
	got, err := f.Get(t.Context(), s)
	if err != nil || got != made {
		t.Fatalf("read %+v, %v; created %+v", got, err, made)
	}
	if got.Plan != tenant.PlanBasic || got.Profile != tenant.ProfileStandard || got.State != tenant.StateActive || got.Version != 1 {
		t.Errorf("defaults: %+v", got)
	}
	if want := "rzte-s-hne-" + f.platform.ID[len(f.platform.ID)-10:]; got.Slug != want {
		t.Errorf("slug %q, want %q", got.Slug, want)
	}
	if _, _, err := f.Keys.Tenant(s).Seal(t.Context(), []byte("x"), nil); err != nil {
		t.Errorf("the tenant has no data key: %v", err)
	}
}

func TestNamesAndSlugsAreUnique(t *testing.T) {
	t.Parallel()
	f := start(t)
	name := unique(f, "Unique")
	first, err := f.Create(t.Context(), f.by, registry.New{Name: name, Plan: tenant.PlanPro})
	if err != nil {
		t.Fatal(err)
	}
	_, err = f.Create(t.Context(), f.by, registry.New{Name: name + "!", Slug: first.Slug})
	wantConflict(t, err, "A tenant with this slug already exists.")
	_, err = f.Create(t.Context(), f.by, registry.New{Name: name, Slug: first.Slug + "-2"})
	wantConflict(t, err, "A tenant with this name already exists.")
	second, err := f.Create(t.Context(), f.by, registry.New{Name: name + "!"})
	if err != nil || second.Slug != first.Slug+"-"+second.ID[len(second.ID)-6:] {
		t.Errorf("a slug made of a name is made unique: %q, %v", second.Slug, err)
	}
	s, _ := f.by.Principal.ScopeOf(second.ID)
	_, err = f.Update(t.Context(), f.by, s, func(t *registry.Tenant) error { t.Name = name; return nil })
	wantConflict(t, err, "A tenant with this name already exists.")
}

func wantConflict(t *testing.T, err error, message string) {
	t.Helper()
	var e *errs.Error
	if !errors.As(err, &e) || e.Code != errs.Conflict || e.Message != message {
		t.Errorf("got %v, want the conflict %q", err, message)
	}
}

func TestUpdateKeepsHistoryAndUniqueness(t *testing.T) {
	t.Parallel()
	f := start(t)
	made, err := f.Create(t.Context(), f.by, registry.New{Name: unique(f, "Before")})
	if err != nil {
		t.Fatal(err)
	}
	s, _ := f.by.Principal.ScopeOf(made.ID)
	next, err := f.Update(t.Context(), f.by, s, func(t *registry.Tenant) error {
		t.Name, t.Plan = unique(f, "After"), tenant.PlanEnterprise
		return nil
	})
	if err != nil || next.Version != 2 || next.RequestsPerSecond() != 1000 {
		t.Fatalf("%+v, %v", next, err)
	}
	if _, err := f.Create(t.Context(), f.by, registry.New{Name: unique(f, "Before"), Slug: made.Slug + "-again"}); err != nil {
		t.Errorf("the old name is not free: %v", err)
	}
	same, err := f.Update(t.Context(), f.by, s, func(*registry.Tenant) error { return nil })
	if err != nil || same.Version != 2 {
		t.Errorf("an edit without a change made version %d, %v", same.Version, err)
	}
	records := auditOf(t, f, s)
	if len(records) != 2 || records[0].Action != "tenant.updated" || !slices.Equal(records[0].Fields, []string{"name", "plan"}) || records[0].Actor != f.by.ID() {
		t.Errorf("audit of the tenant: %+v", records)
	}
	if own := auditOf(t, f, f.platform.Scope(t)); len(own) < 2 {
		t.Errorf("the platform's own log has %d records", len(own))
	}
}

func auditOf(t *testing.T, f fixture, s tenant.Scope) []audit.Record {
	t.Helper()
	var out []audit.Record
	if _, err := f.sys.Env().Table(table.Audit).Query(t.Context(), s, table.Page{Part: table.PartAudit, Limit: 100}, &out); err != nil {
		t.Fatal(err)
	}
	return out
}

func TestLifeCycle(t *testing.T) {
	t.Parallel()
	f := start(t)
	made, err := f.Create(t.Context(), f.by, registry.New{Name: unique(f, "Cycle")})
	if err != nil {
		t.Fatal(err)
	}
	s, _ := f.by.Principal.ScopeOf(made.ID)
	to := func(state tenant.State) error {
		_, err := f.Update(t.Context(), f.by, s, func(t *registry.Tenant) error { t.State = state; return nil })
		return err
	}
	if err := f.Delete(t.Context(), f.by, s, accept); err != nil {
		t.Fatal(err)
	}
	if err := to(tenant.StateActive); !errors.Is(err, errs.Conflict) {
		t.Errorf("straight back to active: %v", err)
	}
	taker, err := f.Create(t.Context(), f.by, registry.New{Name: made.Name, Slug: made.Slug})
	if err != nil {
		t.Fatalf("name and slug are not free after the deletion: %v", err)
	}
	wantConflict(t, to(tenant.StateSuspended), "A tenant with this slug already exists.")
	takerScope, _ := f.by.Principal.ScopeOf(taker.ID)
	if err := f.Delete(t.Context(), f.by, takerScope, accept); err != nil {
		t.Fatal(err)
	}
	for _, state := range []tenant.State{tenant.StateSuspended, tenant.StateActive, tenant.StateSuspended} {
		if err := to(state); err != nil {
			t.Errorf("to %s: %v", state, err)
		}
	}
	refuse := errs.New(errs.PreconditionFailed, "no")
	if err := f.Delete(t.Context(), f.by, s, func(registry.Tenant) error { return refuse }); !errors.Is(err, errs.PreconditionFailed) {
		t.Errorf("a refused deletion: %v", err)
	}
}

func TestWritersDoNotLoseUpdates(t *testing.T) {
	t.Parallel()
	f := start(t)
	made, err := f.Create(t.Context(), f.by, registry.New{Name: unique(f, "Race"), Plan: tenant.PlanEnterprise})
	if err != nil {
		t.Fatal(err)
	}
	s, _ := f.by.Principal.ScopeOf(made.ID)
	var wg sync.WaitGroup
	results := make([]error, 4)
	for i := range results {
		wg.Go(func() {
			_, results[i] = f.Update(t.Context(), f.by, s, func(t *registry.Tenant) error { t.Limits.RequestsPerSecond++; return nil })
		})
	}
	wg.Wait()
	done := 0
	for _, err := range results {
		if err == nil {
			done++
		} else if !errors.Is(err, errs.Conflict) && !errors.Is(err, errs.Overloaded) {
			t.Error(err)
		}
	}
	got, err := f.Get(t.Context(), s)
	if err != nil || got.Limits.RequestsPerSecond != done || got.Version != int64(done+1) {
		t.Errorf("%d updates succeeded, the tenant says %+v, %v", done, got, err)
	}
}

func TestOnlyPlatformAdministratorsManage(t *testing.T) {
	t.Parallel()
	f := start(t)
	own := f.sys.Tenant(t)
	admin := fntest.Principal(t, own.As(authz.Admin))
	if _, err := f.Create(t.Context(), audit.Actor{Principal: admin}, registry.New{Name: unique(f, "Forbidden")}); !errors.Is(err, errs.Forbidden) {
		t.Errorf("create: %v", err)
	}
	if _, _, err := f.Managed(t.Context(), admin, own.ID); !errors.Is(err, errs.Forbidden) {
		t.Errorf("managed: %v", err)
	}
	for name, tenantID := range map[string]string{"unknown": "ten_00000000000000000000000000", "malformed": "x#y", "platform": f.platform.ID} {
		if _, _, err := f.Managed(t.Context(), f.by.Principal, tenantID); !errors.Is(err, errs.NotFound) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestListPagesAllNewestFirst(t *testing.T) {
	t.Parallel()
	f := start(t)
	var want []string
	for i := range 3 {
		made, err := f.Create(t.Context(), f.by, registry.New{Name: unique(f, fmt.Sprint("List ", i))})
		if err != nil {
			t.Fatal(err)
		}
		want = append([]string{made.ID}, want...)
	}
	var got []string
	after := ""
	for {
		page, next, err := f.List(t.Context(), f.by.Principal, after, 2)
		if err != nil || len(page) > 2 {
			t.Fatalf("a page of %d, %v", len(page), err)
		}
		for _, p := range page {
			if slices.Contains(want, p.ID) {
				got = append(got, p.ID)
			}
			if p.Platform {
				t.Error("the platform's tenant is listed")
			}
		}
		if after = next; after == "" {
			break
		}
	}
	if !slices.Equal(got, want) {
		t.Errorf("listed %v, want %v", got, want)
	}
}
