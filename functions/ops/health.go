package ops

import (
	"context"

	"guardrails/shared/fn"
)

type healthOut struct {
	Body struct {
		Status  string `json:"status" enum:"healthy"`
		Version string `json:"version" example:"3.0.0"`
	}
}

// newHealth says that the API is up; it asks no store, so that a slow store does not take instances down.
func newHealth(env *fn.Env) (fn.Handler[struct{}, healthOut], error) {
	return func(context.Context, *fn.Call, *struct{}) (*healthOut, error) {
		var out healthOut
		out.Body.Status, out.Body.Version = "healthy", env.Config.Version
		return &out, nil
	}, nil
}
