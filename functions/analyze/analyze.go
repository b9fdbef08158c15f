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
	inspector, recorder, err := analyzer(env)
	if err != nil {
		return nil, err
	}
	return func(ctx context.Context, call *fn.Call, in *analyzeIn) (*analysisOut, error) {
		if in.Body.IncludeText && !call.Can("read:findings_text") {
			return nil, errTextNeedsPermission
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

var errTextNeedsPermission = errs.New(errs.Forbidden, "include_text needs the permission read:findings_text.")

// analyzer returns what analyzes, with the conversations of pseudonyms, and what records it.
func analyzer(env *fn.Env) (*inspect.Inspector, *record.Recorder, error) {
	inspector, err := inspect.New(env)
	if err != nil {
		return nil, nil, err
	}
	inspector.Converse(env)
	return inspector, record.NewRecorder(env.Queue(queue.Analyses), env.Metrics), nil
}
