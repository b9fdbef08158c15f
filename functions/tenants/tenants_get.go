package tenants

import (
	"context"

	"guardrails/shared/fn"
)

type getInput struct {
	ID string `path:"id" example:"ten_01jd3zk8q4x5v6w7y8z9a0b1c2"`
}

func get(env *fn.Env) (fn.Handler[getInput, answer], error) {
	tenants := reader(env)
	return func(ctx context.Context, call *fn.Call, in *getInput) (*answer, error) {
		t, _, err := tenants.Managed(ctx, call.Principal, in.ID)
		if err != nil {
			return nil, err
		}
		return answerOf(t), nil
	}, nil
}
