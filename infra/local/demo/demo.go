package demo

import (
	"context"
	"errors"
	"fmt"

	"guardrails/infra/local"
	"guardrails/shared/apikey"
	"guardrails/shared/authn"
	"guardrails/shared/authz"
	"guardrails/shared/errs"
	"guardrails/shared/fn"
	"guardrails/shared/platform"
	"guardrails/shared/registry"
	"guardrails/shared/secret"
	"guardrails/shared/table"
)

// slugs names the demo tenants.
var slugs = [...]string{"acme", "globex"}

// names are what people see.
var names = map[string]string{"acme": "Acme", "globex": "Globex"}

// seeder makes tenants and keys as the platform's administrator.
type seeder struct {
	*platform.Setup
	lookup *authn.Lookup
	pepper []byte
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
	setup, err := platform.Open(cfg)
	if err != nil {
		return nil, err
	}
	pepper, err := setup.Env.Secrets().Get(ctx, secret.Pepper)
	if err != nil {
		return nil, err
	}
	return &seeder{Setup: setup, lookup: authn.NewLookup(setup.Env.Directory()), pepper: pepper.Bytes()}, nil
}

// platformKey keeps the key that works or makes a platform tenant with a new one.
func (s *seeder) platformKey(ctx context.Context, before string) (string, error) {
	if works, err := s.works(ctx, before, ""); works || err != nil {
		return before, err
	}
	return s.Administrator(ctx)
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
		if *k.key, err = s.NewKey(ctx, tenantID, k.role, "demo "+string(k.role)); err != nil {
			return out, err
		}
	}
	return out, nil
}

// find returns the id of the tenant with the slug and makes it if there is none.
func (s *seeder) find(ctx context.Context, slug string) (string, error) {
	e, err := s.Env.Directory().Get(ctx, table.SlugEntry(slug))
	if err == nil {
		return e.Tenant, nil
	}
	if !errors.Is(err, errs.NotFound) {
		return "", err
	}
	t, err := s.Tenants.Create(ctx, s.Actor, registry.New{Name: names[slug], Slug: slug})
	return t.ID, err
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
	r, err := s.Keys.Get(ctx, sc, keyID)
	if errors.Is(err, errs.NotFound) {
		return false, nil
	}
	return err == nil && r.Accepts(apikey.Digest(s.pepper, key), s.Env.Clock.Now()) && (tenantID == "" || sc.TenantID() == tenantID), err
}
