package policies

import (
	"context"

	"guardrails/shared/fn"
	"guardrails/shared/policy"
	"guardrails/shared/policystore"
	"guardrails/shared/table"
)

type getInput struct {
	ID string `path:"id" example:"hipaa"`
}

// get shows a policy of the tenant or a shipped pack with its rules.
func get(env *fn.Env) (fn.Handler[getInput, answer], error) {
	stored := policystore.New(env.Table(table.Policies))
	return func(ctx context.Context, call *fn.Call, in *getInput) (*answer, error) {
		state, err := stored.State(ctx, call.Scope)
		if err != nil {
			return nil, err
		}
		if pack, ok := policy.PackByID(in.ID); ok {
			return answerOf(shippedView(pack, state)), nil
		}
		row, err := stored.Row(ctx, call.Scope, in.ID)
		if err != nil {
			return nil, err
		}
		p, err := row.Policy(state)
		if err != nil {
			return nil, err
		}
		return answerOf(viewOf(p)), nil
	}, nil
}
