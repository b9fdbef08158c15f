package tenants

import (
	"context"
	"fmt"
	"net/netip"
	"time"

	"guardrails/shared/apikey"
	"guardrails/shared/authz"
	"guardrails/shared/errs"
	"guardrails/shared/fn"
	"guardrails/shared/registry"
	"guardrails/shared/table"
	"guardrails/shared/tenant"
)

type createInput struct {
	Body newTenant
}

type newTenant struct {
	Name       string         `json:"name" minLength:"1" maxLength:"255" pattern:"\\S" doc:"Unique among tenants." example:"Acme"`
	Slug       string         `json:"slug,omitempty" minLength:"1" maxLength:"64" pattern:"^[a-z0-9-]+$" doc:"Unique among tenants; made of the name if not given." example:"acme"`
	Plan       tenant.Plan    `json:"plan,omitempty" enum:"basic,pro,enterprise" default:"basic"`
	Profile    tenant.Profile `json:"profile,omitempty" enum:"standard,regulated" default:"standard" doc:"Regulated fails closed where standard goes on."`
	AllowedIPs []string       `json:"allowed_ips,omitempty" maxItems:"50" nullable:"false" doc:"Where the tenant's first key may be used. In the regulated profile, the address of this request if not given." example:"[\"203.0.113.0/24\"]"`
}

type created struct {
	Location string `header:"Location"`
	ETag     string `header:"ETag"`
	Body     createdTenant
}

type createdTenant struct {
	TenantView
	AdminKey *string `json:"admin_key" doc:"The secret of the tenant's first key, of the role admin, valid for 90 days. It is shown this once; a replay of the request has null."`
}

// firstKeyFor is how long the first key of a tenant is valid.
const firstKeyFor = 90 * 24 * time.Hour

// create makes a tenant, its data key and its first key in one transaction: a tenant is never without a way in.
func create(env *fn.Env) (fn.Handler[createInput, created], error) {
	st := stores(env, env.Directory())
	st.Keys = env.Keys()
	tenants := registry.At(st)
	keys := apikey.At(apikey.Stores{
		Tenants: st.Tenants, Directory: st.Directory, Outbox: st.Outbox, Audit: st.Audit, Clock: st.Clock, IDs: st.IDs, Secrets: env.Secrets(),
	})
	return func(ctx context.Context, call *fn.Call, in *createInput) (*created, error) {
		first, err := firstKey(call, in)
		if err != nil {
			return nil, err
		}
		out := &created{}
		t, err := tenants.Create(ctx, call.Actor(), registry.New{
			Name: in.Body.Name, Slug: in.Body.Slug, Plan: in.Body.Plan, Profile: in.Body.Profile,
			With: func(_ registry.Tenant, s tenant.Scope) ([]table.Op, error) {
				_, key, ops, err := keys.Prepare(ctx, s, call.Actor(), first)
				out.Body.AdminKey = &key
				return ops, err
			},
		})
		if err != nil {
			return nil, err
		}
		out.Location, out.ETag, out.Body.TenantView = "/api/v1/tenants/"+t.ID, fn.ETag(t.Version), viewOf(t)
		return out, nil
	}, nil
}

// firstKey describes the tenant's first key: an administrator's. The regulated profile allows no scope "*" and demands
// an address list.
func firstKey(call *fn.Call, in *createInput) (apikey.New, error) {
	n := apikey.New{Name: "First administrator", Role: authz.Admin, Scopes: []string{"*"}, AllowedIPs: in.Body.AllowedIPs, ExpiresIn: firstKeyFor}
	var faults []errs.Field
	fault := func(i int, message string) {
		faults = append(faults, errs.Field{Location: fmt.Sprintf("/allowed_ips/%d", i), Message: message})
	}
	for i, a := range n.AllowedIPs {
		p, err := apikey.ParsePrefix(a)
		switch {
		case err != nil:
			fault(i, "is neither an address nor a CIDR block")
		case in.Body.Profile == tenant.ProfileRegulated && apikey.TooWide(p):
			fault(i, "allows more addresses than the regulated profile does: /8 of IPv4, /32 of IPv6")
		}
	}
	if len(faults) > 0 {
		return n, errs.Invalid(faults...)
	}
	if in.Body.Profile != tenant.ProfileRegulated {
		return n, nil
	}
	n.Scopes = nil
	for _, p := range authz.Permissions(authz.Admin) {
		n.Scopes = append(n.Scopes, string(p))
	}
	if len(n.AllowedIPs) > 0 {
		return n, nil
	}
	if _, err := netip.ParseAddr(call.SourceIP); err != nil {
		return n, invalid("/allowed_ips", "is needed in the regulated profile")
	}
	n.AllowedIPs = []string{call.SourceIP}
	return n, nil
}
