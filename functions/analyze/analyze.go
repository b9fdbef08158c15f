package analyze

import (
	"context"

	"guardrails/shared/errs"
	"guardrails/shared/fn"
	"guardrails/shared/inspect"
	"guardrails/shared/queue"
	"guardrails/shared/record"
)

type analyzeIn struct {
	Body struct {
		inspect.Value
		inspect.Options
	}
}

// newAnalyze answers what a value holds, how risky it is and what to do, and records that it did.
func newAnalyze(env *fn.Env) (fn.Handler[analyzeIn, analysisOut], error) {
	inspector, err := inspect.New(env)
	if err != nil {
		return nil, err
	}
	inspector.Converse(env)
	recorder := record.NewRecorder(env.Queue(queue.Analyses), env.Metrics)
	return func(ctx context.Context, call *fn.Call, in *analyzeIn) (*analysisOut, error) {
		if in.Body.IncludeText && !call.Can("read:findings_text") {
			return nil, errs.New(errs.Forbidden, "include_text needs the permission read:findings_text.")
		}
		a, err := inspector.Analyze(ctx, call.Scope, inspect.Request{Value: in.Body.Value, Options: in.Body.Options})
		if err != nil {
			return nil, err
		}
		if err := recorder.Send(ctx, call.Scope, a, call.Principal.Regulated()); err != nil {
			return nil, err
		}
		return &analysisOut{*a}, nil
	}, nil
}
