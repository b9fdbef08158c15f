package policies

import (
	"context"

	"guardrails/shared/fn"
	"guardrails/shared/policystore"
	"guardrails/shared/table"
)

const listName = "policies"

// list shows the tenant's own policies; the shipped ones are under /frameworks.
func list(env *fn.Env) (fn.Handler[fn.Page, fn.List[summary]], error) {
	stored, cursors := policystore.New(env.Table(table.Policies)), env.Cursors()
	return func(ctx context.Context, call *fn.Call, in *fn.Page) (*fn.List[summary], error) {
		after, err := cursors.Decode(ctx, call.Scope, listName, nil, in.Cursor)
		if err != nil {
			return nil, err
		}
		state, err := stored.State(ctx, call.Scope)
		if err != nil {
			return nil, err
		}
		rows, position, err := stored.List(ctx, call.Scope, after, in.Limit)
		if err != nil {
			return nil, err
		}
		next, err := cursors.Encode(ctx, call.Scope, listName, nil, position)
		if err != nil {
			return nil, err
		}
		out := make([]summary, len(rows))
		for i, r := range rows {
			p, err := r.Policy(state)
			if err != nil {
				return nil, err
			}
			out[i] = summaryOf(p)
		}
		return fn.NewList(out, next), nil
	}, nil
}
