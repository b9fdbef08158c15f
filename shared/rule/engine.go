package rule

import (
	"slices"
	"sync"
	"time"

	"cel.dev/cel-go/cel"
	"cel.dev/cel-go/common/ast"
	"cel.dev/cel-go/common/cost"
	"cel.dev/cel-go/common/operators"

	"guardrails/shared/clock"
)

const (
	// CostLimit is how much one evaluation may cost at run time, in CEL's units.
	CostLimit = 10_000
	// maxEstimate is how much an evaluation may cost at most for a rule to be saved, if its lists have at most typicalList
	// entries and its strings at most typicalText characters.
	maxEstimate = 1_000_000
	typicalList = 100
	typicalText = 1000
	// DefaultTimeout bounds one evaluation with loops; without loops the source bounds the work.
	DefaultTimeout = 5 * time.Millisecond
	// Together bounds the evaluations of one event's rules: one tenant's rules must not take the time of the others'.
	Together = 250 * time.Millisecond
	// maxDepth bounds how deep a condition is nested.
	maxDepth = 64
	// maxRegex bounds the program of a pattern in instructions, maxScan its product with the length of the text.
	maxRegex = 200
	maxScan  = 1 << 20
	// maxCompared bounds how many values the path functions compare.
	maxCompared = 10_000
	// maxOutput bounds what a template makes, and every string that a function makes, in bytes.
	maxOutput = 256 << 10
)

// The names that CEL knows the event's parts by. The hidden ones are for macros: no variable of a loop can shadow them.
const (
	varType, varID, varSubject, varSource, varTime = "event.type", "event.id", "event.subject", "event.source", "event.time"
	varData, varPrevious, varLabels                = "event.data", "event.previous", "event.labels"
	hiddenData, hiddenPrevious                     = "@data", "@previous"
)

// Engine compiles and runs conditions and templates. It is safe for concurrent use. Making one costs nothing: the CEL
// environment is built when it is first needed.
type Engine struct {
	timeout  time.Duration
	together time.Duration
	clock    clock.Clock
	once     sync.Once
	env      *cel.Env
	err      error
}

// Option changes an engine that is being made.
type Option func(*Engine)

// WithTimeout sets another limit than DefaultTimeout for one evaluation.
func WithTimeout(d time.Duration) Option { return func(e *Engine) { e.timeout = d } }

// WithTogether sets another limit than Together for the evaluations of one event.
func WithTogether(d time.Duration) Option { return func(e *Engine) { e.together = d } }

// NewEngine returns an engine.
func NewEngine(options ...Option) *Engine {
	e := &Engine{timeout: DefaultTimeout, together: Together, clock: clock.System()}
	for _, o := range options {
		o(e)
	}
	return e
}

func (e *Engine) environment() (*cel.Env, error) {
	e.once.Do(func() { e.env, e.err = newEnvironment() })
	return e.env, e.err
}

func newEnvironment() (*cel.Env, error) {
	opts := []cel.EnvOption{
		cel.OptionalTypes(),
		cel.CrossTypeNumericComparisons(true),
		cel.DefaultUTCTimeZone(true),
		cel.EnableMacroCallTracking(),
		cel.ParserExpressionSizeLimit(MaxSource),
		cel.ParserRecursionLimit(maxDepth),
		cel.ExpressionNodeLimit(4 * MaxSource),
		cel.ExpressionNestingDepthLimit(maxDepth),
		cel.ASTValidators(cel.ValidateTimestampLiterals(), cel.ValidateDurationLiterals()),
		cel.Variable(varType, cel.StringType),
		cel.Variable(varID, cel.StringType),
		cel.Variable(varSubject, cel.StringType),
		cel.Variable(varSource, cel.StringType),
		cel.Variable(varTime, cel.TimestampType),
		cel.Variable(varData, cel.DynType),
		cel.Variable(varPrevious, cel.DynType),
		cel.Variable(varLabels, cel.MapType(cel.StringType, cel.StringType)),
		cel.Variable(hiddenData, cel.DynType),
		cel.Variable(hiddenPrevious, cel.DynType),
	}
	return cel.NewEnv(append(opts, functions()...)...)
}

// typical sizes what is read from an event, which has no size while a rule is checked. Zero limits mean the largest
// event.
type typical struct{ list, text uint64 }

func (t typical) EstimateSize(n cost.AstNode) *cost.SizeEstimate {
	if n.ComputedSize() != nil {
		return n.ComputedSize()
	}
	most := max(t.list, t.text)
	switch n.Type().Kind() {
	case cel.ListKind, cel.MapKind:
		most = t.list
	case cel.StringKind, cel.BytesKind:
		most = t.text
	case cel.DynKind, cel.TypeParamKind:
		// What it is shows in its use: only loops and sizes are priced by this, and texts that are scanned.
		most = t.list
	default:
	}
	s := cost.RangedSizeEstimate(0, most)
	return &s
}

// EstimateCallCost prices what pricing prices at run time; nil leaves the rest to CEL.
func (t typical) EstimateCallCost(function, _ string, _ *cost.AstNode, args []cost.AstNode) *cost.CallEstimate {
	most := max(t.list, t.text)/10 + 2
	switch function {
	case operators.Equals, operators.NotEquals, operators.In:
		if len(args) == 2 && (plain(args[0].Expr()) || plain(args[1].Expr())) {
			return nil
		}
		return cost.NewCallEstimate(cost.RangedCostEstimate(1, 2*(t.list/10+1)), nil)
	case fnMatches:
		most = scanCost(t.text)
	default:
		if !own(function) {
			return nil
		}
	}
	size := cost.RangedSizeEstimate(0, t.text)
	return cost.NewCallEstimate(cost.RangedCostEstimate(1, most), &size)
}

// plain reports whether e is a literal or a list of literals: comparing with one takes a step.
func plain(e ast.Expr) bool {
	if e.Kind() == ast.ListKind {
		return !slices.ContainsFunc(e.AsList().Elements(), func(x ast.Expr) bool { return x.Kind() != ast.LiteralKind })
	}
	return e.Kind() == ast.LiteralKind
}
