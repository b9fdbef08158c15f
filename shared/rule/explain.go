package rule

import (
	"context"
	"slices"

	"cel.dev/cel-go/cel"
	"cel.dev/cel-go/common/ast"
	"cel.dev/cel-go/common/types"

	"guardrails/shared/errs"
)

// Explanation says why a rule does or does not hit an event.
type Explanation struct {
	Matched bool `json:"matched" doc:"Whether the rule hits the event."`
	Type    bool `json:"event_type" doc:"Whether the rule watches events of this type."`
	// Code is set if the condition could not be decided.
	Code  Code   `json:"code,omitempty" doc:"Why the condition could not be decided, which is no match."`
	Parts []Part `json:"parts" doc:"The parts of the condition that && joins, in order."`
}

// Part is one part of a condition.
type Part struct {
	Expression string `json:"expression" doc:"The part as the engine reads it."`
	Result     string `json:"result" enum:"true,false,error" doc:"What it came to."`
	Code       Code   `json:"code,omitempty" doc:"Why it failed, if it did."`
}

// Explain evaluates every part of a definition's condition on its own by CEL, without the index. It is for dry runs: it
// compiles the condition and does not stop at the first part that is false. The error is errs.InvalidRequest for a
// condition that does not compile.
func (e *Engine) Explain(ctx context.Context, d Definition, ev Event) (Explanation, error) {
	out := Explanation{Type: slices.ContainsFunc(d.EventTypes, func(p string) bool { return covers(p, ev.Type) }), Parts: []Part{}}
	out.Matched = out.Type
	if d.Condition == "" {
		return out, nil
	}
	a, p, problems := e.compile(d.Condition, nil, "", cel.BoolType)
	if len(problems) > 0 {
		return Explanation{}, errs.Invalid(errs.Field{Location: "/condition", Message: problems[0]})
	}
	in, no := &input{ev: &ev}, false
	for _, x := range conjuncts(a.Expr(), nil) {
		part := e.part(ctx, a, x, p, in)
		no = no || part.Result == "false"
		if part.Code != "" && out.Code == "" {
			out.Code = part.Code
		}
		out.Parts = append(out.Parts, part)
	}
	if no {
		// One part is false, so the condition is, whatever the others failed on.
		out.Code = ""
	}
	out.Matched = out.Type && !no && out.Code == ""
	return out, nil
}

func (e *Engine) part(ctx context.Context, a *ast.AST, x ast.Expr, p price, in *input) Part {
	var out Part
	if s, err := cel.ExprToString(x, a.SourceInfo()); err == nil {
		out.Expression = s
	}
	run, err := newProgram(a, x, p)
	if err != nil {
		return Part{Expression: out.Expression, Result: "error", Code: EvaluationFailed}
	}
	v, err := run.eval(ctx, e, in)
	switch b, ok := v.(types.Bool); {
	case err != nil:
		out.Result, out.Code = "error", CodeOf(err)
	case !ok:
		out.Result, out.Code = "error", TypeMismatch
	case bool(b):
		out.Result = "true"
	default:
		out.Result = "false"
	}
	return out
}
