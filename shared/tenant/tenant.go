package tenant

import "guardrails/shared/internal/scope"

// Scope is the tenant that a call works for; see the scope package for why it cannot be forged.
type Scope = scope.Scope

// State is where a tenant is in its life.
type State string

// A tenant is served in StateActive; StateSuspended refuses everything but an administrator's reads.
const (
	StateActive      State = "active"
	StateSuspended   State = "suspended"
	StateOffboarding State = "offboarding"
	StateOffboarded  State = "offboarded"
)

// Profile is how strictly a tenant is served when a choice between availability and safety must be made.
type Profile string

// ProfileRegulated fails closed: no answer without its record, no write without If-Match, no key without an expiry
// and an address list.
const (
	ProfileStandard  Profile = "standard"
	ProfileRegulated Profile = "regulated"
)

// Plan is what a tenant pays for.
type Plan string

// The plans.
const (
	PlanBasic      Plan = "basic"
	PlanPro        Plan = "pro"
	PlanEnterprise Plan = "enterprise"
)
