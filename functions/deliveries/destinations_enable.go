package deliveries

import (
	"context"

	"guardrails/events"
	"guardrails/shared/deliver"
	"guardrails/shared/fn"
	"guardrails/shared/queue"
)

// destinationsEnable makes a destination active and forgets that it was unwell: it is asked again at once, first for what
// waited.
func destinationsEnable(env *fn.Env) (fn.Handler[destinationPath, destinationRead], error) {
	s, replays := newStore(env), env.Queue(queue.Replays)
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
		begin(ctx, env, replays, call, d.ID)
		v, err := s.viewOf(call.Scope, d, deliver.Control{}, call.Now)
		return &destinationRead{ETag: fn.ETag(d.Version), Body: v}, err
	}, nil
}

// begin has what waited for a destination begin anew. Without the message it does so when it is due, some minutes later.
func begin(ctx context.Context, env *fn.Env, replays *queue.Queue, call *fn.Call, destinationID string) {
	parked := replayMessage{Filter: deliver.Filter{Status: deliver.Parked, Destination: destinationID}, Before: call.Now}
	if err := replays.Send(ctx, call.Scope, parked); err != nil {
		env.Log.WarnContext(ctx, "parked deliveries are left until they are due", "destination", destinationID, "error", err.Error())
	}
}
