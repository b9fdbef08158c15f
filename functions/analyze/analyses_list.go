package analyze

import (
	"context"

	"guardrails/shared/fn"
	"guardrails/shared/inspect"
	"guardrails/shared/table"
)

type listIn struct {
	fn.Page
}

// newList answers records of analyses, newest first, without texts.
func newList(env *fn.Env) (fn.Handler[listIn, fn.List[inspect.Analysis]], error) {
	store, cursors := &analyses{env.Table(table.Jobs), env.Clock}, env.Cursors()
	return func(ctx context.Context, call *fn.Call, in *listIn) (*fn.List[inspect.Analysis], error) {
		after, err := cursors.Decode(ctx, call.Scope, env.Spec.Name, nil, in.Cursor)
		if err != nil {
			return nil, err
		}
		items, position, err := store.list(ctx, call.Scope, after, in.Limit)
		if err != nil {
			return nil, err
		}
		next, err := cursors.Encode(ctx, call.Scope, env.Spec.Name, nil, position)
		if err != nil {
			return nil, err
		}
		return fn.NewList(items, next), nil
	}, nil
}
