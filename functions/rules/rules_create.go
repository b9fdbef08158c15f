package rules

import (
	"context"
	"errors"

	"guardrails/events"
	"guardrails/shared/errs"
	"guardrails/shared/fn"
	"guardrails/shared/id"
	"guardrails/shared/rule"
	"guardrails/shared/rulestore"
)

type createInput struct {
	Body rule.Definition
}

type created struct {
	Location string `header:"Location"`
	ETag     string `header:"ETag"`
	Body     ruleView
}

// create keeps a new rule, which watches from then on.
func create(env *fn.Env) (fn.Handler[createInput, created], error) {
	s := newStore(env)
	return func(ctx context.Context, call *fn.Call, in *createInput) (*created, error) {
		compiled, err := s.check(ctx, call.Scope, in.Body)
		if err != nil {
			return nil, err
		}
		row, err := encoded(in.Body, compiled)
		if err != nil {
			return nil, err
		}
		now := call.Now.UnixMilli()
		row.ID, row.Version, row.CreatedAt, row.UpdatedAt, row.By = call.NewID(s.ids, id.Rule), 1, now, now, call.Principal.ID()
		done, err := s.apply(ctx, call.Scope, call.Actor(), func(state rulestore.State) (change, error) {
			if call.Repeated { // the first try may have made it
				made, err := s.Row(ctx, call.Scope, row.ID)
				if !errors.Is(err, errs.NotFound) {
					return change{row: &made}, err
				}
			}
			next := state.Next(row.ID)
			next.Count++
			next.Size = resized(next.Size, row.Size())
			next.Unindexed += unindexed(in.Body, compiled)
			return change{typ: events.RuleCreatedType, id: row.ID, row: &row, next: next}, full(next, state)
		})
		if err != nil {
			return nil, err
		}
		env.Settle(ctx)
		v, err := viewOf(*done.row)
		return &created{Location: "/api/v1/rules/" + v.ID, ETag: fn.ETag(int64(v.Version)), Body: v}, err
	}, nil
}
