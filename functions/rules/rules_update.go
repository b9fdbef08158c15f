package rules

import (
	"bytes"
	"context"

	"guardrails/events"
	"guardrails/shared/fn"
	"guardrails/shared/rule"
	"guardrails/shared/rulestore"
)

type updateInput struct {
	ID      string `path:"id"`
	IfMatch string `header:"If-Match" doc:"The ETag of the version to replace."`
	Body    rule.Definition
}

// update replaces a rule by its next version; the same definition again makes none.
func update(env *fn.Env) (fn.Handler[updateInput, answer], error) {
	s := newStore(env)
	return func(ctx context.Context, call *fn.Call, in *updateInput) (*answer, error) {
		compiled, err := s.check(ctx, call.Scope, in.Body)
		if err != nil {
			return nil, err
		}
		body, err := encoded(in.Body, compiled)
		if err != nil {
			return nil, err
		}
		done, err := s.apply(ctx, call.Scope, call.Actor(), func(state rulestore.State) (change, error) {
			row, err := s.Row(ctx, call.Scope, in.ID)
			if err != nil {
				return change{}, err
			}
			if err := call.Match(in.IfMatch, int64(row.Version)); err != nil {
				return change{}, err
			}
			if bytes.Equal(row.Body, body.Body) && bytes.Equal(row.Compiled, body.Compiled) {
				return change{row: &row}, nil
			}
			was, err := row.Rule()
			if err != nil {
				return change{}, err
			}
			before := row.Size()
			row.Version, row.Body, row.Compiled, row.UpdatedAt, row.By = row.Version+1, body.Body, body.Compiled, s.clock.Now().UnixMilli(), call.Principal.ID()
			if !was.On() {
				row.EnabledAt = row.UpdatedAt
			}
			next := state.Next(row.ID)
			next.Size = resized(next.Size, row.Size()-before)
			next.Unindexed += unindexed(in.Body, compiled) - unindexed(was.Definition, was.Compiled)
			return change{typ: events.RuleUpdatedType, id: row.ID, row: &row, next: next}, full(next, state)
		})
		if err != nil {
			return nil, err
		}
		if done.typ != "" {
			env.Settle(ctx)
		}
		return answerOf(*done.row)
	}, nil
}
