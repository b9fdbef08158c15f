package deliveries

import (
	"context"

	"guardrails/events"
	"guardrails/shared/deliver"
	"guardrails/shared/fn"
)

// destinationsEnable makes a destination active and forgets that it was unwell: it is asked again at once.
func destinationsEnable(env *fn.Env) (fn.Handler[destinationPath, destinationRead], error) {
	s := newStore(env)
	return func(ctx context.Context, call *fn.Call, in *destinationPath) (*destinationRead, error) {
		d, err := s.visible(ctx, call.Scope, in.ID)
		if err != nil {
			return nil, err
		}
		if d.Status != deliver.Active {
			was := d.Version
			d.Version, d.UpdatedAt, d.By, d.Status, d.DisabledReason = was+1, call.Now.UnixMilli(), call.Principal.ID(), deliver.Active, ""
			if err := s.commit(ctx, call.Scope, call.Actor(), events.DestinationEnabledType, was, d, []string{"status"}); err != nil {
				return nil, raced(err)
			}
		}
		if err := s.controls.Forget(ctx, call.Scope, d.ID); err != nil {
			return nil, err
		}
		env.Settle(ctx)
		v, err := s.viewOf(call.Scope, d, deliver.Control{}, call.Now)
		return &destinationRead{ETag: fn.ETag(d.Version), Body: v}, err
	}, nil
}
