package deliveries

import (
	"context"
	"errors"

	"guardrails/shared/deliver"
	"guardrails/shared/errs"
	"guardrails/shared/eventquery"
	"guardrails/shared/fn"
	"guardrails/shared/table"
)

const deliveriesName = "deliveries"

type deliveriesInput struct {
	fn.Page
	Status      string `query:"status" enum:"pending,delivering,delivered,parked,dead,cancelled" doc:"Only deliveries with this status."`
	Destination string `query:"destination_id" maxLength:"64" doc:"Only those to this destination."`
	Rule        string `query:"rule_id" maxLength:"64" doc:"Only those of this rule."`
	Event       string `query:"event_id" maxLength:"128" doc:"Only those of this event."`
	EventType   string `query:"event_type" maxLength:"128" doc:"Only those of events of this type."`
	Since       string `query:"since" format:"date-time" doc:"Only those of events from this time on."`
	Until       string `query:"until" format:"date-time" doc:"Only those of events up to this time."`
}

// deliveriesList shows the tenant's deliveries, those of the newest events first.
func deliveriesList(env *fn.Env) (fn.Handler[deliveriesInput, fn.List[deliveryView]], error) {
	rows, events, cursors := newRows(env), eventquery.New(env.Table(table.Events)), env.Cursors()
	return func(ctx context.Context, call *fn.Call, in *deliveriesInput) (*fn.List[deliveryView], error) {
		bound := []string{in.Status, in.Destination, in.Rule, in.Event, in.EventType, in.Since, in.Until}
		after, err := cursors.Decode(ctx, call.Scope, deliveriesName, bound, in.Cursor)
		if err != nil {
			return nil, err
		}
		f := deliver.Filter{Status: deliver.Status(in.Status), Destination: in.Destination, Rule: in.Rule, EventType: in.EventType}
		if f.Since, f.Until, err = fn.Period(in.Since, in.Until, "query.since", "query.until"); err != nil {
			return nil, err
		}
		if in.Event != "" {
			f.Event, err = events.RowID(ctx, call.Scope, in.Event)
		}
		if errors.Is(err, errs.NotFound) {
			return fn.NewList[deliveryView](nil, nil), nil
		}
		if err != nil {
			return nil, err
		}
		found, after, err := rows.List(ctx, call.Scope, f, after, in.Limit)
		if err != nil {
			return nil, err
		}
		next, err := cursors.Encode(ctx, call.Scope, deliveriesName, bound, after)
		if err != nil {
			return nil, err
		}
		out := make([]deliveryView, len(found))
		for i, r := range found {
			out[i] = deliveryOf(r)
		}
		return fn.NewList(out, next), nil
	}, nil
}
