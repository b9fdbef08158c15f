package rules

import (
	"context"

	"guardrails/shared/fn"
)

type validated struct {
	Body struct {
		Valid   bool   `json:"valid" doc:"True: what is not valid is answered as 422 with the faults."`
		Indexed bool   `json:"indexed" doc:"Whether some equality keeps it from being tried with every event of its types."`
		Cost    uint64 `json:"cost" doc:"The most that the condition may cost, in CEL's units; at most 10,000."`
	}
}

// validate checks a rule as its creation would, and keeps nothing.
func validate(env *fn.Env) (fn.Handler[createInput, validated], error) {
	c := newChecker(env)
	return func(ctx context.Context, call *fn.Call, in *createInput) (*validated, error) {
		compiled, err := c.check(ctx, call.Scope, in.Body)
		if err != nil {
			return nil, err
		}
		if _, err := encoded(in.Body, compiled); err != nil {
			return nil, err
		}
		out := &validated{}
		out.Body.Valid, out.Body.Indexed, out.Body.Cost = true, compiled.Indexed(), compiled.Cost()
		return out, nil
	}, nil
}
