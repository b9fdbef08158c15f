package authz_test

import (
	"slices"
	"testing"

	"guardrails/shared/authz"
)

// TestWhoMay pins what the contract promises of roles.
func TestWhoMay(t *testing.T) {
	t.Parallel()
	for permission, want := range map[authz.Permission][]authz.Role{
		"execute:analysis":   {authz.Admin, authz.Operator, authz.Analyst},
		"read:findings_text": {authz.Admin, authz.Operator},
		"execute:restore":    {authz.Admin},
		"create:policies":    {authz.Admin, authz.Operator},
		"delete:policies":    {authz.Admin},
		"create:jobs":        {authz.Admin, authz.Operator, authz.Analyst},
		"read:jobs":          {authz.Admin, authz.Operator, authz.Analyst, authz.Viewer},
		"create:tenants":     {authz.PlatformAdmin},
		"update:limits":      {authz.PlatformAdmin},
		"read:permissions":   authz.Roles(),
		"execute:anything":   nil,
	} {
		var got []authz.Role
		for _, r := range authz.Roles() {
			if slices.Contains(authz.Permissions(r), permission) {
				got = append(got, r)
			}
		}
		if !slices.Equal(got, want) {
			t.Errorf("%s: %v, want %v", permission, got, want)
		}
		if authz.Known(permission) != (want != nil) {
			t.Errorf("%s: known %v", permission, authz.Known(permission))
		}
	}
}

func TestThePlatformReadsNoContent(t *testing.T) {
	t.Parallel()
	for _, p := range authz.Permissions(authz.PlatformAdmin) {
		if slices.Contains(authz.Permissions(authz.Viewer), p) && p != "read:permissions" && p != "read:detectors" && p != "read:frameworks" {
			t.Errorf("a platform administrator holds %s of tenants", p)
		}
	}
}

func TestGrantsAreWhatRoleAndScopeShare(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		role   authz.Role
		scopes []string
		want   []authz.Permission
	}{
		{authz.Viewer, []string{"execute:analysis", "read:jobs"}, []authz.Permission{"read:jobs"}},
		{authz.Admin, []string{"write:policies"}, []authz.Permission{"create:policies", "update:policies"}},
		{authz.Analyst, []string{"write:policies"}, nil},
		{authz.Viewer, []string{"*"}, authz.Permissions(authz.Viewer)},
		{authz.Admin, nil, nil},
		{authz.Admin, []string{"read:", "", "read:jobs extra"}, nil},
		{"nobody", []string{"*"}, nil},
	} {
		if got := authz.Grants(c.role, c.scopes); !slices.Equal(got, c.want) {
			t.Errorf("%s with %q: %v, want %v", c.role, c.scopes, got, c.want)
		}
	}
}

func TestListsAreTheCallersOwn(t *testing.T) {
	t.Parallel()
	for _, list := range []func() []authz.Permission{
		func() []authz.Permission { return authz.Permissions(authz.Viewer) },
		func() []authz.Permission { return authz.Grants(authz.Viewer, []string{"*"}) },
	} {
		list()[0] = "changed:this"
		if list()[0] == "changed:this" {
			t.Error("a caller changed the matrix")
		}
	}
}
