// Package eventtype reads the event types that a tenant may use: the platform's and its own, with their schemas.
//
// An own type is a row in the policies table, by its name and once more by its age, for lists. The tenant's state counts
// every change of any type, so that whoever remembers types need only read the state.
package eventtype
