package policies

import (
	"context"
	"slices"

	"guardrails/events"
	"guardrails/shared/errs"
	"guardrails/shared/fn"
	"guardrails/shared/policy"
	"guardrails/shared/policystore"
	"guardrails/shared/tenant"
)

type activateInput struct {
	ID      string `path:"id" example:"hipaa"`
	IfMatch string `header:"If-Match" doc:"The ETag of the version to make active."`
	Body    *activation
}

type activation struct {
	Active *bool `json:"active,omitempty" doc:"False makes the policy inactive; true if not given."`
}

// activate makes a policy or a shipped pack active beside those that are, or inactive. Activation is no version of the
// policy, so its ETag stays.
func activate(env *fn.Env) (fn.Handler[activateInput, answer], error) {
	s, err := newStore(env)
	if err != nil {
		return nil, err
	}
	return func(ctx context.Context, call *fn.Call, in *activateInput) (*answer, error) {
		active := in.Body == nil || in.Body.Active == nil || *in.Body.Active
		var out policyView
		done, err := s.apply(ctx, call.Scope, call.Actor(), func(state policystore.State) (c change, err error) {
			c = change{id: in.ID, next: state.With(in.ID, active)}
			p, shown, err := s.read(ctx, call.Scope, in.ID, c.next)
			if err != nil {
				return c, err
			}
			out = shown
			if err := call.Match(in.IfMatch, int64(p.Version)); err != nil {
				return c, err
			}
			if slices.Contains(state.Active, in.ID) == active {
				return c, nil
			}
			c.typ, c.fields = events.PolicyUpdatedType, []string{"status"}
			if active {
				c.typ = events.PolicyActivatedType
				err = s.joins(ctx, call.Scope, c.next.Active, p)
			}
			return c, err
		})
		if err != nil {
			return nil, err
		}
		if done.typ != "" {
			env.Settle(ctx)
		}
		return answerOf(out), nil
	}, nil
}

// joins checks that a policy may become active beside the others.
func (s *store) joins(ctx context.Context, sc tenant.Scope, active []string, p policy.Policy) error {
	if len(active) > maxActive {
		return errs.Newf(errs.Conflict, "At most %d policies are active at once.", maxActive)
	}
	return s.together(ctx, sc, active, p)
}

// read returns a policy or pack, for compiling and for showing it in a state.
func (s *store) read(ctx context.Context, sc tenant.Scope, policyID string, state policystore.State) (policy.Policy, policyView, error) {
	if pack, ok := policy.PackByID(policyID); ok {
		return pack.Policy(), shippedView(pack, state), nil
	}
	row, err := s.Row(ctx, sc, policyID)
	if err != nil {
		return policy.Policy{}, policyView{}, err
	}
	p, err := row.Policy(state)
	return p, viewOf(p), err
}
