package rule

import (
	"fmt"
	"strings"

	"cel.dev/cel-go/common/ast"
	"cel.dev/cel-go/common/operators"
	"cel.dev/cel-go/common/types"
	"cel.dev/cel-go/common/types/ref"
)

// typeChecker compares an expression with the schema of the event's data, which CEL knows as dyn: it cannot say that one
// of several event types has the field, nor that a double may be compared with 5.
type typeChecker struct {
	data   shapes
	label  string
	scope  map[string]shapes
	report func(id int64, message string)
}

// check walks e and returns what is known of its value.
func (c *typeChecker) check(e ast.Expr) shapes {
	switch e.Kind() {
	case ast.IdentKind:
		return c.ident(e.AsIdent())
	case ast.SelectKind:
		s := e.AsSelect()
		return c.field(e.ID(), c.check(s.Operand()), s.FieldName())
	case ast.CallKind:
		return c.call(e)
	case ast.ListKind:
		for _, x := range e.AsList().Elements() {
			c.check(x)
		}
	case ast.MapKind:
		for _, x := range e.AsMap().Entries() {
			c.check(x.AsMapEntry().Key())
			c.check(x.AsMapEntry().Value())
		}
	case ast.StructKind:
		for _, x := range e.AsStruct().Fields() {
			c.check(x.AsStructField().Value())
		}
	case ast.ComprehensionKind:
		c.comprehension(e.AsComprehension())
	case ast.LiteralKind, ast.UnspecifiedExprKind:
	}
	return nil
}

func (c *typeChecker) ident(name string) shapes {
	if s, ok := c.scope[name]; ok {
		return s
	}
	if name == varData || name == varPrevious || name == hiddenData || name == hiddenPrevious {
		return c.data
	}
	return nil
}

func (c *typeChecker) comprehension(e ast.ComprehensionExpr) {
	over := c.check(e.IterRange())
	outer := c.scope
	defer func() { c.scope = outer }()
	c.scope = map[string]shapes{}
	for k, v := range outer {
		c.scope[k] = v
	}
	c.check(e.AccuInit())
	c.scope[e.IterVar()], c.scope[e.AccuVar()] = nil, nil
	if e.HasIterVar2() {
		c.scope[e.IterVar2()] = over.items()
	} else if over.kinds()&isObject == 0 {
		c.scope[e.IterVar()] = over.items()
	}
	c.check(e.LoopCondition())
	c.check(e.LoopStep())
	c.check(e.Result())
}

func (c *typeChecker) field(id int64, of shapes, name string) shapes {
	out, ok := of.field(name)
	if ok {
		return out
	}
	message := "the data of " + c.label + " has no such field here"
	if near := of.nearest(name); near != "" {
		message += fmt.Sprintf("; did you mean %s?", near)
	}
	c.report(id, message)
	return nil
}

func (c *typeChecker) path(id int64, path string) shapes {
	at := c.data
	for _, s := range segments(path) {
		if _, ok := position(s); ok && at.kinds()&isArray != 0 {
			at = at.items()
			continue
		}
		at = c.field(id, at, s)
	}
	return at
}

func (c *typeChecker) call(e ast.Expr) shapes {
	call := e.AsCall()
	var target shapes
	if call.IsMemberFunction() {
		target = c.check(call.Target())
	}
	args := call.Args()
	known := make([]shapes, len(args))
	for i, a := range args {
		known[i] = c.check(a)
	}
	switch call.FunctionName() {
	case operators.Index, operators.OptIndex:
		if name, ok := literalString(args[1]); ok {
			return c.field(e.ID(), known[0], name)
		}
		return known[0].items()
	case operators.OptSelect:
		if name, ok := literalString(args[1]); ok {
			return c.field(e.ID(), known[0], name)
		}
	case operators.Conditional:
		if len(known[1]) > 0 && len(known[2]) > 0 {
			return append(known[1][:len(known[1]):len(known[1])], known[2]...)
		}
	case operators.Equals, operators.NotEquals, operators.Less, operators.LessEquals, operators.Greater, operators.GreaterEquals:
		c.comparable(e.ID(), known[0], args[1])
		c.comparable(e.ID(), known[1], args[0])
	case operators.In:
		if args[1].Kind() == ast.ListKind {
			for _, x := range args[1].AsList().Elements() {
				c.comparable(x.ID(), known[0], x)
			}
		}
	case operators.Add, operators.Subtract, operators.Multiply, operators.Divide, operators.Modulo:
		c.arithmetic(e.ID(), args)
	case fnHas, fnChanged:
		c.hidden(args)
	case fnChangedTo, fnChangedFrom:
		c.comparable(args[3].ID(), c.hidden(args), args[3])
	case fnMatches:
		c.expect(e.ID(), known[0], isText)
	case "startsWith", "endsWith", "contains", "lowerAscii", "upperAscii", "trim", "substring", "indexOf", "split", "replace":
		c.expect(e.ID(), target, isText)
	case "size":
		if !call.IsMemberFunction() {
			target = known[0]
		}
		c.expect(e.ID(), target, isText|isArray|isObject)
	}
	return nil
}

// hidden checks the path of one of the path functions, whose variables come before it.
func (c *typeChecker) hidden(args []ast.Expr) shapes {
	for _, a := range args[1:] {
		if path, ok := literalString(a); ok {
			return c.path(a.ID(), path)
		}
	}
	return nil
}

func (c *typeChecker) expect(id int64, of shapes, want kinds) {
	if of.kinds()&want == 0 {
		c.report(id, fmt.Sprintf("expected %s, but the field is %s", want, of.kinds()))
	}
}

// comparable reports a field beside a literal that it can never equal.
func (c *typeChecker) comparable(id int64, of shapes, literal ast.Expr) {
	if literal.Kind() != ast.LiteralKind {
		return
	}
	k := literalKind(literal.AsLiteral())
	if k != isNull && of.kinds()&k == 0 {
		c.report(id, fmt.Sprintf("the field is %s and cannot be compared with %s", of.kinds(), k))
	}
}

// arithmetic reports a whole number beside JSON: JSON numbers are doubles, and CEL adds only like to like.
func (c *typeChecker) arithmetic(id int64, args []ast.Expr) {
	for i, a := range args {
		if a.Kind() != ast.LiteralKind || len(args) != 2 {
			continue
		}
		switch a.AsLiteral().(type) {
		case types.Int, types.Uint:
			if fromEvent(args[1-i]) {
				c.report(id, "numbers of an event are doubles: write 1.0, not 1")
			}
		}
	}
}

// fromEvent reports whether e is a path into the event's JSON.
func fromEvent(e ast.Expr) bool {
	for {
		switch {
		case e.Kind() == ast.SelectKind && !e.AsSelect().IsTestOnly():
			e = e.AsSelect().Operand()
		case e.Kind() == ast.CallKind && e.AsCall().FunctionName() == operators.Index:
			e = e.AsCall().Args()[0]
		default:
			return e.Kind() == ast.IdentKind && strings.HasPrefix(e.AsIdent(), "event.") && (e.AsIdent() == varData || e.AsIdent() == varPrevious)
		}
	}
}

func literalKind(v ref.Val) kinds {
	switch v.(type) {
	case types.Null:
		return isNull
	case types.Bool:
		return isBool
	case types.Int, types.Uint, types.Double:
		return isNumber
	case types.String:
		return isText
	}
	return isAny
}
