package tenants

import (
	"cmp"
	"context"
	"time"

	"guardrails/shared/audit"
	"guardrails/shared/clock"
	"guardrails/shared/errs"
	"guardrails/shared/fn"
	"guardrails/shared/pressure"
	"guardrails/shared/registry"
	"guardrails/shared/table"
	"guardrails/shared/tenant"
)

// TenantView is a tenant as the API shows it. It is exported because answers embed it, and the framework reads no others.
type TenantView struct {
	ID           string         `json:"id" example:"ten_01jd3zk8q4x5v6w7y8z9a0b1c2"`
	Name         string         `json:"name" example:"Acme"`
	Slug         string         `json:"slug" example:"acme"`
	Plan         tenant.Plan    `json:"plan" enum:"basic,pro,enterprise"`
	Profile      tenant.Profile `json:"profile" enum:"standard,regulated"`
	State        tenant.State   `json:"state" enum:"active,suspended,offboarding,offboarded"`
	Backpressure pressure.Mode  `json:"backpressure" enum:"queue_all,fail_fast,adaptive" doc:"What becomes of events while their deliveries are more than 30 seconds behind: all are taken in and are late (queue_all, the default), none are (fail_fast), or as many as can be (adaptive)."`
	CreatedAt    string         `json:"created_at" format:"date-time"`
	UpdatedAt    string         `json:"updated_at" format:"date-time"`
}

func viewOf(t registry.Tenant) TenantView {
	return TenantView{
		ID: t.ID, Name: t.Name, Slug: t.Slug, Plan: t.Plan, Profile: t.Profile, State: t.State, Backpressure: cmp.Or(t.Backpressure, pressure.QueueAll),
		CreatedAt: clock.Format(time.UnixMilli(t.CreatedAt)), UpdatedAt: clock.Format(time.UnixMilli(t.UpdatedAt)),
	}
}

// answer is one tenant and the tag of its version.
type answer struct {
	ETag string `header:"ETag"`
	Body TenantView
}

func answerOf(t registry.Tenant) *answer { return &answer{ETag: fn.ETag(t.Version), Body: viewOf(t)} }

// tenantLimits is what a tenant may use.
type tenantLimits struct {
	Plan              tenant.Plan `json:"plan" enum:"basic,pro,enterprise"`
	RequestsPerSecond int         `json:"requests_per_second" doc:"Of the tenant as a whole; the limit in force." example:"1000"`
	Maximum           int         `json:"maximum_requests_per_second" doc:"The highest limit that the plan allows." example:"1000"`
	ClientPerSecond   int         `json:"client_requests_per_second" doc:"Of one key that carries no limit of its own." example:"100"`
}

type limitsAnswer struct {
	ETag string `header:"ETag"`
	Body tenantLimits
}

func limitsOf(t registry.Tenant) *limitsAnswer {
	return &limitsAnswer{ETag: fn.ETag(t.Version), Body: tenantLimits{
		Plan: t.Plan, RequestsPerSecond: t.RequestsPerSecond(), Maximum: registry.MaxRequestsPerSecond(t.Plan), ClientPerSecond: fn.ClientPerSecond,
	}}
}

// reader returns the tenants for functions that only read them.
func reader(env *fn.Env) *registry.Registry {
	return registry.At(registry.Stores{Tenants: env.Table(table.Tenants)})
}

// stores returns what changes of tenants need; directory is nil for those that move no name.
func stores(env *fn.Env, directory *table.DirectoryTable) registry.Stores {
	return registry.Stores{
		Tenants: env.Table(table.Tenants), Directory: directory, Outbox: env.Outbox(),
		Audit: audit.New(env.Table(table.Audit), env.IDs, env.Clock), Clock: env.Clock, IDs: env.IDs,
	}
}

// exists checks that the path names a tenant that the caller manages.
func exists(env *fn.Env) fn.Finder {
	tenants := reader(env)
	return func(ctx context.Context, call *fn.Call, params map[string]string) error {
		_, _, err := tenants.Managed(ctx, call.Principal, params["id"])
		return err
	}
}

// matched is an edit that first checks the caller's If-Match.
func matched(call *fn.Call, ifMatch string, edit func(*registry.Tenant) error) func(*registry.Tenant) error {
	return func(t *registry.Tenant) error {
		if err := call.Match(ifMatch, t.Version); err != nil {
			return err
		}
		return edit(t)
	}
}

// invalid is the error of one field of the body.
func invalid(location, message string) error {
	return errs.Invalid(errs.Field{Location: location, Message: message})
}
