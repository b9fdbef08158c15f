package fn

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"sync"

	"github.com/danielgtaylor/huma/v2"

	"guardrails/shared/secret"
)

// Function is one built function: a trigger's JSON in, its answer's JSON out, as the Lambda runtime calls it.
type Function interface {
	Invoke(ctx context.Context, payload []byte) ([]byte, error)
}

// Binding joins a Spec's name to its handler. Make one with Route, Messages, Batches, Records, Tick, Authorize or Gate.
type Binding struct {
	kind     TriggerKind
	build    func(*Env) (Function, error)
	document func(huma.API, Spec)
}

// Bindings are a context's handlers by the names of the catalogue.
type Bindings map[string]Binding

// Handler is what a route does: the edge has verified the caller, checked the limits and validated In.
type Handler[In, Out any] func(ctx context.Context, call *Call, in *In) (*Out, error)

// Finder checks that the resource a path names exists for the caller, before the body is looked at.
// It returns errs.NotFound otherwise.
type Finder func(ctx context.Context, call *Call, params map[string]string) error

type options struct {
	status   int
	find     func(*Env) Finder
	once     []string
	describe func(*huma.Operation)
}

// Option changes how the edge treats a route.
type Option func(*options)

// Status sets the success status; the default is 200, or 204 where Out has no body.
func Status(code int) Option { return func(o *options) { o.status = code } }

// Find sets the check of the path's resource.
func Find(build func(*Env) Finder) Option { return func(o *options) { o.find = build } }

// ShownOnce names top-level fields of the answer that an idempotent replay shows as null.
func ShownOnce(fields ...string) Option { return func(o *options) { o.once = fields } }

// Describe lets a route add to its OpenAPI operation.
func Describe(f func(*huma.Operation)) Option { return func(o *options) { o.describe = f } }

// Route binds an HTTP route. In's fields say where values come from (path, query and header tags, Body); Out's say
// where they go (header tags, Status, Body); see huma for the tags.
func Route[In, Out any](build func(*Env) (Handler[In, Out], error), opts ...Option) Binding {
	var o options
	for _, opt := range opts {
		opt(&o)
	}
	register := func(api huma.API, spec Spec, h Handler[In, Out]) {
		huma.Register(api, operation(spec, o), func(ctx context.Context, in *In) (*Out, error) {
			call := callFrom(ctx)
			out, err := h(ctx, call, in)
			if err != nil {
				return nil, &handlerError{err}
			}
			return out, nil
		})
	}
	return Binding{
		kind: TriggerHTTP,
		build: func(env *Env) (Function, error) {
			h, err := build(env)
			if err != nil {
				return nil, err
			}
			c := &capture{}
			register(newAPI(c, newNamer()), env.Spec, h)
			return newRoute(env, o, c), nil
		},
		document: func(api huma.API, spec Spec) { register(api, spec, nil) },
	}
}

// handlerError carries a handler's error through huma unseen.
type handlerError struct{ err error }

func (e *handlerError) Error() string { return e.err.Error() }
func (e *handlerError) Unwrap() error { return e.err }

var overrideHuma sync.Once

// newAPI returns a huma API without its own routes. huma makes errors through package variables; they are set once to
// ours, which never show a request's value. So is the one that says whether names of fields have one spelling.
func newAPI(a huma.Adapter, names *namer) huma.API {
	overrideHuma.Do(func() {
		huma.ValidateStrictCasing = true // as decodeJSON does; else "NAME" is decoded and "name" is validated
		huma.NewErrorWithContext = func(c huma.Context, status int, _ string, details ...error) huma.StatusError {
			x, ok := c.(*exchange)
			if !ok {
				return ProblemOf(nil, "")
			}
			x.failed = fromHuma(status, details)
			var he *handlerError
			for _, d := range details {
				if errors.As(d, &he) {
					x.failed = he.err
				}
			}
			return ProblemOf(x.failed, x.call.RequestID)
		}
		huma.NewError = func(int, string, ...error) huma.StatusError { return &Problem{} }
	})
	cfg := huma.Config{
		OpenAPI: &huma.OpenAPI{
			OpenAPI: "3.1.0", Info: &huma.Info{Title: "Guardrails API", Version: Version},
			Components: &huma.Components{Schemas: huma.NewMapRegistry("#/components/schemas/", names.name)},
		},
		Formats: map[string]huma.Format{"application/json": jsonFormat(), "json": jsonFormat()}, DefaultFormat: "application/json",
	}
	return huma.NewAPI(cfg, a)
}

// Build makes the function that spec describes. It fails if no handler is bound to its name, if the binding is for
// another kind of trigger, or if the handler asked for something the Spec does not declare. The function also answers
// self-checks.
func Build(spec Spec, bindings Bindings, cfg Config) (Function, error) {
	b, ok := bindings[spec.Name]
	if !ok {
		return nil, fmt.Errorf("function %q has no handler in its context's bindings", spec.Name)
	}
	if b.kind != spec.Trigger.Kind {
		return nil, fmt.Errorf("function %q is triggered by %s, its handler is for %s", spec.Name, spec.Trigger.Kind, b.kind)
	}
	env := NewEnv(spec, cfg)
	f, err := b.build(env)
	if err := errors.Join(env.Err(), err); err != nil {
		return nil, fmt.Errorf("build function %q: %w", spec.Name, err)
	}
	return &checked{f, env}, nil
}

// operation is the OpenAPI operation that a Spec and its options imply.
func operation(spec Spec, o options) huma.Operation {
	op := huma.Operation{
		OperationID: spec.Name, Method: spec.Trigger.Method, Path: spec.Trigger.Path, Summary: spec.Summary,
		Tags: []string{spec.Context}, DefaultStatus: o.status, MaxBodyBytes: -1, Errors: spec.ErrorStatuses(),
		Extensions: map[string]any{},
	}
	if !spec.Public() {
		op.Security = []map[string][]string{{"bearer": {}}, {"apiKey": {}}}
		op.Extensions["x-guardrails-permission"] = string(spec.Permission)
	}
	if o.describe != nil {
		o.describe(&op)
	}
	return op
}

// ErrorStatuses lists the error statuses that a route's shape implies, and those its Spec adds.
func (s Spec) ErrorStatuses() []int {
	out := []int{http.StatusRequestHeaderFieldsTooLarge, http.StatusInternalServerError, http.StatusServiceUnavailable}
	if !s.Public() {
		out = append(out, http.StatusBadRequest, http.StatusUnauthorized, http.StatusForbidden, http.StatusTooManyRequests)
	}
	if len(s.Params()) > 0 {
		out = append(out, http.StatusNotFound)
	}
	if s.HasBody() {
		out = append(out, http.StatusRequestEntityTooLarge, http.StatusUnsupportedMediaType, http.StatusUnprocessableEntity)
	}
	if slices.Contains(s.Access.Secrets, secret.Cursor) { // a list, whose cursor and limit are checked
		out = append(out, http.StatusUnprocessableEntity)
	}
	if s.Idempotent() {
		out = append(out, http.StatusConflict)
	}
	return append(out, s.Statuses...)
}
