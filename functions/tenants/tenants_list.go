package tenants

import (
	"context"

	"guardrails/shared/fn"
	"guardrails/shared/registry"
	"guardrails/shared/table"
)

const listName = "tenants"

// list shows all tenants, those that are being offboarded included.
func list(env *fn.Env) (fn.Handler[fn.Page, fn.List[TenantView]], error) {
	tenants := registry.At(registry.Stores{Tenants: env.Table(table.Tenants), Directory: env.Directory()})
	cursors := env.Cursors()
	return func(ctx context.Context, call *fn.Call, in *fn.Page) (*fn.List[TenantView], error) {
		after, err := cursors.Decode(ctx, call.Scope, listName, nil, in.Cursor)
		if err != nil {
			return nil, err
		}
		page, position, err := tenants.List(ctx, call.Principal, after, in.Limit)
		if err != nil {
			return nil, err
		}
		next, err := cursors.Encode(ctx, call.Scope, listName, nil, position)
		if err != nil {
			return nil, err
		}
		views := make([]TenantView, len(page))
		for i, t := range page {
			views[i] = viewOf(t)
		}
		return fn.NewList(views, next), nil
	}, nil
}
