package authn

import (
	"errors"
	"slices"
	"strconv"
	"strings"

	"guardrails/shared/authz"
	"guardrails/shared/errs"
	"guardrails/shared/id"
	"guardrails/shared/internal/scope"
	"guardrails/shared/tenant"
)

// Principal is a verified caller. Its fields are unexported: only the authorizer's answer makes one.
type Principal struct {
	claims Claims
	grants []authz.Permission
}

// Claims are what the authorizer found out about a caller.
type Claims struct {
	// ID is the key's or the user's id.
	ID     string
	Tenant string
	Role   authz.Role
	Scopes []string
	// RateLimit is the caller's own limit in requests a minute; 0 means the plan's.
	RateLimit int
	// LimitRoot is whose limit RateLimit counts in, if not the caller's own.
	LimitRoot string
	// KeyVersion is the version of the key whose current secret was shown; 0 for a secret that was rotated out.
	KeyVersion int64
	// TenantRPS is the tenant's limit in requests a second; 0 means the plan's.
	TenantRPS int
	Test      bool
	Profile   tenant.Profile
	State     tenant.State
	Plan      tenant.Plan
}

// Refusal says why the authorizer found no principal.
type Refusal string

// The refusals. Clients see one answer for RefusedInvalid, whatever its cause.
const (
	RefusedMissing  Refusal = "missing"
	RefusedInvalid  Refusal = "invalid"
	RefusedConflict Refusal = "conflict"
)

const refusalKey = "refusal"

// Context is the map that API Gateway carries from the authorizer to the function: strings and numbers only.
func (c Claims) Context() map[string]any {
	return map[string]any{
		"principal": c.ID, "tenant": c.Tenant, "role": string(c.Role), "scopes": strings.Join(c.Scopes, " "),
		"rate_limit": strconv.Itoa(c.RateLimit), "limit_root": c.LimitRoot, "key_version": strconv.FormatInt(c.KeyVersion, 10),
		"tenant_rps": strconv.Itoa(c.TenantRPS), "test": strconv.FormatBool(c.Test),
		"profile": string(c.Profile), "state": string(c.State), "plan": string(c.Plan),
	}
}

// RefusalContext is the authorizer's context for a caller without a principal.
func RefusalContext(r Refusal) map[string]any { return map[string]any{refusalKey: string(r)} }

var errNoPrincipal = errors.New("authn: no principal")

// FromContext reads the authorizer's context. Anything but a complete, valid principal is an Unauthenticated error,
// so a missing authorizer refuses everybody.
func FromContext(m map[string]any) (Principal, error) {
	get := func(k string) string { s, _ := m[k].(string); return s }
	if r := Refusal(get(refusalKey)); r != "" {
		return Principal{}, refused(r)
	}
	c := Claims{
		ID: get("principal"), Tenant: get("tenant"), Role: authz.Role(get("role")), Scopes: strings.Fields(get("scopes")),
		Test: get("test") == "true", Profile: tenant.Profile(get("profile")), State: tenant.State(get("state")), Plan: tenant.Plan(get("plan")),
	}
	c.LimitRoot = get("limit_root")
	c.KeyVersion, _ = strconv.ParseInt(get("key_version"), 10, 64)
	c.RateLimit, _ = strconv.Atoi(get("rate_limit"))
	c.TenantRPS, _ = strconv.Atoi(get("tenant_rps"))
	if c.ID == "" || !id.Valid(id.Tenant, c.Tenant) || !slices.Contains(authz.Roles(), c.Role) || c.State == "" {
		return Principal{}, refused(RefusedMissing)
	}
	return Principal{claims: c, grants: authz.Grants(c.Role, c.Scopes)}, nil
}

func refused(r Refusal) error {
	switch r {
	case RefusedConflict:
		return errs.New(errs.MalformedBody, "The request carries two different credentials; send one.")
	case RefusedInvalid:
		return errs.Wrap(errs.Unauthenticated, "Invalid API Key", errNoPrincipal)
	case RefusedMissing:
	}
	return errs.Wrap(errs.Unauthenticated, "API Key is missing", errNoPrincipal)
}

// ID returns the key's or the user's id.
func (p Principal) ID() string { return p.claims.ID }

// Claims returns what the authorizer found out.
func (p Principal) Claims() Claims { return p.claims }

// Allows reports whether the caller holds a permission: by role and by scope.
func (p Principal) Allows(perm authz.Permission) bool { return slices.Contains(p.grants, perm) }

// Grants lists the caller's permissions, sorted.
func (p Principal) Grants() []authz.Permission { return slices.Clone(p.grants) }

// Regulated reports whether the caller's tenant fails closed.
func (p Principal) Regulated() bool { return p.claims.Profile == tenant.ProfileRegulated }

// Scope returns the Scope of the caller's own tenant. It panics on the zero Principal.
func (p Principal) Scope() tenant.Scope { return scope.Mint(p.claims.Tenant) }

// ScopeOf returns the Scope of another tenant, which only a platform administrator may have, to manage it.
// It returns errs.Forbidden for everybody else.
func (p Principal) ScopeOf(tenantID string) (tenant.Scope, error) {
	if p.claims.Role != authz.PlatformAdmin {
		return tenant.Scope{}, errs.New(errs.Forbidden, "Only a platform administrator manages other tenants.")
	}
	return scope.Mint(tenantID), nil
}
