package tenants

import (
	"context"
	"fmt"

	"guardrails/shared/fn"
	"guardrails/shared/registry"
)

type limitsInput struct {
	ID      string `path:"id"`
	IfMatch string `header:"If-Match" doc:"The ETag of the version to change."`
	Body    newLimits
}

type newLimits struct {
	RequestsPerSecond int `json:"requests_per_second" minimum:"1" maximum:"100000" doc:"Of the tenant as a whole, within its plan." example:"500"`
}

func setLimits(env *fn.Env) (fn.Handler[limitsInput, limitsAnswer], error) {
	tenants := registry.At(stores(env, nil))
	return func(ctx context.Context, call *fn.Call, in *limitsInput) (*limitsAnswer, error) {
		_, s, err := tenants.Managed(ctx, call.Principal, in.ID)
		if err != nil {
			return nil, err
		}
		t, err := tenants.Update(ctx, call.Actor(), s, matched(call, in.IfMatch, func(t *registry.Tenant) error {
			if most := registry.MaxRequestsPerSecond(t.Plan); in.Body.RequestsPerSecond > most {
				return invalid("/requests_per_second", fmt.Sprintf("is above %d, the most that the tenant's plan allows", most))
			}
			t.Limits.RequestsPerSecond = in.Body.RequestsPerSecond
			return nil
		}))
		if err != nil {
			return nil, err
		}
		return limitsOf(t), nil
	}, nil
}
