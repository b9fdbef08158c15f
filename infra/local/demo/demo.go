package demo

import (
	"context"
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

// slugs names the demo tenants.
var slugs = [...]string{"acme", "globex"}

// names are what people see.
var names = map[string]string{"acme": "Acme", "globex": "Globex"}

// spec is what seeding may touch, declared as any function declares it.
func spec() fn.Spec {
	return fn.Spec{Name: "demo-seed", Context: "local", Access: fn.Access{
		Tables: map[string]fn.Mode{
			table.Tenants: fn.ReadWrite, table.Directory: fn.ReadWrite, table.Events: fn.Append, table.Audit: fn.Append,
		},
		Secrets: []string{secret.Pepper}, DataKeys: true,
	}}
}

// seeder makes tenants and keys as the platform's administrator.
type seeder struct {
	env      *fn.Env
	lookup   *authn.Lookup
	tenants  *registry.Registry
	keys     *apikey.Store
	pepper   []byte
	platform audit.Actor
}

// Seed returns working keys for the demo tenants and the platform. Tenants that exist stay, and so does each key of
// before (nil on the first run) that still works.
func Seed(ctx context.Context, cfg fn.Config, before *local.Credentials) (local.Credentials, error) {
	s, err := newSeeder(ctx, cfg)
	if err != nil {
		return local.Credentials{}, err
	}
	if before == nil {
		before = &local.Credentials{}
	}
	var out local.Credentials
	if out.PlatformAdminKey, err = s.platformKey(ctx, before.PlatformAdminKey); err != nil {
		return out, fmt.Errorf("platform administrator: %w", err)
	}
	for _, slug := range slugs {
		t, err := s.tenant(ctx, slug, earlier(before, slug))
		if err != nil {
			return out, fmt.Errorf("tenant %s: %w", slug, err)
		}
		out.Tenants = append(out.Tenants, t)
	}
	return out, nil
}

func earlier(c *local.Credentials, slug string) local.Tenant {
	for _, t := range c.Tenants {
		if t.Slug == slug {
			return t
		}
	}
	return local.Tenant{}
}

func newSeeder(ctx context.Context, cfg fn.Config) (*seeder, error) {
	env := fn.NewEnv(spec(), cfg)
	pepper, err := env.Secrets().Get(ctx, secret.Pepper)
	if err != nil {
		return nil, err
	}
	box, log := outbox.New(env.Table(table.Events), env.IDs, env.Clock), audit.New(env.Table(table.Audit), env.IDs, env.Clock)
	s := &seeder{
		env: env, lookup: authn.NewLookup(env.Directory()), pepper: pepper.Bytes(),
		tenants: registry.At(registry.Stores{
			Tenants: env.Table(table.Tenants), Directory: env.Directory(), Outbox: box, Audit: log, Clock: env.Clock, IDs: env.IDs, Keys: env.Keys(),
		}),
		keys: apikey.At(apikey.Stores{
			Tenants: env.Table(table.Tenants), Directory: env.Directory(), Outbox: box, Audit: log, Clock: env.Clock, IDs: env.IDs, Secrets: env.Secrets(),
		}),
	}
	s.platform, err = s.administrator(env.IDs.New(id.Tenant))
	return s, err
}

// administrator is a platform administrator of a tenant, for the records of who did it.
func (s *seeder) administrator(tenantID string) (audit.Actor, error) {
	p, err := authn.FromContext(authn.Claims{
		ID: s.env.IDs.New(id.Key), Tenant: tenantID, Role: authz.PlatformAdmin, Scopes: []string{"*"},
		Profile: tenant.ProfileStandard, State: tenant.StateActive, Plan: tenant.PlanBasic,
	}.Context())
	if err != nil {
		return audit.Actor{}, err
	}
	return audit.Actor{Principal: p, RequestID: s.env.IDs.New(id.Request), SourceIP: "127.0.0.1"}, nil
}

// platformKey keeps the key that works or makes a platform tenant with a new one.
func (s *seeder) platformKey(ctx context.Context, before string) (string, error) {
	if works, err := s.works(ctx, before, ""); works || err != nil {
		return before, err
	}
	t, err := s.tenants.Create(ctx, s.platform, registry.New{Name: "Platform", Platform: true})
	if err != nil {
		return "", err
	}
	return s.newKey(ctx, t.ID, authz.PlatformAdmin)
}

func (s *seeder) tenant(ctx context.Context, slug string, before local.Tenant) (local.Tenant, error) {
	tenantID, err := s.find(ctx, slug)
	if err != nil {
		return before, err
	}
	out := local.Tenant{ID: tenantID, Slug: slug}
	for _, k := range []struct {
		role        authz.Role
		before, key *string
	}{
		{authz.Admin, &before.AdminKey, &out.AdminKey},
		{authz.Operator, &before.OperatorKey, &out.OperatorKey},
		{authz.Analyst, &before.AnalystKey, &out.AnalystKey},
		{authz.Viewer, &before.ViewerKey, &out.ViewerKey},
	} {
		works, err := s.works(ctx, *k.before, tenantID)
		if err != nil {
			return out, err
		}
		if *k.key = *k.before; works {
			continue
		}
		if *k.key, err = s.newKey(ctx, tenantID, k.role); err != nil {
			return out, err
		}
	}
	return out, nil
}

// find returns the id of the tenant with the slug and makes it if there is none.
func (s *seeder) find(ctx context.Context, slug string) (string, error) {
	e, err := s.env.Directory().Get(ctx, table.SlugEntry(slug))
	if err == nil {
		return e.Tenant, nil
	}
	if !errors.Is(err, errs.NotFound) {
		return "", err
	}
	t, err := s.tenants.Create(ctx, s.platform, registry.New{Name: names[slug], Slug: slug})
	return t.ID, err
}

func (s *seeder) newKey(ctx context.Context, tenantID string, role authz.Role) (string, error) {
	sc, err := s.platform.Principal.ScopeOf(tenantID)
	if err != nil {
		return "", err
	}
	_, key, err := s.keys.Create(ctx, sc, s.platform, apikey.New{Name: "demo " + string(role), Role: role, Scopes: []string{"*"}})
	return key, err
}

// works reports whether a key would be accepted now and, unless tenantID is empty, belongs to that tenant.
func (s *seeder) works(ctx context.Context, key, tenantID string) (bool, error) {
	public, ok := apikey.Parse(key)
	if !ok {
		return false, nil
	}
	sc, keyID, err := s.lookup.Key(ctx, public)
	if errors.Is(err, errs.NotFound) {
		return false, nil
	}
	if err != nil {
		return false, err
	}
	r, err := s.keys.Get(ctx, sc, keyID)
	if errors.Is(err, errs.NotFound) {
		return false, nil
	}
	return err == nil && r.Accepts(apikey.Digest(s.pepper, key), s.env.Clock.Now()) && (tenantID == "" || sc.TenantID() == tenantID), err
}
