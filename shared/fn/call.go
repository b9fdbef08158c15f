package fn

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"strings"
	"time"

	"guardrails/shared/authn"
	"guardrails/shared/authz"
	"guardrails/shared/id"
	"guardrails/shared/tenant"
)

// Call is what the edge knows of a request when it calls the handler.
type Call struct {
	// Scope is the caller's tenant; the zero Scope on public routes.
	Scope tenant.Scope
	// Principal is the verified caller; the zero Principal on public routes.
	Principal authn.Principal
	// RequestID is the id that the caller sees, which may be the caller's own; logs get LogID of it.
	RequestID string
	// SourceIP is the caller's address as the gateway saw it.
	SourceIP string
	// Now is when the request came in.
	Now time.Time
	// Repeated says that an earlier request with the same idempotency key ended without a known outcome: what it was to
	// create may be there already, under the ids that NewID gives.
	Repeated bool

	// seed and seedAt are of the idempotency key's first request.
	seed   []byte
	seedAt time.Time
}

// NewID returns the id of the one thing of a kind that the request creates. It is the same for every request with the
// same idempotency key, so that a second one meets what a first one made whose answer was lost.
func (c *Call) NewID(ids *id.Generator, p id.Prefix) string {
	if c.seed == nil {
		return ids.New(p)
	}
	return id.Derived(p, c.seedAt, c.seed)
}

// LogID is how a request id stands in logs. One that a caller made up is the caller's text: only what has the form of an
// id (letters and digits, both, with '_', '.', ':' or '-' between them) is kept; of anything else stands the beginning
// of its SHA-256, which tells the lines of a given id just as well.
func LogID(requestID string) string {
	letters, digits, other := false, false, false
	for _, c := range requestID {
		switch {
		case c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z':
			letters = true
		case c >= '0' && c <= '9':
			digits = true
		case !strings.ContainsRune("_.:-", c):
			other = true
		}
	}
	if letters && digits && !other {
		return requestID
	}
	sum := sha256.Sum256([]byte(requestID))
	return "sha256:" + hex.EncodeToString(sum[:8])
}

// Can reports whether the caller holds a permission beyond the route's own.
func (c *Call) Can(p authz.Permission) bool { return c.Principal.Allows(p) }

type callKey struct{}

// callFrom returns the Call that the edge put into the context.
func callFrom(ctx context.Context) *Call {
	c, _ := ctx.Value(callKey{}).(*Call)
	return c
}
