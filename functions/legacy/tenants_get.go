package legacy

import (
	"context"

	"guardrails/shared/fn"
	"guardrails/shared/registry"
	"guardrails/shared/table"
)

func bindTenantsGet() fn.Binding {
	return fn.Route(func(env *fn.Env) (fn.Handler[tenantPath, tenantAnswer], error) {
		tenants := registry.At(registry.Stores{Tenants: env.Table(table.Tenants)})
		return func(ctx context.Context, call *fn.Call, in *tenantPath) (*tenantAnswer, error) {
			t, _, err := managed(ctx, tenants, call, in.ID)
			if err != nil {
				return nil, err
			}
			return &tenantAnswer{tenantOf(t)}, nil
		}, nil
	})
}
