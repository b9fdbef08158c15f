package deliveries

import (
	"context"

	"guardrails/shared/fn"
)

// deliveriesGet shows a delivery with its attempts.
func deliveriesGet(env *fn.Env) (fn.Handler[deliveryPath, deliveryAnswer], error) {
	rows := newRows(env)
	return func(ctx context.Context, call *fn.Call, in *deliveryPath) (*deliveryAnswer, error) {
		r, err := rows.Read(ctx, call.Scope, in.ID)
		if err != nil {
			return nil, err
		}
		v, err := wholeDelivery(ctx, rows, call.Scope, r)
		return &deliveryAnswer{v}, err
	}, nil
}
