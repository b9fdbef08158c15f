package rules

import (
	"context"

	"guardrails/shared/fn"
	"guardrails/shared/rulestore"
	"guardrails/shared/table"
)

type versionsInput struct {
	ID string `path:"id"`
	fn.Page
}

// versions shows what a rule was, newest first.
func versions(env *fn.Env) (fn.Handler[versionsInput, fn.List[ruleView]], error) {
	policies, cursors := env.Table(table.Policies), env.Cursors()
	return func(ctx context.Context, call *fn.Call, in *versionsInput) (*fn.List[ruleView], error) {
		bound := []string{in.ID}
		after, err := cursors.Decode(ctx, call.Scope, "rule-versions", bound, in.Cursor)
		if err != nil {
			return nil, err
		}
		var rows []rulestore.Row
		part := table.RuleVersionKey(in.ID, 0).Part
		if after, err = policies.Query(ctx, call.Scope, table.Page{Part: part, After: after, Limit: in.Limit}, &rows); err != nil {
			return nil, err
		}
		next, err := cursors.Encode(ctx, call.Scope, "rule-versions", bound, after)
		if err != nil {
			return nil, err
		}
		return views(rows, next)
	}, nil
}
