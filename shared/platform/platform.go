// Package platform makes the platform's own tenant and the first key of its administrator, without which nobody could
// make a tenant. It runs with an operator's credentials, on a fresh deployment and in local runs.
package platform

import (
	"context"
	"fmt"

	"guardrails/shared/apikey"
	"guardrails/shared/audit"
	"guardrails/shared/authn"
	"guardrails/shared/authz"
	"guardrails/shared/fn"
	"guardrails/shared/id"
	"guardrails/shared/registry"
	"guardrails/shared/secret"
	"guardrails/shared/table"
	"guardrails/shared/tenant"
)

// spec is what setting up may touch, declared as any function declares it.
func spec() fn.Spec {
	return fn.Spec{Name: "platform-setup", Context: "ops", Access: fn.Access{
		Tables: map[string]fn.Mode{
			table.Tenants: fn.ReadWrite, table.Directory: fn.ReadWrite, table.Events: fn.Append, table.Audit: fn.Append,
		},
		Secrets: []string{secret.Pepper}, DataKeys: true,
	}}
}

// Setup acts for the platform while it has no administrator.
type Setup struct {
	Env     *fn.Env
	Tenants *registry.Registry
	Keys    *apikey.Store
	// Actor is a platform administrator, for the records of who did it.
	Actor audit.Actor
}

// Open returns the set-up of an environment.
func Open(cfg fn.Config) (*Setup, error) {
	env := fn.NewEnv(spec(), cfg)
	box, log := env.Outbox(), audit.New(env.Table(table.Audit), env.IDs, env.Clock)
	s := &Setup{
		Env: env,
		Tenants: registry.At(registry.Stores{
			Tenants: env.Table(table.Tenants), Directory: env.Directory(), Outbox: box, Audit: log, Clock: env.Clock, IDs: env.IDs, Keys: env.Keys(),
		}),
		Keys: apikey.At(apikey.Stores{
			Tenants: env.Table(table.Tenants), Directory: env.Directory(), Outbox: box, Audit: log, Clock: env.Clock, IDs: env.IDs, Secrets: env.Secrets(),
		}),
	}
	if err := env.Err(); err != nil {
		return nil, err
	}
	p, err := authn.FromContext(authn.Claims{
		ID: env.IDs.New(id.Key), Tenant: env.IDs.New(id.Tenant), Role: authz.PlatformAdmin, Scopes: []string{"*"},
		Profile: tenant.ProfileStandard, State: tenant.StateActive, Plan: tenant.PlanBasic,
	}.Context())
	if err != nil {
		return nil, err
	}
	s.Actor = audit.Actor{Principal: p, RequestID: env.IDs.New(id.Request), SourceIP: "127.0.0.1"}
	return s, nil
}

// Administrator makes a platform tenant and a key of its administrator, and returns the key, which is shown nowhere again.
// The key may do what the scopes name; without any, all that the role may do.
func (s *Setup) Administrator(ctx context.Context, scopes ...string) (string, error) {
	if len(scopes) == 0 {
		scopes = []string{"*"}
	}
	t, err := s.Tenants.Create(ctx, s.Actor, registry.New{Name: "Platform", Platform: true})
	if err != nil {
		return "", fmt.Errorf("make the platform's tenant: %w", err)
	}
	return s.newKey(ctx, t.ID, authz.PlatformAdmin, "platform administrator", scopes)
}

// NewKey makes a key of a tenant with everything that the role may do.
func (s *Setup) NewKey(ctx context.Context, tenantID string, role authz.Role, name string) (string, error) {
	return s.newKey(ctx, tenantID, role, name, []string{"*"})
}

func (s *Setup) newKey(ctx context.Context, tenantID string, role authz.Role, name string, scopes []string) (string, error) {
	sc, err := s.Actor.Principal.ScopeOf(tenantID)
	if err != nil {
		return "", err
	}
	_, key, err := s.Keys.Create(ctx, sc, s.Actor, apikey.New{Name: name, Role: role, Scopes: scopes})
	return key, err
}
