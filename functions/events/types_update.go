package events

import (
	"bytes"
	"context"

	"guardrails/events"
	"guardrails/shared/errs"
	"guardrails/shared/eventtype"
	"guardrails/shared/fn"
)

type updateTypeInput struct {
	Name    string `path:"name"`
	IfMatch string `header:"If-Match" doc:"The ETag of the version to replace."`
	Body    struct {
		Name string `json:"name,omitempty" maxLength:"128" doc:"If given, the type's own: a type cannot be renamed."`
		Definition
	}
}

// updateType replaces an event type by its next version; the same definition again makes none.
func updateType(env *fn.Env) (fn.Handler[updateTypeInput, typeAnswer], error) {
	s := newTypeStore(env)
	return func(ctx context.Context, call *fn.Call, in *updateTypeInput) (*typeAnswer, error) {
		if in.Body.Name != "" && in.Body.Name != in.Name {
			return nil, errs.Invalid(errs.Field{Location: "/name", Message: "cannot be changed"})
		}
		def, err := in.Body.checked()
		if err != nil {
			return nil, err
		}
		done, err := s.apply(ctx, call.Scope, call.Actor(), func(state eventtype.State) (change, error) {
			row, err := s.Row(ctx, call.Scope, in.Name)
			if err != nil {
				return change{}, err
			}
			if err := call.Match(in.IfMatch, int64(row.Version)); err != nil {
				return change{}, err
			}
			if def.is(row) {
				return change{row: row}, nil
			}
			c := change{typ: events.EventTypeUpdatedType, count: state.Count}
			if def.Description != row.Description {
				c.fields = append(c.fields, "description")
			}
			if !bytes.Equal(def.Schema, row.RawSchema()) {
				c.fields = append(c.fields, "schema")
			}
			row.Version, row.Description, row.Schema = row.Version+1, def.Description, string(def.Schema)
			row.UpdatedAt, row.By = s.clock.Now().UnixMilli(), call.Principal.ID()
			c.row = row
			return c, nil
		})
		if err != nil {
			return nil, err
		}
		if done.typ != "" {
			env.Settle(ctx)
		}
		return answerOf(viewOf(done.row)), nil
	}, nil
}
