package rules

import (
	"context"

	"guardrails/shared/fn"
	"guardrails/shared/rule"
)

type importInput struct {
	Body struct {
		Pattern object `json:"pattern" doc:"An event pattern of Amazon EventBridge." example:"{\"detail-type\": [\"analysis.completed\"], \"detail\": {\"decision\": [\"block\"]}}"`
	}
}

type imported struct {
	Body struct {
		EventTypes []string `json:"event_types" nullable:"false" doc:"For a rule's event_types."`
		Condition  string   `json:"condition" doc:"For a rule's condition."`
	}
}

// importPattern translates an event pattern into the types and the condition of a rule, and keeps nothing.
func importPattern(*fn.Env) (fn.Handler[importInput, imported], error) {
	return func(_ context.Context, _ *fn.Call, in *importInput) (*imported, error) {
		out := &imported{}
		var err error
		out.Body.EventTypes, out.Body.Condition, err = rule.ImportPattern(in.Body.Pattern.raw)
		if err != nil {
			return nil, below(err, "/pattern")
		}
		return out, nil
	}, nil
}
