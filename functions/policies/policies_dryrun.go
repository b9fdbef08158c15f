package policies

import (
	"context"

	"guardrails/shared/errs"
	"guardrails/shared/fn"
	"guardrails/shared/inspect"
)

type dryrunInput struct {
	ID   string `path:"id" example:"hipaa"`
	Body dryRun
}

type dryRun struct {
	inspect.Value
	inspect.Options
}

type dryrunOutput struct {
	Body inspect.Analysis
}

// dryrun analyzes a value by one policy, active or not, and by those that the body names beside it. Nothing is kept.
func dryrun(env *fn.Env) (fn.Handler[dryrunInput, dryrunOutput], error) {
	inspector, err := inspect.New(env)
	if err != nil {
		return nil, err
	}
	return func(ctx context.Context, call *fn.Call, in *dryrunInput) (*dryrunOutput, error) {
		if in.Body.IncludeText && !call.Can("read:findings_text") {
			return nil, errs.New(errs.Forbidden, "include_text needs the permission read:findings_text.")
		}
		options := in.Body.Options
		// Last, so that the places of the others in an error are those in the body.
		options.Policies = append(options.Policies[:len(options.Policies):len(options.Policies)], in.ID)
		a, err := inspector.Analyze(ctx, call.Scope, inspect.Request{Value: in.Body.Value, Options: options})
		if err != nil {
			return nil, err
		}
		return &dryrunOutput{*a}, nil
	}, nil
}
