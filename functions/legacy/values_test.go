package legacy_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	"guardrails/shared/authz"
	"guardrails/shared/fntest"
)

// TestKeptValuesAreForWhoGaveThem makes sure that a strategy that keeps values does not show them to others.
func TestKeptValuesAreForWhoGaveThem(t *testing.T) {
	t.Parallel()
	sys := newSystem(t)
	tenant := sys.Tenant(t)
	owner, viewer, admin := tenant.As(authz.Operator), tenant.As(authz.Viewer), tenant.As(authz.Admin)
	for strategy, shown := range map[string]bool{"keep": false, "partial": false, "token": true, "mask": true} {
		for route, r := range map[string]fntest.Request{
			"legacy-redact-async":  {Query: url.Values{"text": {sample}, "strategy": {strategy}}},
			"legacy-analyze-async": {Body: map[string]any{"text": sample, "include_redaction": true, "redaction_strategy": strategy}},
		} {
			r.As = &owner
			id := submit(t, sys, route, r).TaskID
			run(t, sys, tenant.ID, id, "1")
			see := func(r fntest.Request) string {
				r.Path = map[string]string{"task_id": id}
				return string(sys.Call(t, "legacy-task-result", r).Want(t, http.StatusOK).Body)
			}
			const value, text = "-4399", "was diagnosed" // with a dash no id or time has it by chance
			if got := see(fntest.Request{As: &owner}); !strings.Contains(got, text) || see(fntest.Request{As: &admin}) != got {
				t.Errorf("%s by %s: the text is missing for its owner or an administrator: %s", route, strategy, got)
			}
			got := see(fntest.Request{As: &viewer})
			if strings.Contains(got, value) || strings.Contains(got, text) != shown {
				t.Errorf("%s by %s shows a viewer %s", route, strategy, got)
			}
		}
	}
}

// TestValuesAreForWhoGaveThem makes sure that results do not show to others what read:findings_text protects elsewhere.
func TestValuesAreForWhoGaveThem(t *testing.T) {
	t.Parallel()
	sys := newSystem(t)
	tenant := sys.Tenant(t)
	owner, viewer, admin := tenant.As(authz.Analyst), tenant.As(authz.Viewer), tenant.As(authz.Admin)
	for route, r := range map[string]fntest.Request{
		"legacy-pii-async":     {Query: url.Values{"text": {sample}}},
		"legacy-analyze-async": {Body: map[string]any{"text": sample}},
	} {
		r.As = &owner
		id := submit(t, sys, route, r).TaskID
		run(t, sys, tenant.ID, id, "1")
		for _, read := range []string{"legacy-task-result", "legacy-task-get"} {
			see := func(r fntest.Request) string {
				r.Path = map[string]string{"task_id": id}
				return string(sys.Call(t, read, r).Want(t, http.StatusOK).Body)
			}
			const value = `"536-90-4399"`
			if !strings.Contains(see(fntest.Request{As: &owner}), value) || !strings.Contains(see(fntest.Request{As: &admin}), value) {
				t.Errorf("%s of %s: the values are missing for its owner or an administrator", read, route)
			}
			if got := see(fntest.Request{As: &viewer}); strings.Contains(got, value) || !strings.Contains(got, `"value":"[SSN]"`) {
				t.Errorf("%s of %s shows a viewer %s", read, route, got)
			}
		}
	}
}
