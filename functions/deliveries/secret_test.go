package deliveries_test

import (
	"strings"
	"testing"

	"guardrails/functions"
	"guardrails/functions/deliveries"
	"guardrails/shared/authn"
	"guardrails/shared/authz"
	"guardrails/shared/fntest"
	"guardrails/shared/registry"
	"guardrails/shared/tenant"
)

// TestWebhookSecret makes, sets and shows the secret of a tenant, which its administrator alone may.
func TestWebhookSecret(t *testing.T) {
	t.Parallel()
	sys := fntest.New(t, functions.Catalog(), deliveries.Bindings())
	own := sys.Tenant(t)
	admin, other := own.As(authz.Admin), sys.Tenant(t).As(authz.Admin)
	get := func(as authn.Claims) fntest.Response {
		return sys.Call(t, "webhook-secret-get", fntest.Request{As: &as})
	}
	put := func(as authn.Claims, match string, body any) fntest.Response {
		return sys.Call(t, "webhook-secret-update", fntest.Request{As: &as, Headers: map[string]string{"If-Match": match}, Body: body})
	}
	none := func(as authn.Claims) {
		t.Helper()
		if got := get(as).Want(t, 200); strings.TrimSpace(string(got.Body)) != "{}" || got.Header.Get("ETag") != `"0"` {
			t.Errorf("without a secret, %s is shown, %s", got.Body, got.Header.Get("ETag"))
		}
	}
	none(admin)
	made := put(admin, "", map[string]string{}).Want(t, 200)
	if s, _ := made.JSON(t)["secret"].(string); !strings.HasPrefix(s, "whsec_") || made.Header.Get("ETag") != `"1"` {
		t.Errorf("made is %s, %s", s, made.Header.Get("ETag"))
	}
	if got := get(admin).Want(t, 200); string(got.Body) != string(made.Body) || got.Header.Get("ETag") != `"1"` {
		t.Errorf("%s is shown, not %s", got.Body, made.Body)
	}
	put(admin, `"7"`, map[string]string{"secret": "planted-secret"}).WantProblem(t, 412, "precondition_failed")
	put(admin, `"1"`, map[string]string{"secret": "planted-secret"}).Want(t, 200)
	if got := get(admin).Want(t, 200).JSON(t)["secret"]; got != "planted-secret" {
		t.Error("the secret that was set is not shown")
	}
	for _, bad := range []any{"planted", strings.Repeat("planted", 40), "planted secret", "plänted-secret", 17} {
		if res := put(admin, "", map[string]any{"secret": bad}).Want(t, 422); strings.Contains(string(res.Body), "planted") {
			t.Errorf("the answer repeats the secret: %s", res.Body)
		}
	}
	none(other)
	for _, role := range []authz.Role{authz.Operator, authz.Analyst, authz.Viewer} {
		get(own.As(role)).WantProblem(t, 403, "forbidden")
		put(own.As(role), "", map[string]string{}).WantProblem(t, 403, "forbidden")
	}
	if strings.Contains(sys.Log.String(), "planted") {
		t.Error("the log has the secret")
	}
}

// TestWebhookSecretOfARegulatedTenant asks for If-Match, for the first secret too.
func TestWebhookSecretOfARegulatedTenant(t *testing.T) {
	t.Parallel()
	sys := fntest.New(t, functions.Catalog(), deliveries.Bindings())
	as := sys.NewTenant(t, registry.New{Profile: tenant.ProfileRegulated}).As(authz.Admin)
	none := map[string]string{"If-Match": `"0"`}
	sys.Call(t, "webhook-secret-update", fntest.Request{As: &as, Headers: none, Body: map[string]string{}}).Want(t, 200)
	sys.Call(t, "webhook-secret-update", fntest.Request{As: &as, Headers: none, Body: map[string]string{}}).WantProblem(t, 412, "precondition_failed")
	sys.Call(t, "webhook-secret-update", fntest.Request{As: &as, Body: map[string]string{}}).WantProblem(t, 428, "precondition_required")
}
