package deliveries

import (
	"context"

	"guardrails/shared/audit"
	"guardrails/shared/errs"
	"guardrails/shared/fn"
	"guardrails/shared/table"
)

// deliveriesCancel ends a delivery that has not ended. An attempt under way is not called back.
func deliveriesCancel(env *fn.Env) (fn.Handler[deliveryPath, deliveryAnswer], error) {
	rows, log := newRows(env), audit.New(env.Table(table.Audit), env.IDs, env.Clock)
	return func(ctx context.Context, call *fn.Call, in *deliveryPath) (*deliveryAnswer, error) {
		r, err := rows.Read(ctx, call.Scope, in.ID)
		if err != nil {
			return nil, err
		}
		ended := errs.New(errs.Conflict, "The delivery has ended already.")
		if r.Status.Ended() { // what does not happen is not put on record
			return nil, ended
		}
		by := call.Actor()
		if err := table.Transact(ctx, log.Ops(call.Scope, by, by.Record("delivery.cancelled", r.ID))...); err != nil {
			return nil, err
		}
		r, done, err := rows.Cancel(ctx, call.Scope, r, env.Clock.Now())
		if err != nil {
			return nil, err
		}
		if !done {
			return nil, ended
		}
		v, err := wholeDelivery(ctx, rows, call.Scope, r)
		return &deliveryAnswer{v}, err
	}, nil
}
