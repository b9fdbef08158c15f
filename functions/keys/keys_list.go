package keys

import (
	"context"

	"github.com/aws/aws-sdk-go-v2/feature/dynamodb/expression"

	"guardrails/shared/apikey"
	"guardrails/shared/authz"
	"guardrails/shared/fn"
	"guardrails/shared/table"
)

const listName = "api-keys"

// list shows the tenant's keys, revoked and expired ones included; to other roles than admin, only their own.
func list(env *fn.Env) (fn.Handler[fn.Page, fn.List[KeyView]], error) {
	keys := apikey.At(apikey.Stores{Tenants: env.Table(table.Tenants)})
	cursors := env.Cursors()
	return func(ctx context.Context, call *fn.Call, in *fn.Page) (*fn.List[KeyView], error) {
		filter, only := own(call)
		after, err := cursors.Decode(ctx, call.Scope, listName, filter, in.Cursor)
		if err != nil {
			return nil, err
		}
		page, position, err := keys.List(ctx, call.Scope, after, in.Limit, only)
		if err != nil {
			return nil, err
		}
		next, err := cursors.Encode(ctx, call.Scope, listName, filter, position)
		if err != nil {
			return nil, err
		}
		views := make([]KeyView, len(page))
		for i, r := range page {
			views[i] = viewOf(r, call.Now)
		}
		return fn.NewList(views, next), nil
	}, nil
}

// own returns the filter for the keys that the caller manages, and what binds cursors to it.
func own(call *fn.Call) ([]string, expression.ConditionBuilder) {
	c := call.Principal.Claims()
	if c.Role == authz.Admin {
		return nil, expression.ConditionBuilder{}
	}
	made := expression.Name("created_by").Equal(expression.Value(c.ID))
	return []string{c.ID}, made.Or(expression.Name("id").Equal(expression.Value(c.ID)))
}
