package rules

import (
	"context"

	"guardrails/shared/fn"
	"guardrails/shared/rulestore"
	"guardrails/shared/table"
)

// get shows a rule and what it has done.
func get(env *fn.Env) (fn.Handler[rulePath, answer], error) {
	stored, deliveries := rulestore.New(env.Table(table.Policies)), env.Table(table.Deliveries)
	return func(ctx context.Context, call *fn.Call, in *rulePath) (*answer, error) {
		row, err := stored.Row(ctx, call.Scope, in.ID)
		if err != nil {
			return nil, err
		}
		out, err := answerOf(row)
		if err != nil {
			return nil, err
		}
		out.Body.Health, err = healthOf(ctx, deliveries, call.Scope, row.ID)
		return out, err
	}, nil
}
