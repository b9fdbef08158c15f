package rules

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"golang.org/x/sync/errgroup"

	"guardrails/events"
	"guardrails/shared/clock"
	"guardrails/shared/errs"
	"guardrails/shared/eventquery"
	"guardrails/shared/fn"
	"guardrails/shared/outbox"
	"guardrails/shared/rule"
	"guardrails/shared/rulestore"
	"guardrails/shared/table"
	"guardrails/shared/tenant"
)

// maxTried is how many events one dry run looks at.
const maxTried = 100

// sample is an event that a caller makes up.
type sample struct {
	ID         string `json:"id,omitempty" maxLength:"128"`
	Type       string `json:"type" minLength:"1" maxLength:"128" example:"orders.order.created"`
	Subject    string `json:"subject,omitempty" maxLength:"256"`
	Data       object `json:"data,omitempty"`
	Previous   object `json:"previous,omitempty"`
	OccurredAt string `json:"occurred_at,omitempty" format:"date-time"`
}

type dryrunInput struct {
	ID   string `path:"id"`
	Body struct {
		Events   []sample `json:"events,omitempty" maxItems:"100" doc:"Events as they might come."`
		EventIDs []string `json:"event_ids,omitempty" maxItems:"100" doc:"Events that came."`
		Since    string   `json:"since,omitempty" format:"date-time" doc:"The last 100 events from this time on; give either this, event_ids or events."`
		Until    string   `json:"until,omitempty" format:"date-time" doc:"The end of that time; now if not given."`
	}
}

type dryrunAnswer struct {
	Body struct {
		Results []result `json:"results" nullable:"false"`
	}
}

type result struct {
	EventID     string           `json:"event_id" doc:"Empty for an event that was made up without one."`
	Matched     bool             `json:"matched"`
	Explanation rule.Explanation `json:"explanation"`
	Actions     []tried          `json:"actions" nullable:"false" doc:"What would be sent."`
}

type tried struct {
	DestinationID string          `json:"destination_id"`
	Data          json.RawMessage `json:"data,omitempty" doc:"What the template yields, or the event's own data."`
	Error         string          `json:"error,omitempty" doc:"The code of what the template failed on." example:"no_such_field"`
}

// dryrun says of each event whether the rule would match it, why, and what would be sent. Nothing is sent.
func dryrun(env *fn.Env) (fn.Handler[dryrunInput, dryrunAnswer], error) {
	stored, engine, past := rulestore.New(env.Table(table.Policies)), rule.NewEngine(), eventquery.New(env.Table(table.Events))
	return func(ctx context.Context, call *fn.Call, in *dryrunInput) (*dryrunAnswer, error) {
		list, err := chosen(ctx, past, call, in)
		if err != nil {
			return nil, err
		}
		row, err := stored.Row(ctx, call.Scope, in.ID)
		if err != nil {
			return nil, err
		}
		r, err := row.Rule()
		if err != nil {
			return nil, err
		}
		out := &dryrunAnswer{}
		out.Body.Results = make([]result, len(list))
		for i, e := range list {
			if out.Body.Results[i], err = try(ctx, engine, r, e); err != nil {
				return nil, err
			}
		}
		return out, nil
	}, nil
}

// try is one event of a dry run.
func try(ctx context.Context, engine *rule.Engine, r rule.Rule, e rule.Event) (result, error) {
	why, err := engine.Explain(ctx, r.Definition, e)
	if err != nil {
		return result{}, err
	}
	out := result{EventID: e.ID, Matched: why.Matched, Explanation: why, Actions: []tried{}}
	if !why.Matched {
		return out, nil
	}
	for i, a := range r.Actions {
		t := tried{DestinationID: a.DestinationID, Data: e.Data}
		if template := r.Compiled.Template(i); template != nil {
			if t.Data, err = engine.Render(ctx, template, e); err != nil {
				t.Error = string(rule.CodeOf(err))
			}
		}
		out.Actions = append(out.Actions, t)
	}
	return out, nil
}

// chosen are the events that a caller gave, named, or gave the time of.
func chosen(ctx context.Context, past *eventquery.Events, call *fn.Call, in *dryrunInput) ([]rule.Event, error) {
	b := in.Body
	ways := 0
	for _, given := range []bool{len(b.Events) > 0, len(b.EventIDs) > 0, b.Since != "" || b.Until != ""} {
		if given {
			ways++
		}
	}
	if ways != 1 {
		return nil, errs.Invalid(errs.Field{Location: "/events", Message: "expected exactly one of events, event_ids and since"})
	}
	switch {
	case len(b.Events) > 0:
		return made(b.Events, call.Scope, call.Now), nil
	case len(b.EventIDs) > 0:
		return named(ctx, past, call.Scope, b.EventIDs)
	}
	since, until, err := fn.Period(b.Since, b.Until, "/since", "/until")
	if err != nil {
		return nil, err
	}
	rows, err := past.Between(ctx, call.Scope, since, until, maxTried)
	return eventsOf(rows), err
}

func eventsOf(rows []outbox.Row) []rule.Event {
	out := make([]rule.Event, len(rows))
	for i, r := range rows {
		out[i] = rulestore.EventOf(r)
	}
	return out
}

// made are events that a caller made up.
func made(list []sample, sc tenant.Scope, now time.Time) []rule.Event {
	out := make([]rule.Event, len(list))
	for i, s := range list {
		e := rule.Event{ID: s.ID, Type: s.Type, Subject: s.Subject, Time: s.OccurredAt, Version: 1, Data: s.Data.raw, Previous: s.Previous.raw}
		if e.Time == "" {
			e.Time = clock.Format(now)
		}
		if e.Source = "/tenants/" + sc.TenantID(); events.IsReserved(e.Type) {
			e.Source = events.Source
		}
		if e.Data == nil {
			e.Data = json.RawMessage("{}")
		}
		out[i] = e
	}
	return out
}

// object is a JSON object as it came: through a map, large numbers would lose digits that events keep.
type object struct{ raw json.RawMessage }

// UnmarshalJSON keeps the bytes; null is nothing.
func (o *object) UnmarshalJSON(b []byte) error {
	if o.raw = nil; string(b) != "null" {
		o.raw = bytes.Clone(b)
	}
	return nil
}

// MarshalJSON returns the bytes.
func (o object) MarshalJSON() ([]byte, error) { return o.raw.MarshalJSON() }

// Schema says that it is an object of any fields.
func (object) Schema(huma.Registry) *huma.Schema {
	return &huma.Schema{Type: huma.TypeObject, AdditionalProperties: &huma.Schema{}}
}

// named are events that came.
func named(ctx context.Context, past *eventquery.Events, s tenant.Scope, ids []string) ([]rule.Event, error) {
	rows := make([]outbox.Row, len(ids))
	g, ctx := errgroup.WithContext(ctx)
	g.SetLimit(lookups)
	for i, eventID := range ids {
		g.Go(func() error {
			row, err := past.Get(ctx, s, eventID)
			if errors.Is(err, errs.NotFound) {
				return errs.Invalid(errs.Field{Location: fmt.Sprintf("/event_ids/%d", i), Message: "names no event"})
			}
			rows[i] = row
			return err
		})
	}
	err := g.Wait()
	return eventsOf(rows), err
}
