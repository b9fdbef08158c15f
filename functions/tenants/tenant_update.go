package tenants

import (
	"cmp"
	"context"

	"guardrails/shared/fn"
	"guardrails/shared/pressure"
	"guardrails/shared/registry"
)

type updateOwnInput struct {
	IfMatch string `header:"If-Match" doc:"The ETag of the version to change."`
	Body    ownTenantChange
}

type ownTenantChange struct {
	Name         string        `json:"name" minLength:"1" maxLength:"255" pattern:"\\S" doc:"What the tenant is called, to itself and to the platform; the slug alone tells it from others." example:"Acme"`
	Backpressure pressure.Mode `json:"backpressure,omitempty" enum:"queue_all,fail_fast,adaptive" doc:"What becomes of events while their deliveries are behind; left out, it stays."`
}

// updateOwn changes the name and what the tenant wants of its events: plan, profile and state are the platform's to set.
func updateOwn(env *fn.Env) (fn.Handler[updateOwnInput, answer], error) {
	tenants := registry.At(stores(env, env.Directory()))
	return func(ctx context.Context, call *fn.Call, in *updateOwnInput) (*answer, error) {
		t, err := tenants.Update(ctx, call.Actor(), call.Scope, matched(call, in.IfMatch, func(t *registry.Tenant) error {
			t.CallItself(in.Body.Name)
			t.Backpressure = cmp.Or(in.Body.Backpressure, t.Backpressure)
			return nil
		}))
		if err != nil {
			return nil, err
		}
		return answerOf(t), nil
	}, nil
}
