package deliveries

import (
	"context"

	"github.com/aws/aws-sdk-go-v2/feature/dynamodb/expression"

	"guardrails/events"
	"guardrails/shared/fn"
	"guardrails/shared/table"
)

type deleteInput struct {
	ID      string `path:"id"`
	IfMatch string `header:"If-Match" doc:"The ETag of the version to delete."`
}

// destinationsDelete ends a destination. What was on its way there is canceled when its turn comes; the log of its
// deliveries stays.
func destinationsDelete(env *fn.Env) (fn.Handler[deleteInput, fn.NoContent], error) {
	s := newStore(env)
	return func(ctx context.Context, call *fn.Call, in *deleteInput) (*fn.NoContent, error) {
		d, err := s.visible(ctx, call.Scope, in.ID)
		if err != nil {
			return nil, err
		}
		if err := call.Match(in.IfMatch, d.Version); err != nil {
			return nil, err
		}
		same := expression.Name("version").Equal(expression.Value(d.Version))
		err = s.write(ctx, call.Scope, call.Actor(), events.DestinationDeletedType, d, nil,
			s.tally(call.Scope, -1), s.table.DeleteOp(call.Scope, table.DestinationKey(d.ID), same))
		if err != nil {
			return nil, raced(err)
		}
		if err := s.controls.Forget(ctx, call.Scope, d.ID); err != nil {
			env.Log.WarnContext(ctx, "breaker of a deleted destination left", "destination", d.ID, "error", err.Error())
		}
		env.Settle(ctx)
		return fn.Deleted(), nil
	}, nil
}
