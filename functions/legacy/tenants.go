package legacy

import (
	"context"
	"time"

	"guardrails/shared/audit"
	"guardrails/shared/clock"
	"guardrails/shared/errs"
	"guardrails/shared/fn"
	"guardrails/shared/registry"
	"guardrails/shared/table"
	"guardrails/shared/tenant"
)

// Tenant is a tenant as the older API shows it.
type Tenant struct {
	ID        string      `json:"id" example:"ten_01jd3zk8q4x5v6w7y8z9a0b1c2"`
	Name      string      `json:"name" example:"Acme"`
	Slug      string      `json:"slug" example:"acme"`
	Plan      tenant.Plan `json:"plan" enum:"basic,pro,enterprise"`
	CreatedAt string      `json:"created_at" format:"date-time"`
	UpdatedAt string      `json:"updated_at" format:"date-time"`
}

func tenantOf(t registry.Tenant) Tenant {
	return Tenant{
		ID: t.ID, Name: t.Name, Slug: t.Slug, Plan: t.Plan,
		CreatedAt: clock.Format(time.UnixMilli(t.CreatedAt)), UpdatedAt: clock.Format(time.UnixMilli(t.UpdatedAt)),
	}
}

type tenantPath struct {
	ID string `path:"id" maxLength:"64"`
}

type tenantAnswer struct{ Body Tenant }

// gone reports whether a tenant was deleted. The new API still shows it while it is being offboarded; this one, whose
// deletion was final, does not.
func gone(t registry.Tenant) bool {
	return t.State == tenant.StateOffboarding || t.State == tenant.StateOffboarded
}

var errNoTenant = errs.New(errs.NotFound, "Tenant not found")

// managed reads a tenant that the caller manages and that was not deleted.
func managed(ctx context.Context, tenants *registry.Registry, call *fn.Call, tenantID string) (registry.Tenant, tenant.Scope, error) {
	t, s, err := tenants.Managed(ctx, call.Principal, tenantID)
	if err == nil && gone(t) {
		err = errNoTenant
	}
	return t, s, err
}

// writer returns the tenants for functions that change them.
func writer(env *fn.Env) registry.Stores {
	return registry.Stores{
		Tenants: env.Table(table.Tenants), Directory: env.Directory(), Outbox: env.Outbox(),
		Audit: audit.New(env.Table(table.Audit), env.IDs, env.Clock), Clock: env.Clock, IDs: env.IDs,
	}
}
