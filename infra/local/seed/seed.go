package seed

import (
	"context"
	"crypto/subtle"
	"errors"
	"fmt"

	"guardrails/infra/local"
	"guardrails/shared/apikey"
	"guardrails/shared/audit"
	"guardrails/shared/authn"
	"guardrails/shared/authz"
	"guardrails/shared/errs"
	"guardrails/shared/fn"
	"guardrails/shared/id"
	"guardrails/shared/outbox"
	"guardrails/shared/registry"
	"guardrails/shared/secret"
	"guardrails/shared/table"
	"guardrails/shared/tenant"
)

// demo are the tenants that clients try the API with, by slug.
var demo = []struct{ slug, name string }{{"acme", "Acme"}, {"globex", "Globex"}}

// Seed makes whatever of the local run's tenants and keys is missing and returns all of it. Before is what an earlier
// run returned, or nil: tenants and keys that still work stay. BaseURL is left as it was.
func Seed(ctx context.Context, cfg fn.Config, before *local.Credentials) (local.Credentials, error) {
	s, err := newSeeder(cfg)
	if err != nil {
		return local.Credentials{}, err
	}
	if before == nil {
		before = &local.Credentials{}
	}
	out := local.Credentials{BaseURL: before.BaseURL}
	if out.PlatformAdminKey, err = s.platform(ctx, before.PlatformAdminKey); err != nil {
		return out, fmt.Errorf("seed the platform's tenant: %w", err)
	}
	for _, d := range demo {
		t, err := s.tenant(ctx, d.slug, d.name, before)
		if err != nil {
			return out, fmt.Errorf("seed the tenant %s: %w", d.slug, err)
		}
		out.Tenants = append(out.Tenants, t)
	}
	return out, nil
}

type seeder struct {
	env     *fn.Env
	tenants *registry.Registry
	keys    *apikey.Store
	lookup  *authn.Lookup
	pepper  []byte
	by      audit.Actor
}

func newSeeder(cfg fn.Config) (*seeder, error) {
	env := fn.NewEnv(fn.Spec{Name: "seed", Context: "local", Trigger: fn.Every(0), Access: fn.Access{
		Tables:  map[string]fn.Mode{table.Tenants: fn.ReadWrite, table.Directory: fn.ReadWrite, table.Events: fn.Append, table.Audit: fn.Append},
		Secrets: []string{secret.Pepper}, DataKeys: true,
	}}, cfg)
	st := registry.Stores{
		Tenants: env.Table(table.Tenants), Directory: env.Directory(), Outbox: outbox.New(env.Table(table.Events), env.IDs, env.Clock),
		Audit: audit.New(env.Table(table.Audit), env.IDs, env.Clock), Clock: env.Clock, IDs: env.IDs, Keys: env.Keys(),
	}
	s := &seeder{env: env, tenants: registry.At(st), lookup: authn.NewLookup(st.Directory), keys: apikey.At(apikey.Stores{
		Tenants: st.Tenants, Directory: st.Directory, Outbox: st.Outbox, Audit: st.Audit, Clock: st.Clock, IDs: st.IDs, Secrets: env.Secrets(),
	})}
	return s, env.Err()
}

// platform keeps the platform administrator's key, or makes a new platform tenant with one: without the key there is
// no way to the old one. All else is made in that tenant's name.
func (s *seeder) platform(ctx context.Context, key string) (string, error) {
	pepper, err := s.env.Secrets().Get(ctx, secret.Pepper)
	if err != nil {
		return "", err
	}
	s.pepper = pepper.Bytes()
	sc, ok, err := s.works(ctx, key, authz.PlatformAdmin)
	if err != nil {
		return "", err
	}
	if ok {
		return key, s.actAs(sc.TenantID())
	}
	own := s.env.IDs.New(id.Tenant)
	if err := s.actAs(own); err != nil {
		return "", err
	}
	var made string
	_, err = s.tenants.Create(ctx, s.by, registry.New{
		ID: own, Name: "Platform", Platform: true, Plan: tenant.PlanEnterprise,
		With: func(_ registry.Tenant, sc tenant.Scope) (ops []table.Op, err error) {
			_, made, ops, err = s.keys.Prepare(ctx, sc, s.by, newKey(authz.PlatformAdmin))
			return ops, err
		},
	})
	return made, err
}

// actAs makes what follows in the name of the platform's tenant.
func (s *seeder) actAs(platform string) error {
	p, err := authn.FromContext(authn.Claims{
		ID: "seed", Tenant: platform, Role: authz.PlatformAdmin, Scopes: []string{"*"},
		Profile: tenant.ProfileStandard, State: tenant.StateActive, Plan: tenant.PlanEnterprise,
	}.Context())
	s.by = audit.Actor{Principal: p}
	return err
}

func newKey(role authz.Role) apikey.New {
	return apikey.New{Name: "Local " + string(role), Role: role, Scopes: []string{"*"}}
}

// works reports whether a key is known, active and of the role, and whose it is.
func (s *seeder) works(ctx context.Context, key string, role authz.Role) (tenant.Scope, bool, error) {
	public, ok := apikey.Parse(key)
	if !ok {
		return tenant.Scope{}, false, nil
	}
	sc, keyID, err := s.lookup.Key(ctx, public)
	if errors.Is(err, errs.NotFound) {
		return sc, false, nil
	}
	if err != nil {
		return sc, false, err
	}
	r, err := s.keys.Get(ctx, sc, keyID)
	if err != nil {
		return sc, false, err
	}
	current := subtle.ConstantTimeCompare(r.Digest, apikey.Digest(s.pepper, key)) == 1
	return sc, current && r.Role == role && r.Status(s.env.Clock.Now()) == apikey.StatusActive, nil
}

// tenant finds or makes a tenant, and the keys that the earlier run has not left or that no longer work.
func (s *seeder) tenant(ctx context.Context, slug, name string, before *local.Credentials) (local.Tenant, error) {
	sc, err := s.scope(ctx, slug, name)
	if err != nil {
		return local.Tenant{}, err
	}
	out := local.Tenant{ID: sc.TenantID(), Slug: slug}
	for _, b := range before.Tenants {
		if b.ID == out.ID {
			out = b
		}
	}
	for role, key := range map[authz.Role]*string{
		authz.Admin: &out.AdminKey, authz.Operator: &out.OperatorKey, authz.Analyst: &out.AnalystKey, authz.Viewer: &out.ViewerKey,
	} {
		whose, ok, err := s.works(ctx, *key, role)
		if err != nil {
			return out, err
		}
		if ok && whose == sc {
			continue
		}
		if _, *key, err = s.keys.Create(ctx, sc, s.by, newKey(role)); err != nil {
			return out, err
		}
	}
	return out, nil
}

// scope returns the Scope of the tenant with the slug, made if there is none.
func (s *seeder) scope(ctx context.Context, slug, name string) (tenant.Scope, error) {
	e, err := s.env.Directory().Get(ctx, table.SlugEntry(slug))
	if err == nil {
		return s.by.Principal.ScopeOf(e.Tenant)
	}
	if !errors.Is(err, errs.NotFound) {
		return tenant.Scope{}, err
	}
	t, err := s.tenants.Create(ctx, s.by, registry.New{Name: name, Slug: slug})
	if err != nil {
		return tenant.Scope{}, err
	}
	return s.by.Principal.ScopeOf(t.ID)
}
