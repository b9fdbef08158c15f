package registry

import (
	"cmp"
	"strings"

	"golang.org/x/text/unicode/norm"

	"guardrails/shared/pressure"
	"guardrails/shared/table"
	"guardrails/shared/tenant"
)

// Tenant is a customer as the tenants table keeps it. Times are Unix milliseconds.
type Tenant struct {
	ID   string `dynamodbav:"id"`
	Name string `dynamodbav:"name"`
	// Held is the name that the platform gave the tenant and keeps for it, where the tenant calls itself otherwise.
	Held    string         `dynamodbav:"held_name,omitempty"`
	Slug    string         `dynamodbav:"slug"`
	Plan    tenant.Plan    `dynamodbav:"plan"`
	Profile tenant.Profile `dynamodbav:"profile"`
	State   tenant.State   `dynamodbav:"state"`
	Limits  Limits         `dynamodbav:"limits"`
	// Backpressure is what becomes of events while deliveries are behind; empty means pressure.QueueAll.
	Backpressure pressure.Mode `dynamodbav:"backpressure,omitempty"`
	// Platform marks the one tenant that holds the platform administrators; it is in no list and cannot be changed.
	Platform  bool  `dynamodbav:"platform,omitempty"`
	CreatedAt int64 `dynamodbav:"created_at"`
	UpdatedAt int64 `dynamodbav:"updated_at"`
	Version   int64 `dynamodbav:"version"`
}

// Rename gives the tenant a name that no other has: the platform's to do.
func (t *Tenant) Rename(name string) { t.Name, t.Held = name, "" }

// CallItself lets the tenant show another name. It need not be unique, or every tenant could ask who else is a customer,
// and take their names; what the platform called it stays its own.
func (t *Tenant) CallItself(name string) {
	if name != t.Name {
		t.Held, t.Name = cmp.Or(t.Held, t.Name), name
	}
}

// held is the name as it is kept unique: in one case, width and spacing.
func (t *Tenant) held() string {
	return strings.Join(strings.Fields(strings.ToLower(norm.NFKC.String(cmp.Or(t.Held, t.Name)))), " ")
}

// Limits are what a platform administrator set for a tenant; 0 means the default.
type Limits struct {
	RequestsPerSecond int `dynamodbav:"requests_per_second,omitempty"`
}

// RequestsPerSecond is the limit in force: the tenant's own, or 1,000; never more than the plan allows.
func (t Tenant) RequestsPerSecond() int {
	return min(cmp.Or(t.Limits.RequestsPerSecond, defaultRPS), MaxRequestsPerSecond(t.Plan))
}

const (
	defaultRPS    = 1000
	enterpriseRPS = 100_000
)

// MaxRequestsPerSecond is the highest limit that a plan allows.
func MaxRequestsPerSecond(p tenant.Plan) int {
	if p == tenant.PlanEnterprise {
		return enterpriseRPS
	}
	return defaultRPS
}

// New is what a tenant is created from. The zero values of Plan and Profile mean basic and standard; an empty Slug is
// made of the name.
type New struct {
	Name    string
	Slug    string
	Plan    tenant.Plan
	Profile tenant.Profile
	// Platform is for the set-up of an environment alone; see Tenant.Platform.
	Platform bool
	// With, if set, adds writes to the transaction, such as the tenant's first key.
	With func(t Tenant, s tenant.Scope) ([]table.Op, error)
}

// maxSlug bounds a slug that is made of a name, in bytes.
const maxSlug = 64

// slugOf makes a slug of a name: its ASCII letters and digits in lower case, all else as single hyphens. A name
// without any gives "tenant".
func slugOf(name string) string {
	var b strings.Builder
	gap := false
	for _, r := range strings.ToLower(name) {
		if r >= 'a' && r <= 'z' || r >= '0' && r <= '9' {
			if gap && b.Len() > 0 {
				b.WriteByte('-')
			}
			gap = false
			b.WriteRune(r)
		} else {
			gap = true
		}
		if b.Len() >= maxSlug {
			break
		}
	}
	if b.Len() == 0 {
		return "tenant"
	}
	return b.String()
}

// allowed are the changes of state that an update may make. Offboarding begins with Delete.
func allowed(from, to tenant.State) bool {
	switch to {
	case tenant.StateActive:
		return from == tenant.StateSuspended
	case tenant.StateSuspended:
		return from == tenant.StateActive || from == tenant.StateOffboarding
	case tenant.StateOffboarding:
		return from == tenant.StateActive || from == tenant.StateSuspended
	case tenant.StateOffboarded:
	}
	return false
}

// diff names the fields that differ between two versions of a tenant.
func diff(a, b Tenant) []string {
	var out []string
	for _, f := range []struct {
		name    string
		changed bool
	}{
		{"backpressure", a.Backpressure != b.Backpressure},
		{"limits", a.Limits != b.Limits},
		{"name", a.Name != b.Name},
		{"plan", a.Plan != b.Plan},
		{"profile", a.Profile != b.Profile},
		{"state", a.State != b.State},
	} {
		if f.changed {
			out = append(out, f.name)
		}
	}
	return out
}
