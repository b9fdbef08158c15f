package legacy

import (
	"context"

	"guardrails/shared/fn"
)

type healthAnswer struct {
	Body struct {
		Status  string `json:"status" enum:"healthy"`
		Version string `json:"version" doc:"The release."`
	}
}

func bindHealth() fn.Binding {
	return fn.Route(func(env *fn.Env) (fn.Handler[struct{}, healthAnswer], error) {
		return func(context.Context, *fn.Call, *struct{}) (*healthAnswer, error) {
			var out healthAnswer
			out.Body.Status, out.Body.Version = "healthy", env.Config.Version
			return &out, nil
		}, nil
	})
}
