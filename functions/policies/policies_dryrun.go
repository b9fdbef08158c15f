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
	Body struct {
		inspect.Analysis
		Warnings []warning `json:"warnings,omitempty" doc:"What is worth a second look in the policies."`
	}
}

// warning is a doubt about a policy that works.
type warning struct {
	Code    string `json:"code" enum:"no_literal" doc:"no_literal: an expression has no letters that every match of it holds, so it runs over whole texts, and the budget of a long text may end before it does."`
	Pattern string `json:"pattern" doc:"The pattern, or the type of a rule's own findings." example:"ODD_NUMBER"`
}

func warningsOf(a *inspect.Analysis) []warning {
	var out []warning
	for _, name := range a.NoLiteral {
		out = append(out, warning{Code: "no_literal", Pattern: name})
	}
	return out
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
		var out dryrunOutput
		out.Body.Analysis, out.Body.Warnings = *a, warningsOf(a)
		return &out, nil
	}, nil
}
