package rule

import (
	"context"
	"sync"
	"time"

	"cel.dev/cel-go/cel"
	"cel.dev/cel-go/common/ast"
	"cel.dev/cel-go/common/types"
	"cel.dev/cel-go/common/types/ref"
	"google.golang.org/genproto/googleapis/api/expr/v1alpha1"
	"google.golang.org/protobuf/proto"
)

// program is a checked AST in its stored form and, once it has been run, what runs it.
type program struct {
	raw []byte
	// bounded programs cost less than the limit whatever the event, and are not metered; loops are interrupted.
	bounded, loops bool

	once sync.Once
	run  cel.Program
	err  error
}

// newProgram stores e, a part of a.
func newProgram(a *ast.AST, e ast.Expr, p price) (*program, error) {
	typeMap, refMap := map[int64]*types.Type{}, map[int64]*ast.ReferenceInfo{}
	ast.PreOrderVisit(e, ast.NewExprVisitor(func(x ast.Expr) {
		if t, ok := a.TypeMap()[x.ID()]; ok {
			typeMap[x.ID()] = t
		}
		if r, ok := a.ReferenceMap()[x.ID()]; ok {
			refMap[x.ID()] = r
		}
	}))
	checked, err := ast.ToProto(ast.NewCheckedAST(ast.NewAST(e, ast.NewSourceInfo(nil)), typeMap, refMap))
	if err != nil {
		return nil, err
	}
	raw, err := proto.MarshalOptions{Deterministic: true}.Marshal(checked)
	return &program{raw: raw, bounded: p.bounded, loops: p.loops}, err
}

func (p *program) plan(e *Engine) (cel.Program, error) {
	p.once.Do(func() { p.run, p.err = e.plan(p) })
	return p.run, p.err
}

func (e *Engine) plan(p *program) (cel.Program, error) {
	env, err := e.environment()
	if err != nil {
		return nil, err
	}
	var checked expr.CheckedExpr
	if err := proto.Unmarshal(p.raw, &checked); err != nil {
		return nil, err
	}
	a, err := ast.ToAST(&checked)
	if err != nil {
		return nil, err
	}
	if ast.ExceedsDepth(a, 2*maxDepth) {
		return nil, failed(EvaluationFailed)
	}
	return env.PlanProgram(a, limits(p)...)
}

// limits are the options of a program. Metering costs more than most conditions do, so it is left out where the source
// alone bounds the cost.
func limits(p *program) []cel.ProgramOption {
	opts := []cel.ProgramOption{cel.EvalOptions(cel.OptOptimize), cel.OptimizeRegex(regexOnce()), cel.CustomDecoratorV2(guardComparisons)}
	if !p.bounded {
		opts = append(opts, cel.CostTracking(pricing{}), cel.CostLimit(CostLimit))
	}
	if p.loops {
		opts = append(opts, cel.InterruptCheckFrequency(64))
	}
	return opts
}

// eval runs the program. Its error has a code.
func (p *program) eval(ctx context.Context, e *Engine, in *input) (ref.Val, error) {
	run, err := p.plan(e)
	if err != nil {
		return nil, &Error{EvaluationFailed}
	}
	var out ref.Val
	if p.loops {
		limited, stop := context.WithTimeout(ctx, e.timeout)
		defer stop()
		out, _, err = run.ContextEval(limited, in)
	} else {
		out, _, err = run.Eval(in)
	}
	if err != nil {
		return nil, &Error{codeOf(err)}
	}
	return out, nil
}

// input is one event as CEL reads it. Its JSON is decoded when it is first asked for.
type input struct {
	ev             *Event
	data, previous any
	labels, time   any
}

// Parent makes it an Activation.
func (*input) Parent() cel.Activation { return nil }

// ResolveName gives CEL a variable.
func (in *input) ResolveName(name string) (any, bool) {
	switch name {
	case varData, hiddenData:
		return document(&in.data, in.ev.Data), true
	case varPrevious, hiddenPrevious:
		return document(&in.previous, in.ev.Previous), true
	case varLabels:
		return document(&in.labels, in.ev.Labels), true
	case varType:
		return in.ev.Type, true
	case varID:
		return in.ev.ID, true
	case varSubject:
		return in.ev.Subject, true
	case varSource:
		return in.ev.Source, true
	case varTime:
		if in.time == nil {
			in.time = instant(in.ev.Time)
		}
		return in.time, true
	}
	return nil, false
}

func instant(s string) any {
	t, err := time.Parse(time.RFC3339Nano, s)
	if err != nil {
		return failed(EvaluationFailed)
	}
	return types.Timestamp{Time: t}
}

func document(kept *any, doc []byte) any {
	if *kept == nil {
		*kept = read(doc)
	}
	return *kept
}

func read(doc []byte) any {
	if len(doc) == 0 {
		return types.NullValue
	}
	r, ok := parse(doc)
	if !ok {
		return failed(EvaluationFailed)
	}
	if v := decode(r); v != nil {
		return v
	}
	return types.NullValue
}
