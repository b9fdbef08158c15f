package policies

import (
	"context"

	"guardrails/events"
	"guardrails/shared/fn"
	"guardrails/shared/policystore"
)

type deleteInput struct {
	ID      string `path:"id"`
	IfMatch string `header:"If-Match" doc:"The ETag of the version to delete."`
}

// remove deletes a policy, active or not. Its versions stay stored, for whoever must explain an old decision.
func remove(env *fn.Env) (fn.Handler[deleteInput, fn.NoContent], error) {
	s, err := newStore(env)
	if err != nil {
		return nil, err
	}
	return func(ctx context.Context, call *fn.Call, in *deleteInput) (*fn.NoContent, error) {
		if err := shipped(in.ID); err != nil {
			return nil, err
		}
		_, err := s.apply(ctx, call.Scope, call.Actor(), func(state policystore.State) (change, error) {
			row, err := s.Row(ctx, call.Scope, in.ID)
			if err != nil {
				return change{}, err
			}
			if err := call.Match(in.IfMatch, int64(row.Version)); err != nil {
				return change{}, err
			}
			next := state.With(row.ID, false)
			next.Count--
			return change{typ: events.PolicyDeletedType, id: row.ID, gone: true, next: next}, nil
		})
		if err != nil {
			return nil, err
		}
		env.Settle(ctx)
		return fn.Deleted(), nil
	}, nil
}
