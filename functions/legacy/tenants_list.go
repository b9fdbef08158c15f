package legacy

import (
	"context"

	"guardrails/shared/fn"
	"guardrails/shared/registry"
	"guardrails/shared/table"
)

type listTenantsInput struct {
	Page     int `query:"page" minimum:"1" maximum:"1000000" default:"1" doc:"Which page, from 1."`
	PageSize int `query:"page_size" minimum:"1" maximum:"100" default:"10" doc:"How many tenants a page has."`
}

type listTenantsAnswer struct {
	Body struct {
		Tenants  []Tenant `json:"tenants" nullable:"false" doc:"Newest first."`
		Total    int      `json:"total" doc:"How many tenants there are."`
		Page     int      `json:"page"`
		PageSize int      `json:"page_size"`
	}
}

const (
	// readAtOnce is how many tenants are read at once, maxReads how often: the older API's pages have numbers and a
	// total, so each answer counts all tenants, up to 10,000.
	readAtOnce = 100
	maxReads   = 100
)

func bindTenantsList() fn.Binding {
	return fn.Route(func(env *fn.Env) (fn.Handler[listTenantsInput, listTenantsAnswer], error) {
		tenants := registry.At(registry.Stores{Tenants: env.Table(table.Tenants), Directory: env.Directory()})
		return func(ctx context.Context, call *fn.Call, in *listTenantsInput) (*listTenantsAnswer, error) {
			all, err := present(ctx, tenants, call)
			if err != nil {
				return nil, err
			}
			var out listTenantsAnswer
			out.Body.Total, out.Body.Page, out.Body.PageSize = len(all), in.Page, in.PageSize
			first := min((in.Page-1)*in.PageSize, len(all))
			out.Body.Tenants = all[first:min(first+in.PageSize, len(all))]
			return &out, nil
		}, nil
	})
}

// present lists the tenants that were not deleted.
func present(ctx context.Context, tenants *registry.Registry, call *fn.Call) ([]Tenant, error) {
	out, after := []Tenant{}, ""
	for range maxReads {
		some, next, err := tenants.List(ctx, call.Principal, after, readAtOnce)
		if err != nil {
			return nil, err
		}
		for _, t := range some {
			if !gone(t) {
				out = append(out, tenantOf(t))
			}
		}
		if next == "" {
			break
		}
		after = next
	}
	return out, nil
}
