package rules

import (
	"context"
	"encoding/json"
	"errors"

	"guardrails/events"
	"guardrails/shared/errs"
	"guardrails/shared/eventquery"
	"guardrails/shared/fn"
	"guardrails/shared/outbox"
	"guardrails/shared/rule"
	"guardrails/shared/rulestore"
	"guardrails/shared/table"
)

type previewInput struct {
	Body struct {
		Template  string  `json:"template" minLength:"1" maxLength:"4096" doc:"A CEL map over event." example:"{\"text\": \"blocked: \" + event.subject}"`
		Event     *sample `json:"event,omitempty" doc:"An event as it might come; give this, event_id or event_type."`
		EventID   string  `json:"event_id,omitempty" maxLength:"128" doc:"An event that came."`
		EventType string  `json:"event_type,omitempty" maxLength:"128" doc:"One of the platform's types, whose example is taken."`
	}
}

type previewed struct {
	Body struct {
		Data json.RawMessage `json:"data" doc:"What would be sent."`
	}
}

// preview shows what a template makes of an event.
func preview(env *fn.Env) (fn.Handler[previewInput, previewed], error) {
	engine, past := rule.NewEngine(), eventquery.New(env.Table(table.Events))
	return func(ctx context.Context, call *fn.Call, in *previewInput) (*previewed, error) {
		t, err := engine.Template(in.Body.Template, "/template")
		if err != nil {
			return nil, err
		}
		e, err := example(ctx, past, call, in)
		if err != nil {
			return nil, err
		}
		out := &previewed{}
		if out.Body.Data, err = engine.Render(ctx, t, e); err != nil {
			return nil, errs.Invalid(errs.Field{Location: "/template", Message: "fails on this event: " + string(rule.CodeOf(err))})
		}
		return out, nil
	}, nil
}

// example is the event of a preview.
func example(ctx context.Context, past *eventquery.Events, call *fn.Call, in *previewInput) (rule.Event, error) {
	switch b := in.Body; {
	case b.Event != nil && b.EventID == "" && b.EventType == "":
		return made([]sample{*b.Event}, call.Scope, call.Now)[0], nil
	case b.EventID != "" && b.Event == nil && b.EventType == "":
		row, err := past.Get(ctx, call.Scope, b.EventID)
		if errors.Is(err, errs.NotFound) {
			return rule.Event{}, errs.Invalid(errs.Field{Location: "/event_id", Message: "names no event"})
		}
		return rulestore.EventOf(row), err
	case b.EventType != "" && b.Event == nil && b.EventID == "":
		return sampleOf(b.EventType)
	}
	return rule.Event{}, errs.Invalid(errs.Field{Location: "/event", Message: "expected exactly one of event, event_id and event_type"})
}

// sampleOf is the example of one of the platform's types.
func sampleOf(name string) (rule.Event, error) {
	t, ok := events.Lookup(name)
	if !ok {
		return rule.Event{}, errs.Invalid(errs.Field{Location: "/event_type", Message: "names no type of the platform"})
	}
	var env events.Envelope
	if err := json.Unmarshal(t.Example, &env); err != nil {
		return rule.Event{}, err
	}
	return rulestore.EventOf(outbox.Row{
		ID: env.ID, Source: env.Source, Type: env.Type, Version: env.DataVersion, Subject: env.Subject, Time: env.Time, Data: string(env.Data), Previous: string(env.Previous),
	}), nil
}

// below moves the places of faults below a location of the request.
func below(err error, location string) error {
	var e *errs.Error
	if !errors.As(err, &e) {
		return err
	}
	out := make([]errs.Field, len(e.Fields))
	for i, f := range e.Fields {
		out[i] = errs.Field{Location: location + f.Location, Message: f.Message}
	}
	return errs.Invalid(out...)
}
