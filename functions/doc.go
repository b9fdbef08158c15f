// Package functions lists every function of the system, as data. It imports no context, so that infra and the
// permission matrix link no handler; each context binds its names to handlers in its own handlers.go.
package functions
