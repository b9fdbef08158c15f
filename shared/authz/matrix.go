package authz

import (
	"slices"
	"strings"
	"sync"
)

// Permission is "<action>:<resource>", the one vocabulary of routes, roles and key scopes.
type Permission string

// Role is a named set of permissions.
type Role string

// The fixed roles. PlatformAdmin manages tenants and never reads their content.
const (
	PlatformAdmin Role = "platform_admin"
	Admin         Role = "admin"
	Operator      Role = "operator"
	Analyst       Role = "analyst"
	Viewer        Role = "viewer"
)

// Roles lists the fixed roles, strongest first.
func Roles() []Role { return []Role{PlatformAdmin, Admin, Operator, Analyst, Viewer} }

// Row is one line of the matrix: a resource and, for each role, its actions as letters
// (C create, R read, U update, D delete, X execute; '-' none).
type Row struct {
	Resource                                        string
	PlatformAdmin, Admin, Operator, Analyst, Viewer string
}

// Matrix lists who may do what. It is the one place: routes name a permission, and this table says who has it.
func Matrix() []Row {
	return []Row{
		{"tenants", "CRUD", "-", "-", "-", "-"},
		{"tenant", "-", "RU", "R", "R", "R"},
		{"limits", "RU", "R", "R", "R", "-"},
		{"permissions", "R", "R", "R", "R", "R"},
		{"api-keys", "-", "CRUD", "CRUD", "R", "-"},
		{"policies", "-", "CRUDX", "CRUX", "RX", "R"},
		{"events", "-", "CR", "CR", "CR", "R"},
		{"event-types", "-", "CRUD", "CRUD", "R", "R"},
		{"analysis", "-", "X", "X", "X", "-"},
		{"analyses", "-", "R", "R", "R", "R"},
		{"findings_text", "-", "R", "R", "-", "-"},
		{"redaction", "-", "X", "X", "X", "-"},
		{"restore", "-", "X", "-", "-", "-"},
		{"detectors", "R", "R", "R", "R", "R"},
		{"frameworks", "R", "R", "R", "R", "R"},
		{"uploads", "-", "C", "C", "C", "-"},
		{"jobs", "-", "CRUD", "CRUD", "CR", "R"},
		{"tasks", "-", "CRD", "CRD", "CR", "R"},
		{"rules", "-", "CRUDX", "CRUDX", "R", "R"},
		{"destinations", "-", "CRUDX", "CRUDX", "R", "R"},
		{"deliveries", "-", "RX", "RX", "R", "R"},
		{"webhook-secret", "-", "RU", "-", "-", "-"},
		{"usage", "R", "R", "R", "R", "-"},
		{"metrics", "R", "-", "-", "-", "-"},
	}
}

var actions = map[byte]string{'C': "create", 'R': "read", 'U': "update", 'D': "delete", 'X': "execute"}

func (r Row) letters(role Role) string {
	switch role {
	case PlatformAdmin:
		return r.PlatformAdmin
	case Admin:
		return r.Admin
	case Operator:
		return r.Operator
	case Analyst:
		return r.Analyst
	case Viewer:
		return r.Viewer
	}
	return "-"
}

// Actions lists what a role may do with the row's resource, in the order create, read, update, delete, execute.
func (r Row) Actions(role Role) []string {
	out := []string{}
	for _, l := range []byte("CRUDX") {
		if strings.IndexByte(r.letters(role), l) >= 0 {
			out = append(out, actions[l])
		}
	}
	return out
}

// Permissions lists what a role may do, sorted.
func Permissions(role Role) []Permission { return slices.Clone(byRole()[role]) }

// byRole is the matrix by role, worked out once: every request asks for it. Its slices are shared.
var byRole = sync.OnceValue(func() map[Role][]Permission {
	out := map[Role][]Permission{}
	for _, r := range Roles() {
		out[r] = permissions(r)
	}
	return out
})

func permissions(role Role) []Permission {
	var out []Permission
	for _, row := range Matrix() {
		for _, l := range []byte(row.letters(role)) {
			if a, ok := actions[l]; ok {
				out = append(out, Permission(a+":"+row.Resource))
			}
		}
	}
	slices.Sort(out)
	return out
}

// Known reports whether any role holds the permission.
func Known(p Permission) bool {
	for _, r := range Roles() {
		if slices.Contains(Permissions(r), p) {
			return true
		}
	}
	return false
}

// Grants turns a key's role and scopes into its permissions: what the role holds and a scope names.
// The scope "*" names everything; "write:<resource>" names create and update.
func Grants(role Role, scopes []string) []Permission {
	held := byRole()[role]
	if slices.Contains(scopes, "*") {
		return slices.Clone(held)
	}
	var out []Permission
	for _, p := range held {
		action, resource, _ := strings.Cut(string(p), ":")
		write := action == "create" || action == "update"
		if slices.Contains(scopes, string(p)) || write && slices.Contains(scopes, "write:"+resource) {
			out = append(out, p)
		}
	}
	return out
}
