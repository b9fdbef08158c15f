package jobs

import (
	"context"
	"errors"

	"guardrails/events"
	"guardrails/shared/audit"
	"guardrails/shared/authz"
	"guardrails/shared/errs"
	"guardrails/shared/fn"
	"guardrails/shared/table"
)

func bindCancel() fn.Binding {
	return fn.Route(func(env *fn.Env) (fn.Handler[jobPath, fn.NoContent], error) {
		jobs, log := newStore(env), audit.New(env.Table(table.Audit), env.IDs, env.Clock)
		return func(ctx context.Context, call *fn.Call, in *jobPath) (*fn.NoContent, error) {
			j, err := jobs.find(ctx, call, in.ID)
			if err != nil {
				return nil, err
			}
			if err := mayCancel(call, j); err != nil {
				return nil, err
			}
			by := call.Actor()
			err = jobs.cancel(ctx, call.Scope, j, log.Ops(call.Scope, by, by.Record(events.JobCancelledType, j.ID))...)
			if errors.Is(err, table.ErrCondition) {
				return nil, errs.New(errs.Conflict, "The job is finished already.")
			}
			return fn.Deleted(), err
		}, nil
	})
}

// mayCancel lets an operator cancel the jobs it submitted itself, and an administrator all of them.
func mayCancel(call *fn.Call, j job) error {
	if call.Principal.Claims().Role == authz.Operator && j.CreatedBy != call.Principal.ID() {
		return errs.New(errs.Forbidden, "An operator cancels only the jobs that it submitted itself.")
	}
	return nil
}
