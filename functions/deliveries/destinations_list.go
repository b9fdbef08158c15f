package deliveries

import (
	"context"

	"github.com/aws/aws-sdk-go-v2/feature/dynamodb/expression"
	"golang.org/x/sync/errgroup"

	"guardrails/shared/deliver"
	"guardrails/shared/fn"
	"guardrails/shared/table"
)

const listName = "destinations"

// destinationsList shows the tenant's destinations, newest first.
func destinationsList(env *fn.Env) (fn.Handler[fn.Page, fn.List[destinationView]], error) {
	kinds := kinds(env)
	s := &store{table: env.Table(table.Policies), controls: deliver.NewControls(env.Table(table.Deliveries)), kinds: kinds, account: env.Config.Account}
	cursors := env.Cursors()
	// The range leaves out the hidden ones without reading them: there may be one for each job.
	shown := expression.AttributeNotExists(expression.Name("hidden"))
	from, until := deliver.Shown()
	return func(ctx context.Context, call *fn.Call, in *fn.Page) (*fn.List[destinationView], error) {
		after, err := cursors.Decode(ctx, call.Scope, listName, nil, in.Cursor)
		if err != nil {
			return nil, err
		}
		var rows []deliver.Destination
		page := table.Page{Part: table.PartDestinations, From: from, Until: until, After: after, Limit: in.Limit, Filter: shown}
		after, err = s.table.Query(ctx, call.Scope, page, &rows)
		if err != nil {
			return nil, err
		}
		next, err := cursors.Encode(ctx, call.Scope, listName, nil, after)
		if err != nil {
			return nil, err
		}
		out := make([]destinationView, len(rows))
		g, ctx := errgroup.WithContext(ctx)
		g.SetLimit(10)
		for i, d := range rows {
			g.Go(func() error {
				c, err := s.controls.Get(ctx, call.Scope, d.ID)
				if err == nil {
					out[i], err = s.viewOf(call.Scope, d, c, call.Now)
				}
				return err
			})
		}
		if err := g.Wait(); err != nil {
			return nil, err
		}
		return fn.NewList(out, next), nil
	}, nil
}
