package fn_test

import (
	"context"
	"errors"
	"net/http"
	"strings"
	"testing"
	"time"

	"guardrails/shared/authz"
	"guardrails/shared/fn"
	"guardrails/shared/fntest"
	"guardrails/shared/registry"
)

// TestObjectivesCountCallersAlone answers with success and failure to callers, strangers and health checks, and lets an
// authorizer fail: only callers count in what the service promises, and whoever could not be checked is one.
func TestObjectivesCountCallersAlone(t *testing.T) {
	t.Parallel()
	route := func(name, path string, p authz.Permission) fn.Spec {
		return fn.Spec{Name: name, Context: "things", Trigger: fn.HTTP("GET", path), Permission: p, RateClass: fn.RateRead, Timeout: 5 * time.Second}
	}
	answer := func(err error) fn.Binding {
		return fn.Route(func(*fn.Env) (fn.Handler[struct{}, struct{}], error) {
			return func(context.Context, *fn.Call, *struct{}) (*struct{}, error) { return &struct{}{}, err }, nil
		})
	}
	broken := errors.New("broken")
	sys := fntest.New(t, []fn.Spec{
		route("works", "/works", "read:jobs"), route("fails", "/fails", "read:jobs"), route("open", "/open", ""), route("open-fails", "/open-fails", ""),
		{Name: "who", Context: "things", Trigger: fn.Authorizer(), Timeout: 5 * time.Second},
	}, fn.Bindings{
		"works": answer(nil), "fails": answer(broken), "open": answer(nil), "open-fails": answer(broken),
		"who": fn.Authorize(func(*fn.Env) (fn.AuthorizeFunc, error) {
			return func(context.Context, map[string]string, string) (map[string]any, error) { return nil, broken }, nil
		}),
	})
	as := sys.NewTenant(t, registry.New{}).As(authz.Viewer)
	sys.Call(t, "works", fntest.Request{As: &as}).Want(t, http.StatusNoContent)
	sys.Call(t, "works", fntest.Request{}).Want(t, http.StatusUnauthorized)
	sys.Call(t, "fails", fntest.Request{As: &as}).Want(t, http.StatusInternalServerError)
	sys.Call(t, "open", fntest.Request{}).Want(t, http.StatusNoContent)
	sys.Call(t, "open-fails", fntest.Request{}).Want(t, http.StatusInternalServerError)
	if _, err := sys.Function(t, "who").Invoke(t.Context(), []byte(`{"type": "REQUEST"}`)); err == nil {
		t.Error("an authorizer that fails answers")
	}
	var text strings.Builder
	if err := sys.Config.Registry.Write(&text); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{
		`guardrails_served_requests_total{function="works"} 1`, `guardrails_served_errors_total{function="works"} 0`, `guardrails_requests_total{function="works"} 2`,
		`guardrails_served_requests_total{function="fails"} 1`, `guardrails_served_errors_total{function="fails"} 1`,
		`guardrails_served_requests_total{function="open"} 0`, `guardrails_requests_total{function="open"} 1`,
		`guardrails_served_errors_total{function="open-fails"} 0`, `guardrails_request_errors_total{function="open-fails"} 1`,
		`guardrails_served_requests_total{function="who"} 1`, `guardrails_served_errors_total{function="who"} 1`,
	} {
		if !strings.Contains(text.String(), want+"\n") {
			t.Errorf("it is not counted: %s", want)
		}
	}
}
