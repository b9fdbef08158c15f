package events

import (
	"context"
	"errors"

	"guardrails/events"
	"guardrails/shared/errs"
	"guardrails/shared/eventtype"
	"guardrails/shared/fn"
)

type createTypeInput struct {
	Body newType
}

type newType struct {
	Name string `json:"name" maxLength:"128" doc:"Two to six segments of lower-case letters, digits and '_', each beginning with a letter. The first must not be one of the platform's families." example:"orders.order.created"`
	Definition
}

type createdType struct {
	Location string `header:"Location"`
	ETag     string `header:"ETag"`
	Body     typeView
}

// createType keeps a new event type.
func createType(env *fn.Env) (fn.Handler[createTypeInput, createdType], error) {
	s := newTypeStore(env)
	return func(ctx context.Context, call *fn.Call, in *createTypeInput) (*createdType, error) {
		if err := ownName(in.Body.Name); err != nil {
			return nil, err
		}
		def, err := in.Body.checked()
		if err != nil {
			return nil, err
		}
		now := s.clock.Now().UnixMilli()
		row := eventtype.Row{
			Name: in.Body.Name, Version: 1, Description: def.Description, Schema: string(def.Schema), CreatedAt: now, UpdatedAt: now, By: call.Principal.ID(),
		}
		done, err := s.apply(ctx, call.Scope, call.Actor(), func(state eventtype.State) (change, error) {
			there, err := s.Row(ctx, call.Scope, row.Name)
			switch {
			case err == nil && call.Repeated && there.Version == 1 && there.By == row.By && def.is(there):
				return change{row: there}, nil // made by the first request, whose answer was lost
			case err == nil:
				return change{}, errs.New(errs.Conflict, "There is an event type of that name.")
			case !errors.Is(err, errs.NotFound):
				return change{}, err
			case state.Count >= eventtype.Max:
				return change{}, errs.Newf(errs.Conflict, "A tenant has at most %d event types.", eventtype.Max)
			}
			return change{typ: events.EventTypeCreatedType, row: row, count: state.Count + 1}, nil
		})
		if err != nil {
			return nil, err
		}
		env.Settle(ctx)
		return &createdType{Location: "/api/v1/event-types/" + done.row.Name, ETag: fn.ETag(int64(done.row.Version)), Body: viewOf(done.row)}, nil
	}, nil
}

// ownName checks that a tenant may have a type of that name. The error is an errs.InvalidRequest.
func ownName(name string) error {
	switch {
	case !events.ValidType(name):
		return errs.Invalid(errs.Field{Location: "/name", Message: "has two to six segments of lower-case letters, digits and '_', each beginning with a letter, with dots between them"})
	case events.IsReserved(name):
		return errs.Invalid(errs.Field{Location: "/name", Message: "begins with a family that is the platform's"})
	}
	return nil
}
