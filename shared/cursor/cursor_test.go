package cursor_test

import (
	"errors"
	"testing"

	"guardrails/shared/errs"
	"guardrails/shared/fntest"
)

func TestCursorsBelongToTenantListAndFilter(t *testing.T) {
	t.Parallel()
	sys := fntest.New(t, nil, nil)
	acme, globex := sys.Tenant(t).Scope(t), sys.Tenant(t).Scope(t)
	codec := sys.Env().Cursors()
	cur, err := codec.Encode(t.Context(), acme, "jobs-list", []string{"status=done"}, "job_1")
	if err != nil || cur == nil {
		t.Fatal(cur, err)
	}
	if at, err := codec.Decode(t.Context(), acme, "jobs-list", []string{"status=done"}, *cur); err != nil || at != "job_1" {
		t.Errorf("position %q, %v", at, err)
	}
	altered := []byte(*cur)
	altered[len(altered)/2] ^= 1
	for name, decode := range map[string]func() (string, error){
		"another tenant": func() (string, error) {
			return codec.Decode(t.Context(), globex, "jobs-list", []string{"status=done"}, *cur)
		},
		"another list": func() (string, error) {
			return codec.Decode(t.Context(), acme, "policies-list", []string{"status=done"}, *cur)
		},
		"another filter": func() (string, error) { return codec.Decode(t.Context(), acme, "jobs-list", nil, *cur) },
		"altered": func() (string, error) {
			return codec.Decode(t.Context(), acme, "jobs-list", []string{"status=done"}, string(altered))
		},
		"cut short": func() (string, error) {
			return codec.Decode(t.Context(), acme, "jobs-list", []string{"status=done"}, (*cur)[:8])
		},
		"no cursor": func() (string, error) {
			return codec.Decode(t.Context(), acme, "jobs-list", []string{"status=done"}, "page 2!")
		},
	} {
		if _, err := decode(); !errors.Is(err, errs.InvalidCursor) {
			t.Errorf("%s: %v, want invalid_cursor", name, err)
		}
	}
	if first, err := codec.Decode(t.Context(), acme, "jobs-list", nil, ""); err != nil || first != "" {
		t.Errorf("the empty cursor: %q, %v", first, err)
	}
	if last, err := codec.Encode(t.Context(), acme, "jobs-list", nil, ""); err != nil || last != nil {
		t.Errorf("the last page's cursor: %v, %v", last, err)
	}
}
