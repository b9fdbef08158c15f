package legacy

import (
	"context"

	"guardrails/shared/fn"
	"guardrails/shared/registry"
)

func bindTenantsDelete() fn.Binding {
	return fn.Route(func(env *fn.Env) (fn.Handler[tenantPath, fn.NoContent], error) {
		tenants := registry.At(writer(env))
		return func(ctx context.Context, call *fn.Call, in *tenantPath) (*fn.NoContent, error) {
			_, s, err := managed(ctx, tenants, call, in.ID)
			if err != nil {
				return nil, err
			}
			if err := tenants.Delete(ctx, call.Actor(), s, func(registry.Tenant) error { return nil }); err != nil {
				return nil, err
			}
			return fn.Deleted(), nil
		}, nil
	})
}
