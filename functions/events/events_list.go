package events

import (
	"context"

	"github.com/aws/aws-sdk-go-v2/feature/dynamodb/expression"

	"guardrails/shared/eventquery"
	"guardrails/shared/fn"
	"guardrails/shared/outbox"
	"guardrails/shared/table"
)

type eventsInput struct {
	fn.Page
	Type    string `query:"type" maxLength:"128" doc:"Only events of this type."`
	Subject string `query:"subject" maxLength:"256" doc:"Only events of this subject."`
	Since   string `query:"since" format:"date-time" doc:"Only events that were accepted from this time on."`
	Until   string `query:"until" format:"date-time" doc:"Only events that were accepted up to this time."`
}

// listEvents shows the tenant's events, the platform's and its own, newest first.
func listEvents(env *fn.Env) (fn.Handler[eventsInput, fn.List[EventView]], error) {
	events, cursors := env.Table(table.Events), env.Cursors()
	return func(ctx context.Context, call *fn.Call, in *eventsInput) (*fn.List[EventView], error) {
		bound := []string{in.Type, in.Subject, in.Since, in.Until}
		after, err := cursors.Decode(ctx, call.Scope, "events", bound, in.Cursor)
		if err != nil {
			return nil, err
		}
		q := table.Page{Part: table.PartEvents, After: after, Limit: in.Limit, Filter: equal(map[string]string{"type": in.Type, "subject": in.Subject})}
		if q.From, q.Until, err = span(in.Since, in.Until); err != nil {
			return nil, err
		}
		var rows []outbox.Row
		if after, err = events.Query(ctx, call.Scope, q, &rows); err != nil {
			return nil, err
		}
		next, err := cursors.Encode(ctx, call.Scope, "events", bound, after)
		if err != nil {
			return nil, err
		}
		out := make([]EventView, len(rows))
		for i, r := range rows {
			out[i] = eventOf(r)
		}
		return fn.NewList(out, next), nil
	}, nil
}

// equal holds for items whose fields have the values; an empty one does not matter.
func equal(fields map[string]string) expression.ConditionBuilder {
	var out expression.ConditionBuilder
	for field, want := range fields {
		if want == "" {
			continue
		}
		c := expression.Name(field).Equal(expression.Value(want))
		if out.IsSet() {
			c = out.And(c)
		}
		out = c
	}
	return out
}

// span reads the bounds of a list.
func span(since, until string) (from, to string, err error) {
	if since == "" && until == "" {
		return "", "", nil
	}
	begin, end, err := fn.Period(since, until, "query.since", "query.until")
	if err != nil {
		return "", "", err
	}
	from, to = eventquery.Span(begin, end)
	return from, to, nil
}
