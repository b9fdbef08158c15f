package policies

import (
	"context"

	"guardrails/events"
	"guardrails/shared/errs"
	"guardrails/shared/fn"
	"guardrails/shared/id"
	"guardrails/shared/policy"
	"guardrails/shared/policystore"
)

type createInput struct {
	Body policy.Definition
}

type created struct {
	Location string `header:"Location"`
	ETag     string `header:"ETag"`
	Body     policyView
}

// create keeps a new policy, which is inactive until it is activated.
func create(env *fn.Env) (fn.Handler[createInput, created], error) {
	s, err := newStore(env)
	if err != nil {
		return nil, err
	}
	return func(ctx context.Context, call *fn.Call, in *createInput) (*created, error) {
		_, row, err := s.definition(in.Body)
		if err != nil {
			return nil, err
		}
		now := s.clock.Now().UnixMilli()
		row.ID, row.Version, row.CreatedAt, row.UpdatedAt, row.By = s.ids.New(id.Policy), 1, now, now, call.Principal.ID()
		done, err := s.apply(ctx, call.Scope, call.Actor(), func(state policystore.State) (change, error) {
			if state.Count >= policystore.MaxPolicies {
				return change{}, errs.Newf(errs.Conflict, "A tenant has at most %d policies.", policystore.MaxPolicies)
			}
			next := state.Next()
			next.Count++
			return change{typ: events.PolicyCreatedType, id: row.ID, row: &row, next: next}, nil
		})
		if err != nil {
			return nil, err
		}
		p, err := done.row.Policy(done.next)
		if err != nil {
			return nil, err
		}
		return &created{Location: "/api/v1/policies/" + p.ID, ETag: fn.ETag(int64(p.Version)), Body: viewOf(p)}, nil
	}, nil
}
