package events

import (
	"context"

	"guardrails/events"
	"guardrails/shared/eventtype"
	"guardrails/shared/fn"
	"guardrails/shared/table"
)

type getTypeInput struct {
	Name string `path:"name" example:"analysis.completed"`
}

// getType shows an event type of the tenant or the platform.
func getType(env *fn.Env) (fn.Handler[getTypeInput, typeAnswer], error) {
	stored := eventtype.New(env.Table(table.Policies))
	return func(ctx context.Context, call *fn.Call, in *getTypeInput) (*typeAnswer, error) {
		if t, ok := events.Lookup(in.Name); ok {
			return answerOf(builtinView(t)), nil
		}
		row, err := stored.Row(ctx, call.Scope, in.Name)
		if err != nil {
			return nil, err
		}
		return answerOf(viewOf(row)), nil
	}, nil
}
