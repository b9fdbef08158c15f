package gateway

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/netip"
	"strings"
	"time"

	"github.com/aws/aws-lambda-go/events"

	"guardrails/infra/local/invoke"
	"guardrails/shared/clock"
	"guardrails/shared/errs"
	"guardrails/shared/fn"
	"guardrails/shared/id"
	"guardrails/shared/telemetry"
)

// MaxBody is the largest request body that API Gateway takes, in bytes.
const MaxBody = 10 << 20

// MaxEvent is the largest event that Lambda takes, in bytes: 6 MB and its frame. The body is a string in it, so each quote,
// backslash and line break counts twice; a body well below MaxBody may not fit.
const MaxEvent = 6_291_556

var errTooLong = errs.New(errs.PayloadTooLarge, "The request is larger than 6 MB, in which each quote, backslash and line break of the body counts twice: send less at once, or documents of a job as an upload.")

var errTooLarge = errs.New(errs.PayloadTooLarge, "The body is larger than 10 MB.")

// MaxHeader is how large the request line and all headers may be together, in bytes.
const MaxHeader = 10_240

// Config is what a gateway consists of.
type Config struct {
	// Routes are served; the catalogue's check has found repeated ones.
	Routes []Route
	// Authorizer is asked on every route that is not public.
	Authorizer *invoke.Target
	// Proxies are the networks whose word on the client's address counts (see client).
	Proxies []netip.Prefix
	// Registry takes the failures that no function can count itself, if anybody wants them.
	Registry *telemetry.Registry
	Clock    clock.Clock
	IDs      *id.Generator
	Log      *slog.Logger
}

// Gateway is an http.Handler. It is safe for concurrent use.
type Gateway struct {
	cfg    Config
	router *router
	bodies *bodies
	// metrics are for the registry alone: on AWS the gateway counts for itself.
	metrics *telemetry.Metrics
}

// New returns a gateway over the routes.
func New(cfg Config) *Gateway {
	return &Gateway{
		cfg: cfg, router: newRouter(cfg.Routes), bodies: &bodies{of: map[string]int64{}},
		metrics: telemetry.NewMetrics(io.Discard, "gateway", cfg.Clock, cfg.Registry),
	}
}

// call is one request on its way through the gateway.
type call struct {
	http  *http.Request
	match match
	// id is the gateway's own request id; shown is the one that clients see, which may be their own.
	id, shown string
	// client is the address that the request comes from.
	client   string
	received time.Time
	body     []byte
}

// ServeHTTP answers one request.
func (g *Gateway) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	c := &call{http: r, id: g.cfg.IDs.New(id.Request), received: g.cfg.Clock.Now()}
	c.client = client(r, g.cfg.Proxies)
	c.shown = shownID(r.Header.Values("X-Request-Id"), c.id)
	a, err := g.answer(r.Context(), c)
	if err != nil {
		a = g.problem(c, err)
		g.count(r.Context(), err)
	}
	a.write(w)
}

// count counts an answer that is ours because a function gave none: it timed out, panicked, or said nothing that can be
// passed on.
func (g *Gateway) count(ctx context.Context, err error) {
	var failed *functionError
	if !errors.As(err, &failed) && !errors.Is(err, invoke.ErrTimeout) && !errors.Is(err, invoke.ErrPanic) && !errors.Is(err, errAuthorizer) {
		return
	}
	for _, m := range []telemetry.Metric{telemetry.Requests, telemetry.RequestErrors, telemetry.ServedRequests, telemetry.ServedErrors} {
		g.metrics.Count(m, 1)
	}
	if err := g.metrics.Flush(); err != nil {
		g.cfg.Log.WarnContext(ctx, "metrics not written", "error", err)
	}
}

// answer takes the steps of the real gateway in its order: path, method, authorizer, body, function.
func (g *Gateway) answer(ctx context.Context, c *call) (*answer, error) {
	if headerSize(c.http) > MaxHeader {
		return nil, errs.Newf(errs.HeaderTooLarge, "The request line and headers are larger than %d bytes.", MaxHeader)
	}
	c.match = g.router.find(c.http.Method, c.http.URL.EscapedPath())
	if !c.match.found {
		return nil, errs.New(errs.NotFound, "There is no such path.")
	}
	if c.match.route.Target == nil {
		return nil, &methodError{allowed: c.match.allowed}
	}
	if c.http.ContentLength > MaxBody {
		return nil, errTooLarge
	}
	authorizer, err := g.authorize(ctx, c)
	if err != nil {
		return nil, err
	}
	done, err := g.readBody(c, authorizer)
	if err != nil {
		return nil, err
	}
	defer done()
	return g.invoke(ctx, c, authorizer)
}

// headerSize is what API Gateway counts: the request line and all header lines.
func headerSize(r *http.Request) int {
	n := len(r.Method) + len(r.RequestURI)
	for name, values := range r.Header {
		for _, v := range values {
			n += len(name) + len(v)
		}
	}
	return n
}

// readBody reads as much of the body as the function looks at. It reads none for a caller whom the function will refuse
// without looking, and refuses when the bodies that are being worked on take up the memory that all callers share. The
// caller says when it is done with the body.
func (g *Gateway) readBody(c *call, authorizer map[string]any) (done func(), err error) {
	limit := c.match.route.BodyLimit
	if limit == 0 || authorizer[principalKey] == fn.Anonymous {
		return func() {}, nil
	}
	size := limit + 1
	if c.http.ContentLength >= 0 {
		size = min(size, c.http.ContentLength)
	}
	who, _ := authorizer["tenant"].(string)
	if done, err = g.bodies.take(cmp.Or(who, c.client), size); err != nil {
		return nil, err
	}
	c.body, err = io.ReadAll(io.LimitReader(c.http.Body, limit+1))
	if err != nil {
		done()
		return nil, errs.Wrap(errs.MalformedBody, "The body did not arrive as a whole.", err)
	}
	if len(c.body) > MaxBody {
		done()
		return nil, errTooLarge
	}
	return done, nil
}

func (g *Gateway) invoke(ctx context.Context, c *call, authorizer map[string]any) (*answer, error) {
	target := c.match.route.Target
	payload, err := encode(g.proxyRequest(c, authorizer))
	if err != nil {
		return nil, errs.Wrap(errs.Internal, "The request could not be passed on.", err)
	}
	if len(payload) > MaxEvent {
		return nil, errTooLong
	}
	// A caller that hangs up does not stop the function, as on AWS: half a write helps nobody.
	out, err := target.Call(context.WithoutCancel(ctx), c.id, payload)
	if err != nil {
		g.cfg.Log.ErrorContext(ctx, "function failed", "function", target.Name, "request_id", fn.LogID(c.shown), "error", err)
		return nil, &functionError{err}
	}
	a, err := readAnswer(out)
	if err != nil {
		g.cfg.Log.ErrorContext(ctx, "function's answer is malformed", "function", target.Name, "request_id", fn.LogID(c.shown), "error", err)
		return nil, &functionError{err}
	}
	if a.header.Get("X-Request-Id") == "" {
		a.header.Set("X-Request-Id", c.shown)
	}
	return a, nil
}

// encode makes the event's JSON. Angle brackets stay as they are, as in API Gateway's events.
func encode(ev events.APIGatewayProxyRequest) ([]byte, error) {
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(ev); err != nil {
		return nil, fmt.Errorf("encode the event: %w", err)
	}
	return bytes.TrimRight(b.Bytes(), "\n"), nil
}

// shownID keeps a caller's request id of 8 to 128 printable ASCII characters.
func shownID(own []string, fallback string) string {
	if len(own) != 1 || len(own[0]) < 8 || len(own[0]) > 128 {
		return fallback
	}
	if strings.ContainsFunc(own[0], func(r rune) bool { return r < ' ' || r > '~' }) {
		return fallback
	}
	return own[0]
}
