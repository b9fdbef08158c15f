package auth_test

import (
	"encoding/json"
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-lambda-go/events"
	"github.com/aws/aws-sdk-go-v2/feature/dynamodb/expression"

	"guardrails/functions"
	"guardrails/functions/auth"
	"guardrails/shared/apikey"
	"guardrails/shared/audit"
	"guardrails/shared/authn"
	"guardrails/shared/authz"
	"guardrails/shared/clock"
	"guardrails/shared/errs"
	"guardrails/shared/fntest"
	"guardrails/shared/registry"
	"guardrails/shared/table"
	"guardrails/shared/tenant"
)

type bench struct {
	*fntest.System
	clock *clock.Fake
}

func start(t *testing.T) bench {
	t.Helper()
	c := clock.NewFake(time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC))
	return bench{fntest.NewAt(t, functions.Catalog(), auth.Bindings(), c), c}
}

// ask calls the authorizer as API Gateway does.
func (b bench) ask(t *testing.T, headers map[string]string, ip string) (map[string]any, error) {
	t.Helper()
	ev := events.APIGatewayCustomAuthorizerRequestTypeRequest{Type: "REQUEST", MethodArn: "arn:aws:execute-api:us-east-1:000000000000:a/s/GET/x", Headers: headers}
	ev.RequestContext.Identity.SourceIP = ip
	payload, err := json.Marshal(ev)
	if err != nil {
		t.Fatal(err)
	}
	out, err := b.Function(t, "authorizer").Invoke(t.Context(), payload)
	if err != nil {
		return nil, err
	}
	res := fntest.Decode[events.APIGatewayCustomAuthorizerResponse](t, out)
	if len(res.PolicyDocument.Statement) != 1 || res.PrincipalID == "" {
		t.Fatalf("the policy is %+v", res.PolicyDocument)
	}
	return res.Context, nil
}

func bearer(key string) map[string]string { return map[string]string{"Authorization": "Bearer " + key} }

const home = "192.0.2.10"

// want asks and compares: "" is a verified caller.
func (b bench) want(t *testing.T, key string, refusal authn.Refusal) authn.Claims {
	t.Helper()
	m, err := b.ask(t, bearer(key), home)
	if err != nil {
		t.Fatal(err)
	}
	if got, _ := m["refusal"].(string); got != string(refusal) {
		t.Fatalf("refusal %q, want %q", got, refusal)
	}
	if refusal != "" {
		return authn.Claims{}
	}
	p, err := authn.FromContext(m)
	if err != nil {
		t.Fatal(err)
	}
	return p.Claims()
}

func TestAVerifiedCallerHasClaims(t *testing.T) {
	t.Parallel()
	b := start(t)
	own := b.NewTenant(t, registry.New{Plan: tenant.PlanPro})
	rec, key := b.Key(t, own, apikey.New{Name: "k", Role: authz.Operator, Scopes: []string{"read:jobs", "write:policies"}, RateLimit: 7, Test: true})
	got := b.want(t, key, "")
	if got.ID != rec.ID || got.Tenant != own.ID || got.Role != authz.Operator || !slices.Equal(got.Scopes, rec.Scopes) ||
		got.RateLimit != 7 || got.TenantRPS != 1000 || !got.Test || got.Profile != tenant.ProfileStandard || got.State != tenant.StateActive || got.Plan != tenant.PlanPro {
		t.Errorf("claims %+v", got)
	}
}

func TestCredentialsInHeaders(t *testing.T) {
	t.Parallel()
	b := start(t)
	_, key := b.Key(t, b.Tenant(t), apikey.New{Name: "k", Role: authz.Viewer, Scopes: []string{"*"}})
	_, other := b.Key(t, b.Tenant(t), apikey.New{Name: "k", Role: authz.Viewer, Scopes: []string{"*"}})
	flipped := key[:20] + string(key[20]^1) + key[21:]
	cases := []struct {
		name    string
		headers map[string]string
		want    authn.Refusal
	}{
		{"none", nil, authn.RefusedMissing},
		{"empty", map[string]string{"Authorization": "", "X-API-Key": " "}, authn.RefusedMissing},
		{"bearer alone", map[string]string{"Authorization": "Bearer "}, authn.RefusedMissing},
		{"bearer", bearer(key), ""},
		{"lower case", map[string]string{"authorization": "bearer " + key}, ""},
		{"key header", map[string]string{"x-api-key": key}, ""},
		{"both the same", map[string]string{"Authorization": "Bearer " + key, "X-API-Key": key}, ""},
		{"both different", map[string]string{"Authorization": "Bearer " + key, "X-API-Key": other}, authn.RefusedConflict},
		{"basic", map[string]string{"Authorization": "Basic dXNlcjpwYXNz"}, authn.RefusedInvalid},
		{"basic and key", map[string]string{"Authorization": "Basic dXNlcjpwYXNz", "X-API-Key": key}, authn.RefusedConflict},
		{"malformed", bearer("nonsense"), authn.RefusedInvalid},
		{"wrong checksum", bearer(flipped), authn.RefusedInvalid},
		{"unknown", bearer(apikey.Generate(false)), authn.RefusedInvalid},
		{"another secret", bearer(apikey.Rotate(key[8:18], false)), authn.RefusedInvalid},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			m, err := b.ask(t, c.headers, home)
			if err != nil {
				t.Fatal(err)
			}
			if got, _ := m["refusal"].(string); got != string(c.want) {
				t.Errorf("refusal %q, want %q", got, c.want)
			}
		})
	}
}

func TestExpiryRotationAndRevocation(t *testing.T) {
	t.Parallel()
	b := start(t)
	own := b.Tenant(t)
	by := audit.Actor{Principal: fntest.Principal(t, own.As(authz.Admin))}
	rec, first := b.Key(t, own, apikey.New{Name: "k", Role: authz.Viewer, Scopes: []string{"*"}, ExpiresIn: 48 * time.Hour})
	_, other := b.Key(t, own, apikey.New{Name: "k", Role: authz.Viewer, Scopes: []string{"*"}})
	b.want(t, first, "")
	b.want(t, other, "")

	_, second, err := b.Keys().Rotate(t.Context(), own.Scope(t), by, rec.ID, nil)
	if err != nil {
		t.Fatal(err)
	}
	b.want(t, second, "")
	b.want(t, first, "")
	b.clock.Advance(6 * time.Second)
	b.want(t, first, "")
	b.want(t, second, "")
	b.clock.Advance(apikey.Overlap)
	b.want(t, first, authn.RefusedInvalid)
	b.want(t, second, "")
	b.clock.Advance(24 * time.Hour)
	b.want(t, second, authn.RefusedInvalid)
	b.want(t, other, "")

	revoked, _ := apikey.Parse(other)
	otherRec := find(t, b, own, revoked)
	if err := b.Keys().Revoke(t.Context(), own.Scope(t), by, otherRec.ID, nil); err != nil {
		t.Fatal(err)
	}
	b.clock.Advance(4 * time.Second)
	b.want(t, other, "")
	b.clock.Advance(2 * time.Second)
	b.want(t, other, authn.RefusedInvalid)
	if err := b.Keys().Revoke(t.Context(), own.Scope(t), by, otherRec.ID, nil); !errors.Is(err, errs.NotFound) {
		t.Errorf("a second revocation: %v", err)
	}
}

// Whoever is answered a new secret can use it, whatever was asked with the key a moment before.
func TestANewSecretWorksAtOnce(t *testing.T) {
	t.Parallel()
	b := start(t)
	own := b.Tenant(t)
	by := audit.Actor{Principal: fntest.Principal(t, own.As(authz.Admin))}
	rec, first := b.Key(t, own, apikey.New{Name: "k", Role: authz.Viewer, Scopes: []string{"*"}})
	rotate := func() string {
		_, secret, err := b.Keys().Rotate(t.Context(), own.Scope(t), by, rec.ID, nil)
		if err != nil {
			t.Fatal(err)
		}
		return secret
	}
	b.want(t, first, "")
	b.want(t, apikey.Rotate(rec.Public, false), authn.RefusedInvalid)
	b.want(t, rotate(), "")
	b.want(t, rotate(), "")
	b.clock.Advance(-time.Hour) // a clock that was set back makes nobody wait for it
	b.want(t, rotate(), "")
}

// The routes that change keys tell the current secret from the old one by the claims.
func TestClaimsTellTheCurrentSecret(t *testing.T) {
	t.Parallel()
	b := start(t)
	own := b.Tenant(t)
	by := audit.Actor{Principal: fntest.Principal(t, own.As(authz.Admin))}
	rec, old := b.Key(t, own, apikey.New{Name: "k", Role: authz.Viewer, Scopes: []string{"*"}, RateLimit: 9, LimitRoot: "key_00000000000000000000000001"})
	if c := b.want(t, old, ""); c.KeyVersion != 1 || c.LimitRoot != "key_00000000000000000000000001" {
		t.Errorf("claims %+v", c)
	}
	_, fresh, err := b.Keys().Rotate(t.Context(), own.Scope(t), by, rec.ID, nil)
	if err != nil {
		t.Fatal(err)
	}
	if c := b.want(t, fresh, ""); c.KeyVersion != 2 {
		t.Errorf("claims of the new secret %+v", c)
	}
	if c := b.want(t, old, ""); c.KeyVersion != 0 {
		t.Errorf("claims of the old secret %+v", c)
	}
}

// Each rotation promises the secret before it a day; none takes back what another promised.
func TestEverySecretLastsAsLongAsPromised(t *testing.T) {
	t.Parallel()
	b := start(t)
	own := b.Tenant(t)
	by := audit.Actor{Principal: fntest.Principal(t, own.As(authz.Admin))}
	rec, first := b.Key(t, own, apikey.New{Name: "k", Role: authz.Viewer, Scopes: []string{"*"}})
	secrets := []string{first}
	for range 3 {
		_, next, err := b.Keys().Rotate(t.Context(), own.Scope(t), by, rec.ID, nil)
		if err != nil {
			t.Fatal(err)
		}
		secrets = append(secrets, next)
		b.clock.Advance(time.Hour)
	}
	for _, s := range secrets {
		b.want(t, s, "")
	}
	b.clock.Advance(apikey.Overlap - 3*time.Hour) // a day after the first rotation
	for i, s := range secrets {
		refusal := authn.Refusal("")
		if i == 0 {
			refusal = authn.RefusedInvalid
		}
		b.want(t, s, refusal)
	}
	b.clock.Advance(2 * time.Hour)
	for _, s := range secrets[:3] {
		b.want(t, s, authn.RefusedInvalid)
	}
	b.want(t, secrets[3], "")
}

func find(t *testing.T, b bench, own fntest.Tenant, public string) apikey.Record {
	t.Helper()
	sc, keyID, err := authn.NewLookup(b.Env().Directory()).Key(t.Context(), public)
	if err != nil || sc.TenantID() != own.ID {
		t.Fatalf("look-up: %v", err)
	}
	rec, err := b.Keys().Get(t.Context(), sc, keyID)
	if err != nil {
		t.Fatal(err)
	}
	return rec
}

func TestAddressList(t *testing.T) {
	t.Parallel()
	b := start(t)
	_, key := b.Key(t, b.Tenant(t), apikey.New{Name: "k", Role: authz.Viewer, Scopes: []string{"*"}, AllowedIPs: []string{"10.1.0.0/16", "2001:db8::1"}})
	for ip, ok := range map[string]bool{"10.1.2.3": true, "::ffff:10.1.2.3": true, "2001:db8::1": true, "10.2.0.1": false, "": false, "nonsense": false} {
		m, err := b.ask(t, bearer(key), ip)
		if err != nil {
			t.Fatal(err)
		}
		if _, refused := m["refusal"]; refused == ok {
			t.Errorf("%q: refused %v", ip, refused)
		}
	}
}

func TestASuspendedTenantIsNamed(t *testing.T) {
	t.Parallel()
	b := start(t)
	own, platform := b.Tenant(t), b.PlatformTenant(t)
	_, key := b.Key(t, own, apikey.New{Name: "k", Role: authz.Admin, Scopes: []string{"*"}})
	b.want(t, key, "")
	by := audit.Actor{Principal: fntest.Principal(t, fntest.Platform(platform.ID))}
	_, err := b.Registry().Update(t.Context(), by, own.Scope(t), func(t *registry.Tenant) error {
		t.State, t.Limits.RequestsPerSecond = tenant.StateSuspended, 12
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	b.clock.Advance(6 * time.Second)
	if got := b.want(t, key, ""); got.State != tenant.StateSuspended || got.TenantRPS != 12 {
		t.Errorf("claims %+v", got)
	}
}

func TestPlatformKeysOnlyInThePlatformTenant(t *testing.T) {
	t.Parallel()
	b := start(t)
	_, stray := b.Key(t, b.Tenant(t), apikey.New{Name: "k", Role: authz.PlatformAdmin, Scopes: []string{"*"}})
	b.want(t, stray, authn.RefusedInvalid)
	_, right := b.Key(t, b.PlatformTenant(t), apikey.New{Name: "k", Role: authz.PlatformAdmin, Scopes: []string{"*"}})
	if got := b.want(t, right, ""); got.Role != authz.PlatformAdmin {
		t.Errorf("claims %+v", got)
	}
}

func TestLastUseIsNotedOnceAMinute(t *testing.T) {
	t.Parallel()
	b := start(t)
	own := b.Tenant(t)
	rec, key := b.Key(t, own, apikey.New{Name: "k", Role: authz.Viewer, Scopes: []string{"*"}})
	used := func() int64 {
		r, err := b.Keys().Get(t.Context(), own.Scope(t), rec.ID)
		if err != nil {
			t.Fatal(err)
		}
		return r.LastUsed
	}
	if used() != 0 {
		t.Fatal("used before its first use")
	}
	first := b.clock.Now().UnixMilli()
	for range 3 {
		b.want(t, key, "")
		b.clock.Advance(10 * time.Second)
	}
	if got := used(); got != first {
		t.Errorf("last used at %d, want %d", got, first)
	}
	b.clock.Advance(40 * time.Second)
	b.want(t, key, "")
	if got := used(); got != b.clock.Now().UnixMilli() {
		t.Errorf("last used at %d after a minute", got)
	}
}

func TestWhenTheStoreDoesNotAnswer(t *testing.T) {
	t.Parallel()
	b := start(t)
	standard, regulated := b.Tenant(t), b.NewTenant(t, registry.New{Profile: tenant.ProfileRegulated})
	_, warm := b.Key(t, standard, apikey.New{Name: "k", Role: authz.Viewer, Scopes: []string{"*"}})
	_, cold := b.Key(t, standard, apikey.New{Name: "k", Role: authz.Viewer, Scopes: []string{"*"}})
	_, strict := b.Key(t, regulated, apikey.New{Name: "k", Role: authz.Viewer, Scopes: []string{"*"}})
	b.want(t, warm, "")
	b.want(t, strict, "")
	unknown := apikey.Generate(false)
	b.want(t, unknown, authn.RefusedInvalid)

	b.Cut()
	b.want(t, strict, "") // read less than 5 seconds ago
	b.clock.Advance(time.Minute)
	b.want(t, warm, "")
	b.want(t, apikey.Rotate(warm[8:18], false), authn.RefusedInvalid)
	for name, key := range map[string]string{"cold": cold, "regulated": strict, "unknown": unknown} {
		if _, err := b.ask(t, bearer(key), home); err == nil {
			t.Errorf("%s: the authorizer answered", name)
		}
	}
	b.clock.Advance(5 * time.Minute)
	if _, err := b.ask(t, bearer(warm), home); err == nil {
		t.Error("a key read six minutes ago is still served")
	}
	b.Mend()
	b.want(t, warm, "")
	b.want(t, strict, "")
	for _, key := range []string{warm, cold, strict, unknown} {
		if strings.Contains(b.Log.String(), key[18:]) {
			t.Error("a secret is in the log")
		}
	}
}

// TestOneFaultyTenantIsNoOutage has the authorizer read a tenant that cannot be decoded, again and again: a key that
// another tenant revokes meanwhile still dies in time, and the faulty tenant is not served from memory.
func TestOneFaultyTenantIsNoOutage(t *testing.T) {
	t.Parallel()
	b := start(t)
	faulty, other := b.Tenant(t), b.Tenant(t)
	_, bad := b.Key(t, faulty, apikey.New{Name: "k", Role: authz.Viewer, Scopes: []string{"*"}})
	rec, good := b.Key(t, other, apikey.New{Name: "k", Role: authz.Viewer, Scopes: []string{"*"}})
	b.want(t, bad, "")
	b.want(t, good, "")
	err := b.Env().Table(table.Tenants).Update(t.Context(), faulty.Scope(t), table.TenantKey(), expression.Set(expression.Name("state"), expression.Value([]int{1})), table.IfPresent())
	if err != nil {
		t.Fatal(err)
	}
	by := audit.Actor{Principal: fntest.Principal(t, other.As(authz.Admin))}
	if err := b.Keys().Revoke(t.Context(), other.Scope(t), by, rec.ID, nil); err != nil {
		t.Fatal(err)
	}
	b.clock.Advance(6 * time.Second)
	for range 3 {
		if _, err := b.ask(t, bearer(bad), home); err == nil {
			t.Error("a tenant that cannot be read is served")
		}
	}
	b.want(t, good, authn.RefusedInvalid)
}

func TestPermissionsList(t *testing.T) {
	t.Parallel()
	b := start(t)
	own := b.Tenant(t)
	as := own.As(authz.Operator, "read:permissions", "write:policies", "delete:policies")
	body := b.Call(t, "permissions-list", fntest.Request{As: &as}).Want(t, 200).JSON(t)
	want := []any{"create:policies", "read:permissions", "update:policies"}
	if got := body["own"].([]any); !slices.Equal(got, want) {
		t.Errorf("own %v, want %v", got, want)
	}
	if n := len(body["resources"].([]any)); n != len(authz.Matrix()) {
		t.Errorf("%d resources", n)
	}
	first := body["resources"].([]any)[0].(map[string]any)
	if first["resource"] != "tenants" || len(first["platform_admin"].([]any)) != 4 || len(first["admin"].([]any)) != 0 {
		t.Errorf("the first row is %v", first)
	}
	b.Call(t, "permissions-list", fntest.Request{}).WantProblem(t, 401, "unauthenticated")
	narrow := own.As(authz.Admin, "read:jobs")
	b.Call(t, "permissions-list", fntest.Request{As: &narrow}).WantProblem(t, 403, "forbidden")
}
