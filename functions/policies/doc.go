// Package policies holds the routes on policies: what a tenant allows.
//
// A policy is replaced as a whole and keeps every version. Several may be active; those apply to requests that name
// none. The shipped packs (hipaa, gdpr, …) are read like policies and can be made active, but never changed. A change
// answers when every function works by it.
package policies
