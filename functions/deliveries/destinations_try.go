package deliveries

import (
	"context"
	"errors"

	"guardrails/events"
	"guardrails/shared/deliver"
	"guardrails/shared/fn"
	"guardrails/shared/id"
	"guardrails/shared/table"
)

type tried struct {
	Location string `header:"Location"`
	Body     struct {
		EventID    string `json:"event_id" doc:"The test event."`
		DeliveryID string `json:"delivery_id" doc:"Where it is seen what became of it."`
	}
}

// destinationsTry sends a test event to the destination, the way that every event goes: what it shows is what happens.
func destinationsTry(env *fn.Env) (fn.Handler[destinationPath, tried], error) {
	s := newStore(env)
	return func(ctx context.Context, call *fn.Call, in *destinationPath) (*tried, error) {
		d, err := s.visible(ctx, call.Scope, in.ID)
		if err != nil {
			return nil, err
		}
		event := events.DestinationTested(events.ChangeData{ID: d.ID, Version: d.Version, By: call.Principal.ID()})
		eventID := call.NewID(s.ids, id.Event)
		op, err := s.outbox.OpWithID(ctx, call.Scope, event, eventID)
		if err != nil {
			return nil, err
		}
		err = table.Transact(ctx, op)
		if err != nil && !(call.Repeated && errors.Is(err, table.ErrCondition)) { // the first try may have written it
			return nil, err
		}
		out := &tried{}
		out.Body.EventID, out.Body.DeliveryID = eventID, deliver.IDOf(call.Scope, eventID, "", d.ID)
		out.Location = "/api/v1/deliveries/" + out.Body.DeliveryID
		return out, nil
	}, nil
}
