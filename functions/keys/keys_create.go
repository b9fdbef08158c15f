package keys

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"guardrails/shared/apikey"
	"guardrails/shared/authz"
	"guardrails/shared/errs"
	"guardrails/shared/fn"
)

type createInput struct {
	Body newKey
}

type newKey struct {
	Name       string   `json:"name" minLength:"1" maxLength:"255" pattern:"\\S" doc:"What the key is for." example:"Support desk"`
	Scopes     []string `json:"scopes" minItems:"1" maxItems:"100" nullable:"false" doc:"Permissions within the caller's own; write:<resource> is create and update; * is all that the role holds, for administrators of the standard profile." example:"[\"execute:analysis\"]"`
	Expires    int      `json:"expires_in_days,omitempty" minimum:"1" maximum:"90" default:"90" doc:"A key does not outlive the key that makes it: it ends with that one, unless that is an administrator's with all permissions of the role and a life of 90 days or more."`
	RateLimit  int      `json:"rate_limit,omitempty" minimum:"1" maximum:"1000000" doc:"Requests a minute over all routes; the plan's limit if not given." example:"600"`
	AllowedIPs []string `json:"allowed_ips,omitempty" maxItems:"50" nullable:"false" doc:"Addresses and CIDR blocks that the key may be used from. The regulated profile demands them." example:"[\"203.0.113.0/24\"]"`
}

func create(env *fn.Env) (fn.Handler[createInput, shown], error) {
	st := stores(env)
	st.Secrets = env.Secrets()
	keys := apikey.At(st)
	return func(ctx context.Context, call *fn.Call, in *createInput) (*shown, error) {
		if faults := check(call, in); len(faults) > 0 {
			return nil, errs.Invalid(faults...)
		}
		c := call.Principal.Claims()
		if err := within(call, in.Body.Scopes); err != nil {
			return nil, err
		}
		n := apikey.New{
			Name: in.Body.Name, Role: c.Role, Scopes: distinct(in.Body.Scopes), RateLimit: in.Body.RateLimit,
			AllowedIPs: in.Body.AllowedIPs, Test: c.Test, ExpiresIn: time.Duration(in.Body.Expires) * 24 * time.Hour,
		}
		if err := bind(ctx, keys, call, &n); err != nil {
			return nil, err
		}
		if err := keys.Full(ctx, call.Scope); err != nil {
			return nil, err
		}
		r, key, err := keys.Create(ctx, call.Scope, call.Actor(), n)
		if err != nil {
			return nil, err
		}
		return show(r, key, call.Now), nil
	}, nil
}

// bind gives a new key the limits of the key that makes it, where the request leaves them open, and never a longer life.
func bind(ctx context.Context, keys *apikey.Store, call *fn.Call, n *apikey.New) error {
	maker, err := callersKey(ctx, keys, call)
	if err != nil {
		return err
	}
	n.RateLimit = cmp.Or(n.RateLimit, maker.RateLimit)
	if len(n.AllowedIPs) == 0 {
		n.AllowedIPs = maker.AllowedIPs
	}
	if maker.RateLimit > 0 {
		n.LimitRoot = maker.Bucket()
	}
	if left := time.UnixMilli(maker.ExpiresAt).Sub(call.Now); maker.ExpiresAt != 0 && left < n.ExpiresIn && !renews(call, maker) {
		n.ExpiresIn = max(left, time.Millisecond)
	}
	return confined(maker, apikey.Record{RateLimit: n.RateLimit, AllowedIPs: n.AllowedIPs, LimitRoot: n.LimitRoot})
}

func distinct(list []string) []string {
	var out []string
	for _, s := range list {
		if !slices.Contains(out, s) {
			out = append(out, s)
		}
	}
	return out
}

// check finds what is wrong with a request whatever the caller holds.
func check(call *fn.Call, in *createInput) []errs.Field {
	regulated := call.Principal.Regulated()
	var faults []errs.Field
	fault := func(message, format string, args ...any) {
		faults = append(faults, errs.Field{Location: fmt.Sprintf(format, args...), Message: message})
	}
	for i, s := range in.Body.Scopes {
		switch {
		case s == "*" && regulated:
			fault("the regulated profile allows no scope *", "/scopes/%d", i)
		case s != "*" && !known(s):
			fault("is no permission", "/scopes/%d", i)
		}
	}
	if regulated && len(in.Body.AllowedIPs) == 0 {
		fault("is needed in the regulated profile", "/allowed_ips")
	}
	for i, a := range in.Body.AllowedIPs {
		p, err := apikey.ParsePrefix(a)
		switch {
		case err != nil:
			fault("is neither an address nor a CIDR block", "/allowed_ips/%d", i)
		case regulated && apikey.TooWide(p):
			fault("allows more addresses than the regulated profile does: /8 of IPv4, /32 of IPv6", "/allowed_ips/%d", i)
		}
	}
	return faults
}

// known reports whether a scope is a permission, or write:<resource> of a resource that can be written.
func known(s string) bool {
	for _, p := range expand(s) {
		if authz.Known(p) {
			return true
		}
	}
	return false
}

// expand lists the permissions that a scope names.
func expand(s string) []authz.Permission {
	if resource, ok := strings.CutPrefix(s, "write:"); ok {
		return []authz.Permission{authz.Permission("create:" + resource), authz.Permission("update:" + resource)}
	}
	return []authz.Permission{authz.Permission(s)}
}

// within checks that the scopes give nothing that the caller does not hold: nobody grants what they lack.
func within(call *fn.Call, scopes []string) error {
	role := call.Principal.Claims().Role
	for _, s := range scopes {
		if s == "*" && role != authz.Admin {
			return errs.New(errs.Forbidden, "Only administrators give the scope *.")
		}
		asked := authz.Grants(role, []string{s})
		if len(asked) == 0 {
			return lacks(expand(s)[0])
		}
		if err := holds(call, asked); err != nil {
			return err
		}
	}
	return nil
}

// holds checks that the caller holds every one of the permissions.
func holds(call *fn.Call, permissions []authz.Permission) error {
	for _, p := range permissions {
		if !call.Can(p) {
			return lacks(p)
		}
	}
	return nil
}

func lacks(p authz.Permission) error {
	return errs.Newf(errs.Forbidden, "The credentials lack the permission %s, so they cannot give it.", p)
}
