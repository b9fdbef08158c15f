package deliveries

import (
	"context"

	"guardrails/shared/audit"
	"guardrails/shared/deliver"
	"guardrails/shared/errs"
	"guardrails/shared/fn"
	"guardrails/shared/queue"
	"guardrails/shared/table"
)

// deliveriesRetry begins a delivery anew, whatever became of it: its attempts go on counting, the retry policy begins.
func deliveriesRetry(env *fn.Env) (fn.Handler[deliveryPath, deliveryAnswer], error) {
	rows, q, log := newRows(env), env.Queue(queue.Deliveries), audit.New(env.Table(table.Audit), env.IDs, env.Clock)
	return func(ctx context.Context, call *fn.Call, in *deliveryPath) (*deliveryAnswer, error) {
		r, err := rows.Read(ctx, call.Scope, in.ID)
		if err != nil {
			return nil, err
		}
		busy := errs.New(errs.Conflict, "An attempt is under way; wait for what comes of it.")
		if r.UnderWay(call.Now) { // what does not happen is not put on record
			return nil, busy
		}
		by := call.Actor()
		if err := table.Transact(ctx, log.Ops(call.Scope, by, by.Record("delivery.retried", r.ID))...); err != nil {
			return nil, err
		}
		r, begun, err := rows.Again(ctx, call.Scope, r, env.Clock.Now())
		if err != nil {
			return nil, err
		}
		if !begun {
			return nil, busy
		}
		// The row is due: if the message is lost, the sweep sends it.
		if err := q.SendAll(ctx, call.Scope, []queue.Message{deliver.MessageOf(r.Ticket(), 0)}); err != nil {
			env.Log.WarnContext(ctx, "retry not sent, left to the sweep", "delivery", r.ID, "error", err.Error())
		}
		v, err := wholeDelivery(ctx, rows, call.Scope, r)
		return &deliveryAnswer{v}, err
	}, nil
}
