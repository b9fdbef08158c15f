package gateway

import (
	"bytes"
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
)

// MaxBody is the largest request body that API Gateway takes, in bytes.
const MaxBody = 10 << 20

// MaxEvent is the largest event that Lambda takes, in bytes: 6 MB and its frame. The body is a string in it, so each quote,
// backslash and line break counts twice; a body well below MaxBody may not fit.
const MaxEvent = 6_291_556

var errTooLong = errs.New(errs.PayloadTooLarge, "The request is larger than 6 MB, in which each quote, backslash and line break of the body counts twice: send less at once, or documents of a job as an upload.")

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
	Clock   clock.Clock
	IDs     *id.Generator
	Log     *slog.Logger
}

// Gateway is an http.Handler. It is safe for concurrent use.
type Gateway struct {
	cfg    Config
	router *router
}

// New returns a gateway over the routes.
func New(cfg Config) *Gateway { return &Gateway{cfg: cfg, router: newRouter(cfg.Routes)} }

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
	}
	a.write(w)
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
		return nil, errs.New(errs.PayloadTooLarge, "The body is larger than 10 MB.")
	}
	authorizer, err := g.authorize(ctx, c)
	if err != nil {
		return nil, err
	}
	if wantsBody(c, authorizer) {
		if c.body, err = readBody(c.http); err != nil {
			return nil, err
		}
	}
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

// wantsBody spares memory that all callers share: a body is not read for a caller whom the function will refuse without
// looking at it, nor for a route that needs no credentials and no body.
func wantsBody(c *call, authorizer map[string]any) bool {
	if c.match.route.Public {
		return c.http.Method != http.MethodGet
	}
	return authorizer[principalKey] != fn.Anonymous
}

func readBody(r *http.Request) ([]byte, error) {
	body, err := io.ReadAll(http.MaxBytesReader(nil, r.Body, MaxBody))
	var tooLarge *http.MaxBytesError
	if errors.As(err, &tooLarge) {
		return nil, errs.New(errs.PayloadTooLarge, "The body is larger than 10 MB.")
	}
	if err != nil {
		return nil, errs.Wrap(errs.MalformedBody, "The body did not arrive as a whole.", err)
	}
	return body, nil
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
