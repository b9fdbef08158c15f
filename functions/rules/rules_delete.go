package rules

import (
	"context"

	"guardrails/events"
	"guardrails/shared/fn"
	"guardrails/shared/rulestore"
)

type deleteInput struct {
	ID      string `path:"id"`
	IfMatch string `header:"If-Match" doc:"The ETag of the version to delete."`
}

// remove ends a rule. Its versions stay, for the deliveries that it began.
func remove(env *fn.Env) (fn.Handler[deleteInput, fn.NoContent], error) {
	s := newStore(env)
	return func(ctx context.Context, call *fn.Call, in *deleteInput) (*fn.NoContent, error) {
		_, err := s.apply(ctx, call.Scope, call.Actor(), func(state rulestore.State) (change, error) {
			row, err := s.Row(ctx, call.Scope, in.ID)
			if err != nil {
				return change{}, err
			}
			if err := call.Match(in.IfMatch, int64(row.Version)); err != nil {
				return change{}, err
			}
			was, err := row.Rule()
			if err != nil {
				return change{}, err
			}
			next := state.Next(row.ID)
			next.Count--
			next.Size = resized(next.Size, -row.Size())
			next.Unindexed -= unindexed(was.Definition, was.Compiled)
			return change{typ: events.RuleDeletedType, id: row.ID, next: next}, nil
		})
		if err != nil {
			return nil, err
		}
		env.Settle(ctx)
		return fn.Deleted(), nil
	}, nil
}
