package legacy

import (
	"context"
	"net/http"

	"guardrails/shared/fn"
	"guardrails/shared/registry"
	"guardrails/shared/tenant"
)

type createTenantInput struct {
	Body struct {
		_    struct{}    `json:"-" additionalProperties:"true"`
		Name string      `json:"name" minLength:"1" maxLength:"255" pattern:"\\S" doc:"Unique among tenants."`
		Slug string      `json:"slug,omitempty" minLength:"1" maxLength:"64" pattern:"^[a-z0-9-]+$" doc:"Unique among tenants; made of the name if not given."`
		Plan tenant.Plan `json:"plan,omitempty" enum:"basic,pro,enterprise" default:"basic"`
	}
}

// bindTenantsCreate makes a tenant of the standard profile. It has no key yet: the older API never answered one, so
// a platform administrator who needs one creates the tenant with the new route.
func bindTenantsCreate() fn.Binding {
	return fn.Route(func(env *fn.Env) (fn.Handler[createTenantInput, tenantAnswer], error) {
		stores := writer(env)
		stores.Keys = env.Keys()
		tenants := registry.At(stores)
		return func(ctx context.Context, call *fn.Call, in *createTenantInput) (*tenantAnswer, error) {
			t, err := tenants.Create(ctx, call.Actor(), registry.New{Name: in.Body.Name, Slug: in.Body.Slug, Plan: in.Body.Plan})
			if err != nil {
				return nil, err
			}
			return &tenantAnswer{tenantOf(t)}, nil
		}, nil
	}, fn.Status(http.StatusCreated))
}
