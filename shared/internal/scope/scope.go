// Package scope holds the value that every query is made with: which tenant it is for.
//
// It lives under shared/internal, so code in functions cannot even name the constructor: forging a Scope there is a
// compile error. Within shared, only the authentication and edge packages may call Mint (see the scopecheck analyzer).
package scope

// Scope is the tenant that a call works for. Its fields are unexported and its zero value is refused by every client.
type Scope struct {
	tenant string
}

// Mint returns the Scope of a tenant whose principal has been verified.
func Mint(tenant string) Scope {
	if tenant == "" {
		panic("scope: empty tenant")
	}
	return Scope{tenant: tenant}
}

// TenantID returns the tenant's id. It panics on a Scope that nobody minted: a query without a tenant is a defect
// that must stop at once.
func (s Scope) TenantID() string {
	if s.tenant == "" {
		panic("scope: zero Scope used")
	}
	return s.tenant
}

// Partition returns "T#<tenant>", the beginning of each partition key of the tenant.
func (s Scope) Partition() string { return "T#" + s.TenantID() }

// Valid reports whether the Scope was minted.
func (s Scope) Valid() bool { return s.tenant != "" }
