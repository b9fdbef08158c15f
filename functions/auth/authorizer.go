package auth

import (
	"context"
	"log/slog"

	"guardrails/shared/apikey"
	"guardrails/shared/authn"
	"guardrails/shared/authz"
	"guardrails/shared/fn"
	"guardrails/shared/registry"
	"guardrails/shared/secret"
	"guardrails/shared/table"
)

// authorize answers API Gateway: who is calling, or why nobody can be named.
func authorize(env *fn.Env) (fn.AuthorizeFunc, error) {
	tenants := env.Table(table.Tenants)
	a := &authorizer{
		env: env, secrets: env.Secrets(),
		subjects: newSubjects(&source{
			lookup: authn.NewLookup(env.Directory()),
			keys:   apikey.At(apikey.Stores{Tenants: tenants}), tenants: registry.At(registry.Stores{Tenants: tenants}),
		}, env.Clock),
	}
	return a.claims, nil
}

type authorizer struct {
	env      *fn.Env
	secrets  *secret.Reader
	subjects *subjects
}

// claims verifies the caller. It fails only when a store does not answer and nothing usable is remembered.
func (a *authorizer) claims(ctx context.Context, headers map[string]string, sourceIP string) (map[string]any, error) {
	key, refusal := credential(headers)
	if refusal != "" {
		return authn.RefusalContext(refusal), nil
	}
	public, ok := apikey.Parse(key)
	if !ok {
		return a.refuse(ctx, "malformed", ""), nil
	}
	pepper, err := a.secrets.Get(ctx, secret.Pepper)
	if err != nil {
		return nil, err
	}
	digest := apikey.Digest(pepper.Bytes(), key)
	s, err := a.subjects.get(ctx, public)
	if err != nil {
		return nil, err
	}
	cause := s.refuses(digest, sourceIP, a.env.Clock.Now())
	if cause == causeSecret {
		s = a.subjects.recheck(ctx, public, s)
		cause = s.refuses(digest, sourceIP, a.env.Clock.Now())
	}
	if cause != "" {
		return a.refuse(ctx, cause, s.key.ID), nil
	}
	a.subjects.touch(ctx, s)
	return s.claims(digest).Context(), nil
}

// refuse gives one answer for every cause; the log alone tells them apart.
func (a *authorizer) refuse(ctx context.Context, cause, keyID string) map[string]any {
	a.env.Log.InfoContext(ctx, "credentials refused", slog.String("cause", cause), slog.String("key", keyID))
	return authn.RefusalContext(authn.RefusedInvalid)
}

// claims are what the key and its tenant say of the caller, and whether the secret is the key's current one.
func (s *subject) claims(digest []byte) authn.Claims {
	version := int64(0)
	if s.key.Current(digest) {
		version = s.key.Version
	}
	return authn.Claims{
		KeyVersion: version, LimitRoot: s.key.LimitRoot,
		ID: s.key.ID, Tenant: s.tenant.ID, Role: s.key.Role, Scopes: s.key.Scopes, RateLimit: s.key.RateLimit,
		TenantRPS: s.tenant.RequestsPerSecond(), Test: s.key.Test, Profile: s.tenant.Profile, State: s.tenant.State, Plan: s.tenant.Plan,
	}
}

// misplaced reports a platform administrator's key outside the platform's tenant, or another key inside it.
func (s *subject) misplaced() bool { return (s.key.Role == authz.PlatformAdmin) != s.tenant.Platform }
