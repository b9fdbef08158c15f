package rule

import (
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"

	"cel.dev/cel-go/cel"
	"cel.dev/cel-go/common/ast"
	"cel.dev/cel-go/common/operators"
	"cel.dev/cel-go/common/types"

	"guardrails/shared/errs"
)

// Check validates a definition as a whole and compiles its condition and templates. Errors have the code
// errs.InvalidRequest and name fields by JSON pointer; their messages give line and column and echo no literal.
func (e *Engine) Check(d Definition, schemas Schemas) (Compiled, error) {
	faults := d.validate()
	patterns := disjoint(d.EventTypes)
	known := schemas.of(patterns)
	label := "these event types"
	if len(patterns) == 1 {
		label = "this event type"
	}
	out := Compiled{types: patterns, templates: make([]*Template, len(d.Actions))}
	if d.Condition != "" {
		a, price, problems := e.compile(d.Condition, known, label, cel.BoolType)
		for _, p := range problems {
			faults = append(faults, errs.Field{Location: "/condition", Message: p})
		}
		if a != nil {
			if err := out.split(a, price); err != nil {
				return Compiled{}, err
			}
			if out.types = narrow(patterns, out.tests); len(out.types) == 0 && len(patterns) > 0 {
				faults = append(faults, errs.Field{Location: "/condition", Message: "the condition holds for none of the rule's event types"})
			}
		}
	}
	for i, action := range d.Actions[:min(len(d.Actions), MaxActions)] {
		if action.Template == "" {
			continue
		}
		t, problems := e.template(action.Template, known, label)
		for _, p := range problems {
			faults = append(faults, errs.Field{Location: fmt.Sprintf("/actions/%d/template", i), Message: p})
		}
		out.templates[i] = t
	}
	if len(faults) > 0 {
		return Compiled{}, errs.Invalid(faults...)
	}
	return out, nil
}

// Template compiles one template on its own, for previews. Errors are those of Check, at location.
func (e *Engine) Template(source, location string) (*Template, error) {
	t, problems := e.template(source, nil, "")
	if len(problems) == 0 {
		return t, nil
	}
	var faults []errs.Field
	for _, p := range problems {
		faults = append(faults, errs.Field{Location: location, Message: p})
	}
	return nil, errs.Invalid(faults...)
}

func (e *Engine) template(source string, known shapes, label string) (*Template, []string) {
	a, price, problems := e.compile(source, known, label, nil)
	if a == nil {
		return nil, problems
	}
	p, err := newProgram(a, a.Expr(), price)
	if err != nil {
		return nil, []string{"the template cannot be stored"}
	}
	return &Template{p}, nil
}

// compile parses, checks and prices a source. want is the type of its result; nil stands for a map. It returns either an
// AST or what is wrong, as sentences fit for the caller.
func (e *Engine) compile(source string, known shapes, label string, want *cel.Type) (*ast.AST, price, []string) {
	if len(source) > MaxSource {
		return nil, price{}, []string{fmt.Sprintf("expected at most %d bytes", MaxSource)}
	}
	if !utf8.ValidString(source) {
		return nil, price{}, []string{"expected UTF-8"}
	}
	env, err := e.environment()
	if err != nil {
		return nil, price{}, []string{"the language is not available"}
	}
	parsed, issues := env.Parse(source)
	if issues.Err() != nil {
		return nil, price{}, sentences(issues)
	}
	if ast.ExceedsDepth(parsed.NativeRep(), maxDepth) {
		return nil, price{}, []string{fmt.Sprintf("expected at most %d levels of nesting", maxDepth)}
	}
	instants(parsed.NativeRep())
	checked, issues := env.Check(parsed)
	if issues.Err() != nil {
		return nil, price{}, sentences(issues)
	}
	if problem := wrongResult(checked.OutputType(), want); problem != "" {
		return nil, price{}, []string{problem}
	}
	a := checked.NativeRep()
	var problems []string
	c := typeChecker{data: known, label: label, report: func(id int64, message string) {
		problems = append(problems, at(a.SourceInfo(), id)+message)
	}}
	c.check(a.Expr())
	if len(problems) > 0 {
		return nil, price{}, slices.Compact(problems)
	}
	estimate, err := env.EstimateCost(checked, typical{typicalList, typicalText})
	if err != nil || estimate.Max > maxEstimate {
		return nil, price{}, []string{"the expression may cost too much; use fewer loops within loops"}
	}
	worst, err := env.EstimateCost(checked, typical{MaxEvent, MaxEvent})
	if err != nil {
		return nil, price{}, []string{"the expression may cost too much; use fewer loops within loops"}
	}
	return a, price{typical: estimate.Max, bounded: worst.Max <= CostLimit && !loops(a), loops: loops(a)}, nil
}

// price is what an expression costs: with an event of typical size, and whether it stays below the limit with any.
type price struct {
	typical        uint64
	bounded, loops bool
}

func wrongResult(is, want *cel.Type) string {
	switch {
	case want != nil && !is.IsExactType(want) && is.Kind() != types.DynKind:
		return "expected an expression of type " + want.String()
	case want == nil && is.Kind() != types.MapKind && is.Kind() != types.DynKind:
		return "expected a map"
	}
	return ""
}

// sentences turns CEL's issues into messages. CEL quotes the source in some of them, so only what it says of types is
// taken over.
func sentences(issues *cel.Issues) []string {
	var out []string
	for _, i := range issues.Errors() {
		text := "the expression is not valid"
		switch m := i.Message; {
		case strings.HasPrefix(m, "expected the "), strings.HasPrefix(m, "the regular expression"), strings.HasPrefix(m, "not a regular expression"):
			text = m
		case strings.HasPrefix(m, "Syntax error"):
			text = "syntax error"
		case strings.HasPrefix(m, "undeclared reference"):
			text = "unknown name; an event has id, type, source, subject, time, data, previous and labels"
		case strings.HasPrefix(m, "found no matching overload"):
			text = "the operator or function does not exist for these types"
			if _, given, ok := strings.Cut(m, "applied to '"); ok && len(given) < 200 {
				text = "the operator or function does not take " + strings.TrimSuffix(given, "'")
			}
		case strings.Contains(m, "timestamp"):
			text = "expected a time (RFC 3339)"
		case strings.Contains(m, "duration"):
			text = "expected a duration"
		case strings.Contains(m, "recursion"), strings.Contains(m, "depth"), strings.Contains(m, "nesting"):
			text = fmt.Sprintf("expected at most %d levels of nesting", maxDepth)
		}
		if i.Location != nil && i.Location.Line() > 0 {
			text = fmt.Sprintf("line %d, column %d: %s", i.Location.Line(), i.Location.Column()+1, text)
		}
		if out = append(out, text); len(out) == 5 {
			break
		}
	}
	return slices.Compact(out)
}

func at(info *ast.SourceInfo, id int64) string {
	if loc := info.GetStartLocation(id); loc.Line() > 0 {
		return fmt.Sprintf("line %d, column %d: ", loc.Line(), loc.Column()+1)
	}
	return ""
}

// instants makes timestamps of the string literals that event.time is compared with, so that a time can be written as
// one writes it and equal instants are equal.
func instants(a *ast.AST) {
	fac := ast.NewExprFactory()
	next := ast.MaxID(a)
	wrap := func(side, other ast.Expr) {
		text, ok := literalString(side)
		if !ok || !isTime(other) {
			return
		}
		next++
		inner := fac.NewLiteral(next, types.String(text))
		if r, ok := a.SourceInfo().GetOffsetRange(side.ID()); ok {
			a.SourceInfo().SetOffsetRange(next, r)
		}
		side.SetKindCase(fac.NewCall(side.ID(), "timestamp", inner))
	}
	ast.PostOrderVisit(a.Expr(), ast.NewExprVisitor(func(e ast.Expr) {
		if e.Kind() != ast.CallKind || len(e.AsCall().Args()) != 2 {
			return
		}
		switch e.AsCall().FunctionName() {
		case operators.Equals, operators.NotEquals, operators.Less, operators.LessEquals, operators.Greater, operators.GreaterEquals:
			args := e.AsCall().Args()
			wrap(args[0], args[1])
			wrap(args[1], args[0])
		}
	}))
}

// isTime reports whether e reads event.time, before names are resolved.
func isTime(e ast.Expr) bool {
	if e.Kind() != ast.SelectKind || e.AsSelect().FieldName() != "time" {
		return false
	}
	of := e.AsSelect().Operand()
	return of.Kind() == ast.IdentKind && of.AsIdent() == "event"
}

func loops(a *ast.AST) bool {
	found := false
	ast.PreOrderVisit(a.Expr(), ast.NewExprVisitor(func(e ast.Expr) { found = found || e.Kind() == ast.ComprehensionKind }))
	return found
}
