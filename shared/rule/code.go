package rule

import (
	"context"
	"errors"
	"strings"

	"cel.dev/cel-go/common/types"
	"cel.dev/cel-go/interpreter"
)

// Code is a stable name of why an evaluation failed; a tenant sees it in the health of a rule.
type Code string

// The codes.
const (
	CostExceeded     Code = "cost_exceeded"
	Deadline         Code = "deadline"
	NoSuchField      Code = "no_such_field"
	TypeMismatch     Code = "type_mismatch"
	EvaluationFailed Code = "evaluation_failed"
	TooLarge         Code = "too_large"
	// TooManyMatches is a rule that an event would hit beyond the actions that one event may cause.
	TooManyMatches Code = "too_many_matches"
)

// Error is a failed evaluation. It says nothing of the values that it failed on.
type Error struct{ Code Code }

func (e *Error) Error() string { return "rule: " + string(e.Code) }

// CodeOf returns the code of an evaluation's error: the one in its chain, or EvaluationFailed.
func CodeOf(err error) Code {
	var e *Error
	if errors.As(err, &e) {
		return e.Code
	}
	return EvaluationFailed
}

// failed is a CEL value that stands for an error with a code of ours.
func failed(code Code) *types.Err { return types.WrapErr(&Error{code}).(*types.Err) }

// codeOf names an error of CEL. CEL has no types for most of its errors, so their fixed texts are what there is.
func codeOf(err error) Code {
	var ours *Error
	var cancelled interpreter.EvalCancelledError
	switch {
	case errors.As(err, &ours):
		return ours.Code
	case errors.As(err, &cancelled) && cancelled.Cause == interpreter.CostLimitExceeded:
		return CostExceeded
	case errors.As(err, &cancelled), errors.Is(err, interpreter.InterruptError{}),
		errors.Is(err, context.DeadlineExceeded), errors.Is(err, context.Canceled):
		return Deadline
	}
	text := err.Error()
	switch {
	case strings.Contains(text, "no such key"), strings.Contains(text, "no such attribute"),
		strings.Contains(text, "no such field"), strings.Contains(text, "index out of bounds"), strings.Contains(text, "out of range"):
		return NoSuchField
	case strings.Contains(text, "no such overload"), strings.Contains(text, "unsupported"), strings.Contains(text, "conversion"):
		return TypeMismatch
	}
	return EvaluationFailed
}
