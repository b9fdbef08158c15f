package deliveries

import (
	"context"

	"guardrails/events"
	"guardrails/shared/errs"
	"guardrails/shared/fn"
)

// destinationsRotate gives a destination a new signing secret, shown once. The old ones sign beside it for 24 hours.
func destinationsRotate(env *fn.Env) (fn.Handler[destinationPath, destinationAnswer], error) {
	s := newStore(env)
	return func(ctx context.Context, call *fn.Call, in *destinationPath) (*destinationAnswer, error) {
		d, err := s.visible(ctx, call.Scope, in.ID)
		if err != nil {
			return nil, err
		}
		kind, err := s.kind(d.Type)
		if err != nil {
			return nil, err
		}
		if !kind.Keyed() {
			return nil, errs.New(errs.Conflict, "Destinations of this type have no signing secret.")
		}
		key, err := s.addKey(ctx, call.Scope, &d, call.Now)
		if err != nil {
			return nil, err
		}
		was := d.Version
		d.Version, d.UpdatedAt, d.By = was+1, call.Now.UnixMilli(), call.Principal.ID()
		if err := s.commit(ctx, call.Scope, call.Actor(), events.DestinationUpdatedType, was, d, []string{"secret"}); err != nil {
			return nil, raced(err)
		}
		env.Settle(ctx)
		out, err := s.shown(d, key, call, nil)
		if err == nil {
			out.Location = ""
		}
		return out, err
	}, nil
}
