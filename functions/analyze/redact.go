package analyze

import (
	"context"
	"encoding/json"

	"guardrails/shared/fn"
	"guardrails/shared/inspect"
	"guardrails/shared/redact"
)

type redactOut struct {
	Body struct {
		Redacted json.RawMessage `json:"redacted" doc:"The value given with the findings replaced."`
		Items    []redact.Item   `json:"items" nullable:"false" doc:"What was replaced, with offsets in the value given."`
	}
}

// newRedact answers the value with its findings replaced, whatever the decision would be.
func newRedact(env *fn.Env) (fn.Handler[analyzeIn, redactOut], error) {
	inspector, err := inspect.New(env)
	if err != nil {
		return nil, err
	}
	inspector.Converse(env)
	return func(ctx context.Context, call *fn.Call, in *analyzeIn) (*redactOut, error) {
		in.Body.IncludeText, in.Body.Mode = false, inspect.ModeEnforce
		a, err := inspector.Redact(ctx, call.Scope, inspect.Request{Value: in.Body.Value, Options: in.Body.Options})
		if err != nil {
			return nil, err
		}
		var out redactOut
		out.Body.Redacted, out.Body.Items = a.Redacted, a.Items
		return &out, nil
	}, nil
}
