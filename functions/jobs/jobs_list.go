package jobs

import (
	"context"

	"guardrails/shared/fn"
	"guardrails/shared/table"
)

type listInput struct {
	fn.Page
	Status string `query:"status" enum:"queued,running,completed,failed,cancelled" doc:"Only jobs with this status."`
}

func bindList() fn.Binding {
	return fn.Route(func(env *fn.Env) (fn.Handler[listInput, fn.List[Job]], error) {
		jobs, cursors := env.Table(table.Jobs), env.Cursors()
		return func(ctx context.Context, call *fn.Call, in *listInput) (*fn.List[Job], error) {
			filter := []string{in.Status}
			after, err := cursors.Decode(ctx, call.Scope, "jobs", filter, in.Cursor)
			if err != nil {
				return nil, err
			}
			q := table.Page{Part: table.PartJobs, After: after, Limit: in.Limit}
			if in.Status != "" {
				q.Filter = is(status(in.Status))
			}
			var rows []job
			last, err := jobs.Query(ctx, call.Scope, q, &rows)
			if err != nil {
				return nil, err
			}
			next, err := cursors.Encode(ctx, call.Scope, "jobs", filter, last)
			if err != nil {
				return nil, err
			}
			return listOf(rows, next)
		}, nil
	})
}

func listOf(rows []job, next *string) (*fn.List[Job], error) {
	out := make([]Job, len(rows))
	for i, j := range rows {
		var err error
		if out[i], err = view(j); err != nil {
			return nil, err
		}
	}
	return fn.NewList(out, next), nil
}
