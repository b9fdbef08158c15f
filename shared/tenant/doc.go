// Package tenant holds what the rest of the system knows of a tenant: its Scope, state, plan and security profile.
package tenant
