package events

import (
	"context"

	"guardrails/events"
	"guardrails/shared/eventtype"
	"guardrails/shared/fn"
)

type deleteTypeInput struct {
	Name    string `path:"name"`
	IfMatch string `header:"If-Match" doc:"The ETag of the version to delete."`
}

// deleteType deletes an event type. Events of it that happened before stay as they are.
func deleteType(env *fn.Env) (fn.Handler[deleteTypeInput, fn.NoContent], error) {
	s := newTypeStore(env)
	return func(ctx context.Context, call *fn.Call, in *deleteTypeInput) (*fn.NoContent, error) {
		if err := builtin(in.Name); err != nil {
			return nil, err
		}
		_, err := s.apply(ctx, call.Scope, call.Actor(), func(state eventtype.State) (change, error) {
			row, err := s.Row(ctx, call.Scope, in.Name)
			if err != nil {
				return change{}, err
			}
			if err := call.Match(in.IfMatch, int64(row.Version)); err != nil {
				return change{}, err
			}
			return change{typ: events.EventTypeDeletedType, row: row, gone: true, count: state.Count - 1}, nil
		})
		if err != nil {
			return nil, err
		}
		env.Settle(ctx)
		return fn.Deleted(), nil
	}, nil
}
