package ops

import (
	"context"
	"errors"
	"time"

	"guardrails/shared/errs"
	"guardrails/shared/fn"
	"guardrails/shared/table"
)

type readyOut struct {
	Body struct {
		Status string `json:"status" enum:"ready"`
	}
}

// newReady asks the directory for a row that is never there: an answer, even "none", means that the store is up.
func newReady(env *fn.Env) (fn.Handler[struct{}, readyOut], error) {
	directory := env.Directory()
	return func(ctx context.Context, _ *fn.Call, _ *struct{}) (*readyOut, error) {
		ctx, cancel := context.WithTimeout(ctx, 2*time.Second)
		defer cancel()
		_, err := directory.Get(ctx, table.SlugEntry("readiness-probe"))
		if err != nil && !errors.Is(err, errs.NotFound) {
			return nil, errs.Wrap(errs.Overloaded, "The stores do not answer now.", err).WithRetryAfter(2 * time.Second)
		}
		var out readyOut
		out.Body.Status = "ready"
		return &out, nil
	}, nil
}
