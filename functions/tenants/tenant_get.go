package tenants

import (
	"context"

	"guardrails/shared/fn"
)

func getOwn(env *fn.Env) (fn.Handler[struct{}, answer], error) {
	tenants := reader(env)
	return func(ctx context.Context, call *fn.Call, _ *struct{}) (*answer, error) {
		t, err := tenants.Get(ctx, call.Scope)
		if err != nil {
			return nil, err
		}
		return answerOf(t), nil
	}, nil
}
