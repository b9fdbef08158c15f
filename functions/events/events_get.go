package events

import (
	"context"

	"guardrails/shared/deliver"
	"guardrails/shared/eventquery"
	"guardrails/shared/fn"
	"guardrails/shared/table"
)

type eventPath struct {
	ID string `path:"id" maxLength:"128" example:"evt_01jd3zk8q4x5v6w7y8z9a0b1c2"`
}

type eventAnswer struct {
	Body eventWhole
}

type eventWhole struct {
	EventView
	Deliveries []deliveryRef `json:"deliveries" nullable:"false" doc:"What it set off, at most 100."`
}

type deliveryRef struct {
	ID            string `json:"id" example:"dlv_01jd3zk8q4x5v6w7y8z9a0b1c2"`
	RuleID        string `json:"rule_id,omitempty"`
	DestinationID string `json:"destination_id"`
	Status        string `json:"status" enum:"pending,delivering,delivered,parked,dead,cancelled"`
	AttemptCount  int    `json:"attempt_count" minimum:"0"`
	Reason        string `json:"reason,omitempty"`
}

const maxShown = 100

// getEvent shows an event and what became of it.
func getEvent(env *fn.Env) (fn.Handler[eventPath, eventAnswer], error) {
	events, rows := eventquery.New(env.Table(table.Events)), deliver.NewRows(env.Table(table.Deliveries), env.IDs, env.Clock)
	return func(ctx context.Context, call *fn.Call, in *eventPath) (*eventAnswer, error) {
		row, err := events.Get(ctx, call.Scope, in.ID)
		if err != nil {
			return nil, err
		}
		found, _, err := rows.List(ctx, call.Scope, deliver.Filter{Event: row.ID}, "", maxShown)
		if err != nil {
			return nil, err
		}
		out := &eventAnswer{eventWhole{EventView: eventOf(row), Deliveries: []deliveryRef{}}}
		for _, d := range found {
			out.Body.Deliveries = append(out.Body.Deliveries, deliveryRef{
				ID: d.ID, RuleID: d.Rule, DestinationID: d.Destination, Status: string(d.Status), AttemptCount: d.Made(), Reason: d.Reason,
			})
		}
		return out, nil
	}, nil
}
