package fn

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"mime"
	"net/http"
	"runtime/debug"
	"strings"
	"time"

	"guardrails/shared/authn"
	"guardrails/shared/authz"
	"guardrails/shared/document"
	"guardrails/shared/errs"
	"guardrails/shared/limit"
	"guardrails/shared/telemetry"
	"guardrails/shared/tenant"
)

// step does one thing with a request and hands it on; an error ends the request.
type step func(ctx context.Context, x *exchange) error

// middleware wraps a step around the next.
type middleware func(r *route, next step) step

// middlewares is the order in which every request is looked at. The order is part of the contract: credentials 401,
// permission 403, limit 429, resource of the path 404, body 400 or 422.
var middlewares = []middleware{
	recoverPanic,
	authenticate,
	authorize,
	limitRate,
	findResource,
	checkBody,
	idempotent,
}

// recoverPanic turns a panic into an Internal error. The panic's value may hold request text, so only its type and
// the stack are logged.
func recoverPanic(r *route, next step) step {
	return func(ctx context.Context, x *exchange) (err error) {
		defer func() {
			if v := recover(); v != nil {
				r.env.Log.ErrorContext(ctx, "panic", "request_id", LogID(x.call.RequestID), "panic_type", fmt.Sprintf("%T", v), "stack", string(debug.Stack()))
				err = errors.New("panic in the handler")
			}
		}()
		return next(ctx, x)
	}
}

// authenticate takes the principal from the authorizer's context. Public routes have none.
func authenticate(r *route, next step) step {
	return func(ctx context.Context, x *exchange) error {
		if r.env.Spec.Public() {
			return next(ctx, x)
		}
		p, err := authn.FromContext(x.authorizer)
		if err != nil {
			r.env.Metrics.Count(telemetry.AuthRefused, 1)
			return err
		}
		x.call.Principal, x.call.Scope = p, p.Scope()
		return next(ctx, x)
	}
}

// ownAgent is how the names of our own senders begin, which no tenant can change.
const ownAgent = "Guardrails-Webhook"

// authorize asks for the route's permission, and refuses everything but an administrator's reads to a suspended tenant,
// and everything to one that is being closed.
func authorize(r *route, next step) step {
	need := r.env.Spec.Permission
	return func(ctx context.Context, x *exchange) error {
		if r.env.Spec.Public() {
			return next(ctx, x)
		}
		if strings.HasPrefix(x.header.Get("User-Agent"), ownAgent) {
			return errs.New(errs.Forbidden, "Webhooks of this service are no requests to it: one that made another would go on forever.")
		}
		p := x.call.Principal
		if !p.Allows(need) {
			return errs.Newf(errs.Forbidden, "The credentials lack the permission %s.", need)
		}
		switch c := p.Claims(); {
		case c.State == tenant.StateActive:
		case c.State != tenant.StateSuspended:
			return errs.New(errs.TenantSuspended, "The tenant is not served.")
		case c.Role != authz.Admin || x.method != http.MethodGet:
			return errs.New(errs.TenantSuspended, "The tenant is suspended; only its administrators may read.")
		}
		return next(ctx, x)
	}
}

const (
	defaultTenantRPS = 1000
	// ClientPerSecond is the limit of a key that carries none of its own.
	ClientPerSecond = 100
	legacyPerMinute = 100
)

// ratePolicies are the limits of a request: the tenant's, then the client's. A key's own limit is told and counted by
// the minute over all routes.
func ratePolicies(c authn.Claims, class RateClass) []limit.Policy {
	perMinute := func(name string, n int) limit.Policy {
		return limit.Policy{Name: name, Subject: c.ID, PerSecond: float64(n) / 60, Burst: n, Window: time.Minute}
	}
	perSecond := func(name, subject string, n int) limit.Policy {
		return limit.Policy{Name: name, Subject: subject, PerSecond: float64(n), Burst: n, Window: time.Second}
	}
	rps := c.TenantRPS
	if rps == 0 {
		rps = defaultTenantRPS
	}
	out := []limit.Policy{perSecond("tenant", "-", rps)}
	switch {
	case c.RateLimit > 0:
		own := perMinute("key", c.RateLimit)
		own.Subject, own.Pool = cmp.Or(c.LimitRoot, c.ID), true // a key's keys count in its own limit
		return append(out, own)
	case class == RateLegacyAnalyze:
		return append(out, perMinute("legacy", legacyPerMinute))
	default:
		return append(out, perSecond("client", c.ID, ClientPerSecond))
	}
}

// limitRate takes a token from each limit, and tells the binding one in the answer's header.
func limitRate(r *route, next step) step {
	return func(ctx context.Context, x *exchange) error {
		if r.limiter == nil {
			return next(ctx, x)
		}
		p := x.call.Principal
		d, err := r.limiter.Allow(ctx, x.call.Scope, p.Regulated(), ratePolicies(p.Claims(), r.env.Spec.RateClass)...)
		if err != nil {
			return err
		}
		if d.Fallback {
			r.env.Metrics.Count(telemetry.LimiterFallbacks, 1)
		}
		seconds := int(d.Policy.Window.Seconds())
		x.outHeader.Set("RateLimit-Policy", fmt.Sprintf("%q;q=%d;w=%d", d.Policy.Name, d.Policy.Quota(), seconds))
		x.outHeader.Set("RateLimit", fmt.Sprintf("%q;r=%d;t=%d", d.Policy.Name, d.Remaining, seconds))
		if !d.Allowed {
			r.env.Metrics.Count(telemetry.RateLimited, 1)
			return errs.New(errs.RateLimited, exceeded(d.Policy, r.env.Spec.Legacy())).WithRetryAfter(d.RetryAfter)
		}
		return next(ctx, x)
	}
}

// exceeded tells a limit in the sentence that clients of the older API match on. That API counts by the minute.
func exceeded(p limit.Policy, legacy bool) string {
	quota, window := p.Quota(), "second"
	switch {
	case p.Window == time.Minute:
		window = "minute"
	case legacy:
		quota, window = quota*int(time.Minute/p.Window), "minute"
	}
	return fmt.Sprintf("Rate limit exceeded. Allowed: %d requests per %s.", quota, window)
}

// findResource lets the route check its path's resource before the body is looked at.
func findResource(r *route, next step) step {
	return func(ctx context.Context, x *exchange) error {
		if r.find != nil {
			if err := r.find(ctx, x.call, x.params); err != nil {
				return err
			}
		}
		return next(ctx, x)
	}
}

const maxDepth = 64

// checkBody refuses a body that is too large, of another type, or not strict JSON.
func checkBody(r *route, next step) step {
	return func(ctx context.Context, x *exchange) error {
		if !r.env.Spec.HasBody() || len(x.body) == 0 {
			return next(ctx, x)
		}
		if max := r.env.Spec.BodyLimit(); int64(len(x.body)) > max {
			return errs.Newf(errs.PayloadTooLarge, "The body is larger than %d bytes.", max)
		}
		if r.env.Spec.Lines {
			body, err := listOf(x.header.Get("Content-Type"), x.body)
			if err != nil {
				return err
			}
			x.body = body
			return next(ctx, x)
		}
		if t := x.header.Get("Content-Type"); !isJSON(t) {
			return errs.New(errs.UnsupportedMediaType, "Send the body as JSON in UTF-8, with the header Content-Type: application/json.")
		}
		if err := document.Check(x.body, maxDepth); err != nil {
			return err
		}
		return next(ctx, x)
	}
}

func isUTF8(charset string) bool { return charset == "" || strings.EqualFold(charset, "utf-8") }

// isJSON accepts application/json, application/*+json, and a missing type. What curl -d sends is none of them: it calls
// every body a form, and the answer tells how to say otherwise.
func isJSON(contentType string) bool {
	if contentType == "" {
		return true
	}
	t, params, err := mime.ParseMediaType(contentType)
	if err != nil {
		return false
	}
	return (t == "application/json" || strings.HasPrefix(t, "application/") && strings.HasSuffix(t, "+json")) && isUTF8(params["charset"])
}
