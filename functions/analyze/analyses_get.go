package analyze

import (
	"context"

	"guardrails/shared/fn"
	"guardrails/shared/inspect"
	"guardrails/shared/table"
)

type getIn struct {
	ID string `path:"id" doc:"The analysis' id." example:"anl_01jd3k5v8q2w4x6y8z0a1b2c3d"`
}

type analysisOut struct {
	Body inspect.Analysis
}

// newGet answers the record of one analysis, without texts.
func newGet(env *fn.Env) (fn.Handler[getIn, analysisOut], error) {
	store := &analyses{env.Table(table.Jobs), env.Clock}
	return func(ctx context.Context, call *fn.Call, in *getIn) (*analysisOut, error) {
		a, err := store.get(ctx, call.Scope, in.ID)
		if err != nil {
			return nil, err
		}
		return &analysisOut{a}, nil
	}, nil
}
