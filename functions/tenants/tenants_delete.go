package tenants

import (
	"context"

	"guardrails/shared/fn"
	"guardrails/shared/registry"
)

type deleteInput struct {
	ID      string `path:"id"`
	IfMatch string `header:"If-Match" doc:"The ETag of the version to delete."`
}

// remove begins to offboard a tenant.
func remove(env *fn.Env) (fn.Handler[deleteInput, fn.NoContent], error) {
	tenants := registry.At(stores(env, env.Directory()))
	return func(ctx context.Context, call *fn.Call, in *deleteInput) (*fn.NoContent, error) {
		_, s, err := tenants.Managed(ctx, call.Principal, in.ID)
		if err != nil {
			return nil, err
		}
		err = tenants.Delete(ctx, call.Actor(), s, func(t registry.Tenant) error { return call.Match(in.IfMatch, t.Version) })
		if err != nil {
			return nil, err
		}
		return fn.Deleted(), nil
	}, nil
}
