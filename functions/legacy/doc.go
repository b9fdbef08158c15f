// Package legacy is the older, single-tenant API: its routes and answers as they were, translated onto the same engine,
// tasks and tenants that the new routes use.
package legacy
