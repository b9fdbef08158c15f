package legacy

import (
	"context"

	"guardrails/shared/fn"
	"guardrails/shared/registry"
	"guardrails/shared/table"
	"guardrails/shared/tenant"
)

type updateTenantInput struct {
	ID   string `path:"id" maxLength:"64"`
	Body struct {
		_    struct{}     `json:"-" additionalProperties:"true"`
		Name *string      `json:"name,omitempty" minLength:"1" maxLength:"255" pattern:"\\S"`
		Plan *tenant.Plan `json:"plan,omitempty" enum:"basic,pro,enterprise"`
	}
}

func bindTenantsUpdate() fn.Binding {
	return fn.Route(func(env *fn.Env) (fn.Handler[updateTenantInput, tenantAnswer], error) {
		tenants := registry.At(writer(env))
		return func(ctx context.Context, call *fn.Call, in *updateTenantInput) (*tenantAnswer, error) {
			_, s, err := managed(ctx, tenants, call, in.ID)
			if err != nil {
				return nil, err
			}
			t, err := tenants.Update(ctx, call.Actor(), s, func(t *registry.Tenant) error {
				if in.Body.Name != nil {
					t.Rename(*in.Body.Name)
				}
				if in.Body.Plan != nil {
					t.Plan = *in.Body.Plan
				}
				return nil
			})
			if err != nil {
				return nil, err
			}
			return &tenantAnswer{tenantOf(t)}, nil
		}, nil
	}, fn.Find(func(env *fn.Env) fn.Finder {
		tenants := registry.At(registry.Stores{Tenants: env.Table(table.Tenants)})
		return func(ctx context.Context, call *fn.Call, params map[string]string) error {
			_, _, err := managed(ctx, tenants, call, params["id"])
			return err
		}
	}))
}
