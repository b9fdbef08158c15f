package tenants

import (
	"context"

	"guardrails/shared/fn"
	"guardrails/shared/registry"
	"guardrails/shared/tenant"
)

type updateInput struct {
	ID      string `path:"id"`
	IfMatch string `header:"If-Match" doc:"The ETag of the version to change."`
	Body    tenantChange
}

type tenantChange struct {
	Name    *string         `json:"name,omitempty" minLength:"1" maxLength:"255" pattern:"\\S"`
	Plan    *tenant.Plan    `json:"plan,omitempty" enum:"basic,pro,enterprise"`
	Profile *tenant.Profile `json:"profile,omitempty" enum:"standard,regulated"`
	State   *tenant.State   `json:"state,omitempty" enum:"active,suspended" doc:"A suspended tenant's administrators may read, and nothing else is served."`
}

// update changes what the body names; what it leaves out stays as it is.
func update(env *fn.Env) (fn.Handler[updateInput, answer], error) {
	tenants := registry.At(stores(env, env.Directory()))
	return func(ctx context.Context, call *fn.Call, in *updateInput) (*answer, error) {
		_, s, err := tenants.Managed(ctx, call.Principal, in.ID)
		if err != nil {
			return nil, err
		}
		t, err := tenants.Update(ctx, call.Actor(), s, matched(call, in.IfMatch, func(t *registry.Tenant) error {
			if in.Body.Name != nil {
				t.Rename(*in.Body.Name)
			}
			set(&t.Plan, in.Body.Plan)
			set(&t.Profile, in.Body.Profile)
			set(&t.State, in.Body.State)
			return nil
		}))
		if err != nil {
			return nil, err
		}
		return answerOf(t), nil
	}, nil
}

func set[T any](field, value *T) {
	if value != nil {
		*field = *value
	}
}
