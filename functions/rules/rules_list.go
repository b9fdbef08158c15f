package rules

import (
	"context"

	"guardrails/shared/fn"
	"guardrails/shared/rulestore"
	"guardrails/shared/table"
)

const listName = "rules"

// list shows the tenant's rules, newest first.
func list(env *fn.Env) (fn.Handler[fn.Page, fn.List[ruleView]], error) {
	stored, cursors := rulestore.New(env.Table(table.Policies)), env.Cursors()
	return func(ctx context.Context, call *fn.Call, in *fn.Page) (*fn.List[ruleView], error) {
		after, err := cursors.Decode(ctx, call.Scope, listName, nil, in.Cursor)
		if err != nil {
			return nil, err
		}
		rows, after, err := stored.List(ctx, call.Scope, after, in.Limit)
		if err != nil {
			return nil, err
		}
		next, err := cursors.Encode(ctx, call.Scope, listName, nil, after)
		if err != nil {
			return nil, err
		}
		return views(rows, next)
	}, nil
}

func views(rows []rulestore.Row, next *string) (*fn.List[ruleView], error) {
	out := make([]ruleView, len(rows))
	for i, r := range rows {
		var err error
		if out[i], err = viewOf(r); err != nil {
			return nil, err
		}
	}
	return fn.NewList(out, next), nil
}
