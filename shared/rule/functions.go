package rule

import (
	"errors"
	"math"
	"regexp"
	"regexp/syntax"
	"slices"
	"strings"
	"unicode/utf8"

	"cel.dev/cel-go/cel"
	"cel.dev/cel-go/common/ast"
	"cel.dev/cel-go/common/operators"
	"cel.dev/cel-go/common/types"
	"cel.dev/cel-go/common/types/ref"
	"cel.dev/cel-go/common/types/traits"
	"cel.dev/cel-go/interpreter"
)

// The functions that the macros call.
const (
	fnHas, fnChanged, fnChangedTo, fnChangedFrom, fnMatches = "@has_field", "@changed", "@changed_to", "@changed_from", "@matches"
)

// own reports whether a function is priced by this package.
func own(function string) bool {
	return slices.Contains([]string{
		fnHas, fnChanged, fnChangedTo, fnChangedFrom, fnMatches,
		"lowerAscii", "upperAscii", "trim", "substring", "indexOf", "split", "join", "replace",
	}, function)
}

// functions declares what the language has beyond CEL. The string functions have the names and meanings of CEL's
// "strings" library, whose replace and join can make gigabytes of two large texts before any limit is looked at.
func functions() []cel.EnvOption {
	str, list := cel.StringType, cel.ListType(cel.StringType)
	member := func(name, id string, args []*cel.Type, result *cel.Type, fn func(...ref.Val) ref.Val) cel.EnvOption {
		return cel.Function(name, cel.MemberOverload(id, args, result, cel.FunctionBinding(fn)))
	}
	function := func(name string, args []*cel.Type, result *cel.Type, fn func(...ref.Val) ref.Val) cel.EnvOption {
		return cel.Function(name, cel.Overload("guardrails_"+name[1:], args, result, cel.FunctionBinding(fn)))
	}
	dyn := cel.DynType
	return []cel.EnvOption{
		cel.Macros(
			pathMacro("has_field", fnHas, 1, hiddenData),
			pathMacro("changed", fnChanged, 1, hiddenData, hiddenPrevious),
			pathMacro("changed_to", fnChangedTo, 2, hiddenData, hiddenPrevious),
			pathMacro("changed_from", fnChangedFrom, 2, hiddenData, hiddenPrevious),
			cel.ReceiverMacro("matches", 1, expandMatches),
			cel.GlobalMacro("matches", 2, expandMatches),
		),
		function(fnHas, []*cel.Type{dyn, str}, cel.BoolType, hasField),
		function(fnChanged, []*cel.Type{dyn, dyn, str}, cel.BoolType, changed),
		function(fnChangedTo, []*cel.Type{dyn, dyn, str, dyn}, cel.BoolType, changedTo),
		function(fnChangedFrom, []*cel.Type{dyn, dyn, str, dyn}, cel.BoolType, changedFrom),
		function(fnMatches, []*cel.Type{str, str}, cel.BoolType, func(args ...ref.Val) ref.Val {
			re, err := compileRegex(string(args[1].(types.String)))
			if err != nil {
				return failed(EvaluationFailed)
			}
			return re.match(args[0])
		}),
		member("lowerAscii", "guardrails_lower_ascii", []*cel.Type{str}, str, ascii('A', 'Z', 'a'-'A')),
		member("upperAscii", "guardrails_upper_ascii", []*cel.Type{str}, str, ascii('a', 'z', 'A'-'a')),
		member("trim", "guardrails_trim", []*cel.Type{str}, str, func(a ...ref.Val) ref.Val {
			return types.String(strings.TrimSpace(string(a[0].(types.String))))
		}),
		cel.Function("substring",
			cel.MemberOverload("guardrails_substring_from", []*cel.Type{str, cel.IntType}, str, cel.FunctionBinding(substring)),
			cel.MemberOverload("guardrails_substring_range", []*cel.Type{str, cel.IntType, cel.IntType}, str, cel.FunctionBinding(substring))),
		member("indexOf", "guardrails_index_of", []*cel.Type{str, str}, cel.IntType, func(a ...ref.Val) ref.Val {
			s, sub := string(a[0].(types.String)), string(a[1].(types.String))
			if i := strings.Index(s, sub); i >= 0 {
				return types.Int(utf8.RuneCountInString(s[:i]))
			}
			return types.Int(-1)
		}),
		member("split", "guardrails_split", []*cel.Type{str, str}, list, func(a ...ref.Val) ref.Val {
			return types.NewStringList(types.DefaultTypeAdapter, strings.Split(string(a[0].(types.String)), string(a[1].(types.String))))
		}),
		cel.Function("join",
			cel.MemberOverload("guardrails_join", []*cel.Type{list}, str, cel.FunctionBinding(join)),
			cel.MemberOverload("guardrails_join_with", []*cel.Type{list, str}, str, cel.FunctionBinding(join))),
		member("replace", "guardrails_replace", []*cel.Type{str, str, str}, str, replace),
	}
}

// pathMacro makes name(path, ...) into a call of a hidden function over hidden variables. The path is a literal so that
// it can be checked against the event's schema and read by the index.
func pathMacro(name, function string, args int, variables ...string) cel.Macro {
	return cel.GlobalMacro(name, args, func(eh cel.MacroExprFactory, _ ast.Expr, given []ast.Expr) (ast.Expr, *cel.Error) {
		if path, ok := literalString(given[0]); !ok || path == "" || len(path) > 512 {
			return nil, eh.NewError(given[0].ID(), "expected the path as a literal string")
		}
		var call []ast.Expr
		for _, v := range variables {
			call = append(call, eh.NewIdent(v))
		}
		return eh.NewCall(function, append(call, given...)...), nil
	})
}

// expandMatches makes both forms of matches into one call with a literal pattern: what a pattern costs is known when it
// is saved, not when an event brings one.
func expandMatches(eh cel.MacroExprFactory, target ast.Expr, args []ast.Expr) (ast.Expr, *cel.Error) {
	if target != nil {
		args = append([]ast.Expr{target}, args...)
	}
	pattern, ok := literalString(args[1])
	if !ok {
		return nil, eh.NewError(args[1].ID(), "expected the pattern as a literal string")
	}
	if _, err := compileRegex(pattern); err != nil {
		return nil, eh.NewError(args[1].ID(), err.Error())
	}
	return eh.NewCall(fnMatches, args...), nil
}

func literalString(e ast.Expr) (string, bool) {
	if e.Kind() != ast.LiteralKind {
		return "", false
	}
	s, ok := e.AsLiteral().(types.String)
	return string(s), ok
}

// regex is a compiled pattern and how long its program is.
type regex struct {
	re   *regexp.Regexp
	size int
}

// compileRegex returns errors that are fit for callers: they do not hold the pattern.
func compileRegex(pattern string) (regex, error) {
	parsed, err := syntax.Parse(pattern, syntax.Perl)
	var fault *syntax.Error
	switch {
	case errors.As(err, &fault) && slices.Contains([]syntax.ErrorCode{syntax.ErrLarge, syntax.ErrInvalidRepeatSize, syntax.ErrNestingDepth}, fault.Code):
		return regex{}, errors.New("the regular expression is too large")
	case err != nil:
		return regex{}, errors.New("not a regular expression (RE2)")
	}
	// Repeats are multiplied out by the compiler: what is far too large must not be compiled to find that out.
	if programSize(parsed) > 4*maxRegex {
		return regex{}, errors.New("the regular expression is too large")
	}
	prog, err := syntax.Compile(parsed.Simplify())
	if err != nil || len(prog.Inst) > maxRegex {
		return regex{}, errors.New("the regular expression is too large")
	}
	re, err := regexp.Compile(pattern)
	if err != nil {
		return regex{}, errors.New("not a regular expression (RE2)")
	}
	return regex{re, len(prog.Inst)}, nil
}

// programSize estimates how many instructions an expression has, up to where it does not matter any more.
func programSize(e *syntax.Regexp) int {
	n := max(1, len(e.Sub))
	if e.Op == syntax.OpLiteral {
		n = len(e.Rune)
	}
	for _, sub := range e.Sub {
		n = min(n+programSize(sub), math.MaxInt32)
	}
	if e.Op == syntax.OpRepeat {
		n = min(n*max(1, e.Max, e.Min+1), math.MaxInt32)
	}
	return n
}

// match refuses texts that would take the automaton too long, before it begins: nothing can stop it afterwards.
func (r regex) match(v ref.Val) ref.Val {
	s, ok := v.(types.String)
	if !ok {
		return types.MaybeNoSuchOverloadErr(v)
	}
	if len(s)*r.size > maxScan {
		return failed(CostExceeded)
	}
	return types.Bool(r.re.MatchString(string(s)))
}

// regexOnce compiles the pattern of a call when its program is planned.
func regexOnce() *interpreter.RegexOptimization {
	return &interpreter.RegexOptimization{
		Function: fnMatches, RegexIndex: 1,
		Factory: func(call interpreter.InterpretableCall, pattern string) (interpreter.InterpretableCall, error) {
			re, err := compileRegex(pattern)
			if err != nil {
				return nil, err
			}
			return interpreter.NewCall(call.ID(), call.Function(), call.OverloadID(), call.Args(), func(args ...ref.Val) ref.Val {
				return re.match(args[0])
			}), nil
		},
	}
}

// field reads a path of a document that CEL carries: its decoded JSON.
func field(doc, path ref.Val) (any, bool) {
	p, ok := path.(types.String)
	if !ok {
		return nil, false
	}
	return dig(doc.Value(), segments(string(p)))
}

func hasField(a ...ref.Val) ref.Val {
	_, ok := field(a[0], a[1])
	return types.Bool(ok)
}

// changed says whether the field is not what it was: another value, or there where it was not, or gone.
func changed(a ...ref.Val) ref.Val {
	now, is := field(a[0], a[2])
	if a[1].Type() == types.NullType {
		return types.Bool(is)
	}
	before, was := field(a[1], a[2])
	if is != was || !is {
		return types.Bool(is != was)
	}
	budget := maxCompared
	equal, decided := same(now, before, &budget)
	if !decided {
		return failed(CostExceeded)
	}
	return types.Bool(!equal)
}

func changedTo(a ...ref.Val) ref.Val { return changedBeside(a[0], a) }

func changedFrom(a ...ref.Val) ref.Val { return changedBeside(a[1], a) }

// changedBeside says whether the field changed and is, in doc, what the call names.
func changedBeside(doc ref.Val, a []ref.Val) ref.Val {
	v, ok := field(doc, a[2])
	if !ok {
		return types.False
	}
	if weigh(v, maxCompared) >= maxCompared {
		return failed(CostExceeded)
	}
	if types.Equal(types.DefaultTypeAdapter.NativeToValue(v), a[3]) != types.True {
		return types.False
	}
	return changed(a...)
}

func ascii(from, to byte, by int) func(...ref.Val) ref.Val {
	return func(a ...ref.Val) ref.Val {
		b := []byte(a[0].(types.String))
		for i, c := range b {
			if from <= c && c <= to {
				b[i] = byte(int(c) + by)
			}
		}
		return types.String(b)
	}
}

func substring(a ...ref.Val) ref.Val {
	s := string(a[0].(types.String))
	n := utf8.RuneCountInString(s)
	from, to := int64(a[1].(types.Int)), int64(n)
	if len(a) == 3 {
		to = int64(a[2].(types.Int))
	}
	if from < 0 || to > int64(n) || from > to {
		return types.NewErr("index out of range")
	}
	return types.String(s[runeOffset(s, int(from)):runeOffset(s, int(to))])
}

// runeOffset is where the n-th code point of s begins.
func runeOffset(s string, n int) int {
	for i := range s {
		if n == 0 {
			return i
		}
		n--
	}
	return len(s)
}

func join(a ...ref.Val) ref.Val {
	list, sep := a[0].(traits.Lister), ""
	if len(a) == 2 {
		sep = string(a[1].(types.String))
	}
	var b strings.Builder
	for it := list.Iterator(); it.HasNext() == types.True; {
		s, ok := it.Next().(types.String)
		if !ok {
			return failed(TypeMismatch)
		}
		if b.Len()+len(s)+len(sep) > maxOutput {
			return failed(CostExceeded)
		}
		b.WriteString(string(s))
		if it.HasNext() == types.True {
			b.WriteString(sep)
		}
	}
	return types.String(b.String())
}

func replace(a ...ref.Val) ref.Val {
	s, from, to := string(a[0].(types.String)), string(a[1].(types.String)), string(a[2].(types.String))
	if grown := float64(strings.Count(s, from)) * float64(len(to)-len(from)); float64(len(s))+math.Max(grown, 0) > maxOutput {
		return failed(CostExceeded)
	}
	return types.String(strings.ReplaceAll(s, from, to))
}

// pricing counts what calls did where CEL does not know, or counts a list of lists as one.
type pricing struct{}

// CallCost is a tenth per byte or value that was looked at, as CEL prices scans of texts. CEL knows the overload of a
// call only from types, and the fields of an event have none until it comes: it would count such a call as one step.
func (pricing) CallCost(function, overload string, args []ref.Val, result ref.Val) *uint64 {
	var c uint64
	switch {
	case function == fnMatches:
		c = scanCost(texts(args, nil))
	case (function == operators.Equals || function == operators.NotEquals || function == operators.In) && (nests(args[0]) || nests(args[1])):
		c = 1 + uint64(weighValue(args[0])+weighValue(args[1]))/10
	case overload == "" || own(function):
		c = 1 + texts(args, result)/10
	default:
		return nil
	}
	return &c
}

// texts is how many bytes the strings among some values have.
func texts(args []ref.Val, result ref.Val) uint64 {
	n := 0
	for _, v := range append(args[:len(args):len(args)], result) {
		switch v := v.(type) {
		case types.String:
			n += len(v)
		case types.Bytes:
			n += len(v)
		}
	}
	return uint64(n)
}

// scanCost prices a regular expression by the bytes of text and pattern, as if every pattern were a long one: what the
// automaton takes depends on its program, which may be longer than its source.
func scanCost(bytes uint64) uint64 { return 1 + bytes*64/100 }

func nests(v ref.Val) bool {
	switch v.(type) {
	case traits.Mapper, traits.Lister, *types.Optional:
		return true
	}
	return false
}

// maxWeighed is up to where values are counted: beyond it every limit is passed.
const maxWeighed = 10 * CostLimit

// weighValue counts the values in v as far as the limits need. A value that is in a list twice counts twice: so often it
// is walked through.
func weighValue(v ref.Val) int {
	left := maxWeighed
	walk(v, &left)
	return maxWeighed - left
}

// walk takes the number of values in v off left, and stops when nothing is left.
func walk(v ref.Val, left *int) {
	if *left--; *left <= 0 {
		return
	}
	if o, ok := v.(*types.Optional); ok {
		if o.HasValue() {
			walk(o.GetValue(), left)
		}
		return
	}
	switch native := v.Value().(type) {
	case map[string]any, []any:
		*left -= min(*left, weigh(native, *left))
		return
	}
	switch v := v.(type) {
	case traits.Mapper:
		for it := v.Iterator(); *left > 0 && it.HasNext() == types.True; {
			walk(v.Get(it.Next()), left)
		}
	case traits.Lister:
		for it := v.Iterator(); *left > 0 && it.HasNext() == types.True; {
			walk(it.Next(), left)
		}
	}
}

// guardComparisons weighs what is compared before the comparison begins, which nothing can stop. A list that holds one
// value twice, in a list that holds that twice, and so on, is made in a few steps and never walked through.
func guardComparisons(i interpreter.InterpretableV2) (interpreter.InterpretableV2, error) {
	call, ok := i.(interpreter.InterpretableCall)
	if !ok || len(call.Args()) != 2 || slices.ContainsFunc(call.Args(), constant) {
		return i, nil // what is compared with a constant is walked no further than that goes
	}
	var compare func(a, b ref.Val) ref.Val
	switch call.Function() {
	case operators.Equals:
		compare = types.Equal
	case operators.NotEquals:
		compare = func(a, b ref.Val) ref.Val { return types.Bool(types.Equal(a, b) != types.True) }
	case operators.In:
		compare = func(a, b ref.Val) ref.Val {
			if c, ok := b.(traits.Container); ok {
				return c.Contains(a)
			}
			return types.MaybeNoSuchOverloadErr(b)
		}
	default:
		return i, nil
	}
	return interpreter.NewCall(call.ID(), call.Function(), call.OverloadID(), call.Args(), func(args ...ref.Val) ref.Val {
		if weighValue(args[0]) >= maxWeighed || weighValue(args[1]) >= maxWeighed {
			return failed(CostExceeded)
		}
		return compare(args[0], args[1])
	}), nil
}

func constant(i interpreter.InterpretableV2) bool {
	_, ok := i.(interpreter.InterpretableConst)
	return ok
}
