package tenants

import (
	"context"

	"guardrails/shared/fn"
)

func getLimits(env *fn.Env) (fn.Handler[struct{}, limitsAnswer], error) {
	tenants := reader(env)
	return func(ctx context.Context, call *fn.Call, _ *struct{}) (*limitsAnswer, error) {
		t, err := tenants.Get(ctx, call.Scope)
		if err != nil {
			return nil, err
		}
		return limitsOf(t), nil
	}, nil
}
