package policies

import (
	"context"

	"guardrails/events"
	"guardrails/shared/fn"
	"guardrails/shared/policy"
	"guardrails/shared/policystore"
)

type updateInput struct {
	ID      string `path:"id"`
	IfMatch string `header:"If-Match" doc:"The ETag of the version to replace."`
	Body    policy.Definition
}

// update replaces a policy by its next version; the same definition again makes none.
func update(env *fn.Env) (fn.Handler[updateInput, answer], error) {
	s, err := newStore(env)
	if err != nil {
		return nil, err
	}
	return func(ctx context.Context, call *fn.Call, in *updateInput) (*answer, error) {
		def, next, err := s.definition(in.Body)
		if err != nil {
			return nil, err
		}
		done, err := s.apply(ctx, call.Scope, call.Actor(), func(state policystore.State) (change, error) {
			old, err := s.Row(ctx, call.Scope, in.ID)
			if err != nil {
				return change{}, err
			}
			if err := call.Match(in.IfMatch, int64(old.Version)); err != nil {
				return change{}, err
			}
			if old.Same(&next) {
				return change{row: &old, next: state}, nil
			}
			if state.Status(old.ID) == policy.Active {
				if err := s.together(ctx, call.Scope, state.Active, policy.Policy{ID: old.ID, Definition: def}); err != nil {
					return change{}, err
				}
			}
			row := next
			row.ID, row.CreatedAt = old.ID, old.CreatedAt
			row.Version, row.UpdatedAt, row.By = old.Version+1, s.clock.Now().UnixMilli(), call.Principal.ID()
			return change{typ: events.PolicyUpdatedType, id: row.ID, row: &row, next: state.Next()}, nil
		})
		if err != nil {
			return nil, err
		}
		if done.typ != "" {
			env.Settle(ctx)
		}
		p, err := done.row.Policy(done.next)
		if err != nil {
			return nil, err
		}
		return answerOf(viewOf(p)), nil
	}, nil
}
