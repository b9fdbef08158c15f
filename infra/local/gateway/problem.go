package gateway

import (
	"errors"
	"net/http"
	"strings"

	"guardrails/infra/local/invoke"
	"guardrails/shared/errs"
	"guardrails/shared/fn"
)

// methodError says that a path exists with other methods.
type methodError struct{ allowed []string }

func (*methodError) Error() string { return "method not allowed" }

// functionError says that a function failed, came late or answered nonsense.
type functionError struct{ cause error }

func (e *functionError) Error() string { return e.cause.Error() }
func (e *functionError) Unwrap() error { return e.cause }

// problem is the gateway's own answer to a request that no function answered.
func (g *Gateway) problem(c *call, err error) *answer {
	var method *methodError
	var function *functionError
	var p *fn.Problem
	switch {
	case errors.As(err, &method):
		p = fn.ProblemOf(errs.New(errs.MethodNotAllowed, "The path exists, but not with this method."), c.shown)
	case errors.As(err, &function):
		p = functionProblem(function, c.shown)
	default:
		p = fn.ProblemOf(err, c.shown)
	}
	a := &answer{status: p.Status, header: http.Header{}, body: p.Body()}
	for k, v := range p.Headers() {
		a.header.Set(k, v)
	}
	a.header.Set("X-Content-Type-Options", "nosniff")
	if method != nil {
		a.header.Set("Allow", strings.Join(method.allowed, ", "))
	}
	return a
}

// functionProblem tells a late function (504) from a broken one (502), as API Gateway does.
func functionProblem(err error, requestID string) *fn.Problem {
	if errors.Is(err, invoke.ErrTimeout) {
		p := fn.ProblemOf(errs.New(errs.Overloaded, "The request took too long."), requestID)
		p.Status, p.Title = http.StatusGatewayTimeout, "The function did not answer in time"
		return p
	}
	p := fn.ProblemOf(nil, requestID)
	p.Status, p.Title = http.StatusBadGateway, "The function failed"
	return p
}
