package keys

import (
	"context"
	"errors"
	"time"

	"guardrails/shared/apikey"
	"guardrails/shared/audit"
	"guardrails/shared/authz"
	"guardrails/shared/clock"
	"guardrails/shared/errs"
	"guardrails/shared/fn"
	"guardrails/shared/table"
)

// KeyView is a key as the API shows it; digests and secrets are no part of it. It is exported because answers embed it,
// and the framework reads no others.
type KeyView struct {
	ID         string        `json:"id" example:"key_01jd3zk8q4x5v6w7y8z9a0b1c2"`
	Name       string        `json:"name" example:"Support desk"`
	Prefix     string        `json:"prefix" doc:"How the key begins, to recognize it by." example:"gr_live_4fR7tYw2Qa"`
	Role       authz.Role    `json:"role" enum:"platform_admin,admin,operator,analyst,viewer" doc:"Its creator's role."`
	Scopes     []string      `json:"scopes" nullable:"false" example:"[\"execute:analysis\"]"`
	RateLimit  *int          `json:"rate_limit" doc:"Requests a minute over all routes; null means the plan's limit."`
	AllowedIPs []string      `json:"allowed_ips" nullable:"false" doc:"Addresses and CIDR blocks it may be used from; empty means all." example:"[\"203.0.113.0/24\"]"`
	Status     apikey.Status `json:"status" enum:"active,expired,revoked"`
	ExpiresAt  *string       `json:"expires_at" format:"date-time" doc:"Null means never."`
	LastUsedAt *string       `json:"last_used_at" format:"date-time" doc:"To the minute; null means never."`
	CreatedAt  string        `json:"created_at" format:"date-time"`
	CreatedBy  string        `json:"created_by" doc:"The id of the key that made it."`
}

func viewOf(r apikey.Record, now time.Time) KeyView {
	v := KeyView{
		ID: r.ID, Name: r.Name, Prefix: r.Prefix, Role: r.Role, Scopes: append([]string{}, r.Scopes...),
		AllowedIPs: append([]string{}, r.AllowedIPs...), Status: r.Status(now), ExpiresAt: stamp(r.ExpiresAt), LastUsedAt: stamp(r.LastUsed),
		CreatedAt: clock.Format(time.UnixMilli(r.CreatedAt)), CreatedBy: r.CreatedBy,
	}
	if r.RateLimit > 0 {
		v.RateLimit = &r.RateLimit
	}
	return v
}

// stamp formats a time of a record, where 0 is never.
func stamp(ms int64) *string {
	if ms == 0 {
		return nil
	}
	s := clock.Format(time.UnixMilli(ms))
	return &s
}

// shown is a key with its secret, the one time that it is shown.
type shown struct {
	Location string `header:"Location"`
	ETag     string `header:"ETag"`
	Body     keySecret
}

type keySecret struct {
	KeyView
	Secret *string `json:"secret" doc:"The key itself. It is shown this once; a replay of the request has null."`
}

func show(r apikey.Record, key string, now time.Time) *shown {
	out := &shown{Location: "/api/v1/api-keys/" + r.ID, ETag: fn.ETag(r.Version)}
	out.Body.KeyView, out.Body.Secret = viewOf(r, now), &key
	return out
}

// stores returns what changes of keys need, without the pepper.
func stores(env *fn.Env) apikey.Stores {
	return apikey.Stores{
		Tenants: env.Table(table.Tenants), Directory: env.Directory(), Outbox: env.Outbox(),
		Audit: audit.New(env.Table(table.Audit), env.IDs, env.Clock), Clock: env.Clock, IDs: env.IDs,
	}
}

// manages reports whether the caller may see and change a key: its own and those it made; an administrator all.
func manages(call *fn.Call, r apikey.Record) bool {
	c := call.Principal.Claims()
	return c.Role == authz.Admin || r.CreatedBy == c.ID || r.ID == c.ID
}

// find reads a key that the caller manages; another's is errs.NotFound, as an unknown one.
func find(ctx context.Context, keys *apikey.Store, call *fn.Call, id string) (apikey.Record, error) {
	r, err := keys.Get(ctx, call.Scope, id)
	if err == nil && !manages(call, r) {
		return apikey.Record{}, errs.New(errs.NotFound, "There is no such resource.")
	}
	return r, err
}

// exists checks that the path names a key that the caller manages.
func exists(env *fn.Env) fn.Finder {
	keys, held := apikey.At(apikey.Stores{Tenants: env.Table(table.Tenants)}), holder(env)
	return func(ctx context.Context, call *fn.Call, params map[string]string) error {
		if err := held(ctx, call, params); err != nil {
			return err
		}
		_, err := find(ctx, keys, call, params["id"])
		return err
	}
}

// renews reports whether the caller may give what outlives its own key: an administrator's key with all that the role
// holds, and as long a life as any. Without it a tenant's last key would end with its first.
func renews(call *fn.Call, caller apikey.Record) bool {
	role := call.Principal.Claims().Role
	return role == authz.Admin && caller.LivesOn() && holds(call, authz.Permissions(role)) == nil
}

// outlives reports whether a key ends after the caller's.
func outlives(key, caller apikey.Record) bool {
	return caller.ExpiresAt != 0 && (key.ExpiresAt == 0 || key.ExpiresAt > caller.ExpiresAt)
}

// current refuses callers whose secret was rotated out: rotation is what one does after a leak, so the old secret goes
// on doing its work for a while, but decides nothing about keys. The key's version tells, because the authorizer may
// have remembered the key from before the rotation.
func current(call *fn.Call, caller apikey.Record) error {
	if caller.ID != "" && caller.Version != call.Principal.Claims().KeyVersion {
		return errs.New(errs.Forbidden, "The key was rotated: use its new secret to change keys.")
	}
	return nil
}

// holder is the check of routes that change keys: only the current secret of a key does.
func holder(env *fn.Env) fn.Finder {
	keys := apikey.At(apikey.Stores{Tenants: env.Table(table.Tenants)})
	return func(ctx context.Context, call *fn.Call, _ map[string]string) error {
		caller, err := callersKey(ctx, keys, call)
		if err != nil {
			return err
		}
		return current(call, caller)
	}
}

// callersKey reads the record of the key that calls; a caller without one has the zero Record, which confines nobody.
func callersKey(ctx context.Context, keys *apikey.Store, call *fn.Call) (apikey.Record, error) {
	r, err := keys.Get(ctx, call.Scope, call.Principal.ID())
	if errors.Is(err, errs.NotFound) {
		return apikey.Record{}, nil
	}
	return r, err
}

// confined checks that a key whose secret the caller is about to get lies within the caller's own limits: else a
// restricted key would make itself a free one. A rate limit of 0 is none; one of another bucket would be added to the
// caller's own.
func confined(caller, key apikey.Record) error {
	if caller.RateLimit > 0 && (key.RateLimit <= 0 || key.RateLimit > caller.RateLimit || key.Bucket() != caller.Bucket()) {
		return errs.New(errs.Forbidden, "The credentials have a lower rate limit, so they cannot give this one.")
	}
	if !caller.Covers(key.AllowedIPs) {
		return errs.New(errs.Forbidden, "The credentials may be used from fewer addresses, so they cannot give these.")
	}
	return nil
}
