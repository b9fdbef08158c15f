package rule

import (
	"bytes"
	"encoding/binary"
	"math"
	"slices"
	"strings"

	"cel.dev/cel-go/common/ast"
	"cel.dev/cel-go/common/operators"
	"cel.dev/cel-go/common/types"
	"cel.dev/cel-go/common/types/ref"
)

// Compiled is a checked rule in a form that needs no compiler: the types it watches, the tests that the engine decides
// itself, the residual for CEL, and the templates. The zero value watches nothing.
type Compiled struct {
	types     []string
	tests     []test
	residual  *program
	templates []*Template
	cost      uint64
}

// Template is a checked template.
type Template struct{ program *program }

// Cost is what an evaluation costs at most with an event of typical size, in CEL's units.
func (c Compiled) Cost() uint64 { return c.cost }

// Types are the event types and patterns that the rule can hit, narrower than its definition's where the condition is.
func (c Compiled) Types() []string { return slices.Clone(c.types) }

// Indexed reports whether some equality keeps the rule from being tried with every event of its types.
func (c Compiled) Indexed() bool { return slices.ContainsFunc(c.tests, test.indexes) }

// Template returns the template of an action, nil if it has none.
func (c Compiled) Template(action int) *Template {
	if action < 0 || action >= len(c.templates) {
		return nil
	}
	return c.templates[action]
}

// The parts of an event that a test can read.
const (
	rootData byte = iota
	rootLabels
	rootType
	rootID
	rootSubject
	rootSource
)

// op is what a test asks.
type op byte

const (
	opIn op = iota
	opPrefix
	opLess
	opLessEqual
	opGreater
	opGreaterEqual
	opHas
)

// test asks one thing of one value of an event.
type test struct {
	root byte
	path []string
	op   op
	vals []value
}

// maxListed bounds the literals of a test: the rule is filed under each.
const maxListed = 256

// indexes reports whether a rule can be filed under the test.
func (t test) indexes() bool { return t.op == opIn && t.root != rootType }

// holds decides the test as CEL would: an error is an answer of its own.
func (t test) holds(v value) (bool, Code) {
	if t.op == opHas {
		return v.kind != absent, ""
	}
	if v.kind == absent {
		return false, NoSuchField
	}
	switch t.op {
	case opIn:
		return slices.Contains(t.vals, v), ""
	case opPrefix:
		if v.kind != text {
			return false, TypeMismatch
		}
		return strings.HasPrefix(v.str, t.vals[0].str), ""
	case opLess, opLessEqual, opGreater, opGreaterEqual:
		return t.ordered(v)
	case opHas:
	}
	return false, EvaluationFailed
}

func (t test) ordered(v value) (bool, Code) {
	want := t.vals[0]
	if v.kind != want.kind {
		return false, TypeMismatch
	}
	order := strings.Compare(v.str, want.str)
	if v.kind == number {
		switch {
		case v.num < want.num:
			order = -1
		case v.num > want.num:
			order = 1
		}
	}
	switch t.op {
	case opLess:
		return order < 0, ""
	case opLessEqual:
		return order <= 0, ""
	case opGreater:
		return order > 0, ""
	default:
		return order >= 0, ""
	}
}

// split parts a checked condition into tests and a residual, which together hold exactly when the condition does: a
// conjunction holds when every part does, and neither false nor an error of one part is made good by another.
func (c *Compiled) split(a *ast.AST, p price) error {
	c.cost = p.typical
	var rest []ast.Expr
	for _, e := range conjuncts(a.Expr(), nil) {
		if t, ok := testOf(e); ok {
			c.tests = append(c.tests, t)
			continue
		}
		if t, ok := impliedBy(e); ok {
			c.tests = append(c.tests, t)
		}
		rest = append(rest, e)
	}
	if len(rest) == 0 {
		return nil
	}
	next := ast.MaxID(a)
	var err error
	c.residual, err = newProgram(a, conjunction(rest, &next), p)
	return err
}

func conjuncts(e ast.Expr, out []ast.Expr) []ast.Expr {
	if e.Kind() == ast.CallKind && e.AsCall().FunctionName() == operators.LogicalAnd {
		for _, x := range e.AsCall().Args() {
			out = conjuncts(x, out)
		}
		return out
	}
	return append(out, e)
}

// conjunction joins expressions in a balanced tree, so that many of them are not nested deep.
func conjunction(es []ast.Expr, next *int64) ast.Expr {
	if len(es) == 1 {
		return es[0]
	}
	left, right := conjunction(es[:len(es)/2], next), conjunction(es[len(es)/2:], next)
	*next++
	return ast.NewExprFactory().NewCall(*next, operators.LogicalAnd, left, right)
}

// testOf makes a test of a conjunct, if it is one.
func testOf(e ast.Expr) (test, bool) {
	if e.Kind() != ast.CallKind {
		return test{}, false
	}
	call := e.AsCall()
	args := call.Args()
	switch f := call.FunctionName(); f {
	case operators.Equals:
		return anyOrder(args, opIn, opIn)
	case operators.Less:
		return anyOrder(args, opLess, opGreater)
	case operators.LessEquals:
		return anyOrder(args, opLessEqual, opGreaterEqual)
	case operators.Greater:
		return anyOrder(args, opGreater, opLess)
	case operators.GreaterEquals:
		return anyOrder(args, opGreaterEqual, opLessEqual)
	case operators.In:
		return listed(args)
	case operators.LogicalOr:
		return either(args)
	case "startsWith":
		if !call.IsMemberFunction() || len(args) != 1 {
			return test{}, false
		}
		prefix, ok := literalString(args[0])
		t, reads := reading(call.Target())
		t.op, t.vals = opPrefix, []value{{kind: text, str: prefix}}
		return t, ok && reads
	case fnHas:
		t, ok := reached(args[1])
		t.op = opHas
		return t, ok
	}
	return test{}, false
}

// impliedBy makes a test of what must hold for a conjunct to hold, if it is not the whole of it.
func impliedBy(e ast.Expr) (test, bool) {
	if e.Kind() != ast.CallKind || e.AsCall().FunctionName() != fnChangedTo {
		return test{}, false
	}
	args := e.AsCall().Args()
	t, ok := reached(args[2])
	v, literal := literalValue(args[3])
	t.vals = []value{v}
	return t, ok && literal
}

// anyOrder makes a test of a field beside a literal; op is asked of the field if it is the left operand, mirrored if it
// is the right.
func anyOrder(args []ast.Expr, op, mirrored op) (test, bool) {
	if t, ok := beside(args[0], args[1], op); ok {
		return t, true
	}
	return beside(args[1], args[0], mirrored)
}

func beside(field, literal ast.Expr, o op) (test, bool) {
	t, ok := reading(field)
	v, known := literalValue(literal)
	if !ok || !known || o != opIn && v.kind != number && v.kind != text {
		return test{}, false
	}
	t.op, t.vals = o, []value{v}
	return t, true
}

func listed(args []ast.Expr) (test, bool) {
	t, ok := reading(args[0])
	if !ok || args[1].Kind() != ast.ListKind || len(args[1].AsList().OptionalIndices()) > 0 {
		return test{}, false
	}
	elements := args[1].AsList().Elements()
	if len(elements) > maxListed {
		return test{}, false
	}
	for _, x := range elements {
		v, ok := literalValue(x)
		if !ok {
			return test{}, false
		}
		if !slices.Contains(t.vals, v) {
			t.vals = append(t.vals, v)
		}
	}
	return t, true
}

// either joins equalities of one field: a == 1 || a == 2 is a in [1, 2].
func either(args []ast.Expr) (test, bool) {
	var out test
	for i, x := range args {
		t, ok := testOf(x)
		if !ok || t.op != opIn || i > 0 && (t.root != out.root || !slices.Equal(t.path, out.path)) {
			return test{}, false
		}
		if i == 0 {
			out = t
			continue
		}
		for _, v := range t.vals {
			if !slices.Contains(out.vals, v) {
				out.vals = append(out.vals, v)
			}
		}
	}
	return out, len(out.vals) <= maxListed
}

// reading makes the root and path of a test from an expression that selects a field by constant names.
func reading(e ast.Expr) (test, bool) {
	var path []string
	for {
		switch {
		case e.Kind() == ast.SelectKind && !e.AsSelect().IsTestOnly():
			path = append(path, e.AsSelect().FieldName())
			e = e.AsSelect().Operand()
			continue
		case e.Kind() == ast.CallKind && e.AsCall().FunctionName() == operators.Index:
			name, ok := literalString(e.AsCall().Args()[1])
			if !ok {
				return test{}, false
			}
			path = append(path, name)
			e = e.AsCall().Args()[0]
			continue
		case e.Kind() != ast.IdentKind:
			return test{}, false
		}
		break
	}
	slices.Reverse(path)
	root, plain := rootData, false
	switch e.AsIdent() {
	case varData:
	case varLabels:
		root = rootLabels
	case varType:
		root, plain = rootType, true
	case varID:
		root, plain = rootID, true
	case varSubject:
		root, plain = rootSubject, true
	case varSource:
		root, plain = rootSource, true
	default:
		return test{}, false
	}
	return test{root: root, path: path}, plain == (len(path) == 0)
}

// reached is reading for the path functions. A segment that may be a position is left to CEL: whether it is one depends
// on the event.
func reached(path ast.Expr) (test, bool) {
	s, ok := literalString(path)
	t := test{root: rootData, path: segments(s)}
	for _, segment := range t.path {
		if _, may := position(segment); may {
			return test{}, false
		}
	}
	return t, ok
}

// exact is the largest magnitude to which every whole number is a double of its own.
const exact = 1 << 53

func literalValue(e ast.Expr) (value, bool) {
	if e.Kind() != ast.LiteralKind {
		return value{}, false
	}
	return scalar(e.AsLiteral())
}

func scalar(v ref.Val) (value, bool) {
	switch v := v.(type) {
	case types.Null:
		return value{kind: null}, true
	case types.Bool:
		if v {
			return value{kind: boolean, num: 1}, true
		}
		return value{kind: boolean}, true
	case types.Int:
		return value{kind: number, num: float64(v)}, v >= -exact && v <= exact
	case types.Uint:
		return value{kind: number, num: float64(v)}, v <= exact
	case types.Double:
		return value{kind: number, num: float64(v)}, !math.IsNaN(float64(v)) && !math.IsInf(float64(v), 0)
	case types.String:
		return value{kind: text, str: string(v)}, true
	}
	return value{}, false
}

// narrow returns the types that patterns and the tests of event.type have in common.
func narrow(patterns []string, tests []test) []string {
	for _, t := range tests {
		if t.root != rootType || t.op != opIn {
			continue
		}
		var next []string
		for _, v := range t.vals {
			if v.kind == text && slices.ContainsFunc(patterns, func(p string) bool { return covers(p, v.str) }) {
				next = append(next, v.str)
			}
		}
		patterns = next
	}
	return disjoint(patterns)
}

// format is the first byte of stored rules; another one is compiled anew.
const format = 1

// ErrFormat says that stored bytes are not of this version: check the definition again.
const ErrFormat = formatError("rule: stored form of another version")

type formatError string

func (e formatError) Error() string { return string(e) }

// Bytes is the stored form, for Parse.
func (c Compiled) Bytes() []byte {
	b := []byte{format}
	b = binary.AppendUvarint(b, c.cost)
	b = appendStrings(b, c.types)
	b = binary.AppendUvarint(b, uint64(len(c.tests)))
	for _, t := range c.tests {
		b = append(b, t.root, byte(t.op))
		b = appendStrings(b, t.path)
		b = binary.AppendUvarint(b, uint64(len(t.vals)))
		for _, v := range t.vals {
			b = append(b, byte(v.kind))
			b = binary.BigEndian.AppendUint64(b, math.Float64bits(v.num))
			b = appendString(b, v.str)
		}
	}
	b = appendProgram(b, c.residual)
	b = binary.AppendUvarint(b, uint64(len(c.templates)))
	for _, t := range c.templates {
		var p *program
		if t != nil {
			p = t.program
		}
		b = appendProgram(b, p)
	}
	return b
}

func appendString[S ~string | ~[]byte](b []byte, s S) []byte {
	return append(binary.AppendUvarint(b, uint64(len(s))), s...)
}

func appendStrings(b []byte, list []string) []byte {
	b = binary.AppendUvarint(b, uint64(len(list)))
	for _, s := range list {
		b = appendString(b, s)
	}
	return b
}

func appendProgram(b []byte, p *program) []byte {
	if p == nil {
		return append(b, 0)
	}
	flags := byte(1)
	if p.bounded {
		flags |= 2
	}
	if p.loops {
		flags |= 4
	}
	return appendString(append(b, flags), p.raw)
}

// Parse reads the stored form. It neither builds an environment nor plans a program: that waits for the first hit. Its
// error is ErrFormat.
func Parse(stored []byte) (Compiled, error) {
	r := reader{b: bytes.Clone(stored)}
	if r.byte() != format {
		return Compiled{}, ErrFormat
	}
	c := Compiled{cost: r.uvarint(), types: r.strings()}
	r.bad = r.bad || !slices.IsSorted(c.types) || len(slices.Compact(slices.Clone(c.types))) < len(c.types)
	if n := r.count(); n > 0 {
		c.tests = make([]test, n)
	}
	for i := range c.tests {
		t := test{root: r.byte(), op: op(r.byte()), path: r.strings()}
		if n := r.count(); n > 0 {
			t.vals = make([]value, n)
		}
		for j := range t.vals {
			v := value{kind: kind(r.byte()), num: math.Float64frombits(r.uint64()), str: string(r.bytes())}
			// The index goes wrong with a value twice, or with one that does not equal itself.
			r.bad = r.bad || math.IsNaN(v.num) || v.kind < null || v.kind > text || slices.Contains(t.vals[:j], v)
			t.vals[j] = v
		}
		r.bad = r.bad || t.root > rootSource || t.op > opHas || t.op != opIn && t.op != opHas && len(t.vals) != 1 ||
			len(t.vals) > maxListed || t.root > rootLabels && len(t.path) > 0
		c.tests[i] = t
	}
	c.residual = r.program()
	if n := r.count(); n > 0 {
		c.templates = make([]*Template, n)
	}
	for i := range c.templates {
		if p := r.program(); p != nil {
			c.templates[i] = &Template{p}
		}
	}
	if r.bad || len(r.b) > 0 {
		return Compiled{}, ErrFormat
	}
	return c, nil
}

// reader takes the stored form apart; after a fault it gives zeros.
type reader struct {
	b   []byte
	bad bool
}

func (r *reader) take(n uint64) []byte {
	if r.bad || n > uint64(len(r.b)) {
		r.bad = true
		return nil
	}
	out := r.b[:n]
	r.b = r.b[n:]
	return out
}

func (r *reader) byte() byte {
	if b := r.take(1); b != nil {
		return b[0]
	}
	return 0
}

func (r *reader) uint64() uint64 {
	if b := r.take(8); b != nil {
		return binary.BigEndian.Uint64(b)
	}
	return 0
}

func (r *reader) uvarint() uint64 {
	v, n := binary.Uvarint(r.b)
	if n <= 0 {
		r.bad = true
		return 0
	}
	r.take(uint64(n))
	return v
}

// count is the length of a list, each of whose entries takes a byte at least.
func (r *reader) count() int {
	n := r.uvarint()
	if n > uint64(len(r.b)) {
		r.bad = true
		return 0
	}
	return int(n)
}

func (r *reader) bytes() []byte { return r.take(r.uvarint()) }

func (r *reader) strings() []string {
	n := r.count()
	if n == 0 {
		return nil
	}
	out := make([]string, n)
	for i := range out {
		out[i] = string(r.bytes())
	}
	return out
}

func (r *reader) program() *program {
	flags := r.byte()
	if flags == 0 {
		return nil
	}
	return &program{bounded: flags&2 != 0, loops: flags&4 != 0, raw: r.bytes()}
}
