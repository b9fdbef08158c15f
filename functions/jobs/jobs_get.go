package jobs

import (
	"context"

	"guardrails/shared/fn"
	"guardrails/shared/table"
)

type jobAnswer struct{ Body Job }

func bindGet() fn.Binding {
	return fn.Route(func(env *fn.Env) (fn.Handler[jobPath, jobAnswer], error) {
		jobs := &store{table: env.Table(table.Jobs), clock: env.Clock}
		return func(ctx context.Context, call *fn.Call, in *jobPath) (*jobAnswer, error) {
			j, err := jobs.find(ctx, call, in.ID)
			if err != nil {
				return nil, err
			}
			v, err := view(j)
			return &jobAnswer{v}, err
		}, nil
	})
}
