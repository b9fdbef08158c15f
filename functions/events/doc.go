// Package events holds the routes on events: what may happen, the platform's types and the tenant's own.
//
// A type of a tenant is found by its name. With a schema its events' data are held to it; a new schema is the type's next
// version. The platform's types are read like the tenant's, but never changed. A change answers when every function
// works by it.
package events
