package fn

import (
	"context"
	"time"

	"guardrails/shared/authn"
	"guardrails/shared/authz"
	"guardrails/shared/tenant"
)

// Call is what the edge knows of a request when it calls the handler.
type Call struct {
	// Scope is the caller's tenant; the zero Scope on public routes.
	Scope tenant.Scope
	// Principal is the verified caller; the zero Principal on public routes.
	Principal authn.Principal
	RequestID string
	// SourceIP is the caller's address as the gateway saw it.
	SourceIP string
	// Now is when the request came in.
	Now time.Time
}

// Can reports whether the caller holds a permission beyond the route's own.
func (c *Call) Can(p authz.Permission) bool { return c.Principal.Allows(p) }

type callKey struct{}

// callFrom returns the Call that the edge put into the context.
func callFrom(ctx context.Context) *Call {
	c, _ := ctx.Value(callKey{}).(*Call)
	return c
}
