// Package policystore reads tenants' policies and which of them are active.
//
// A policy is one item with its latest version; each version is kept as an item of its own. A definition that is too long
// for an item, as those with large dictionaries are, lies in parts beside its version, written in the same transaction. The tenant's state counts
// every change of any policy, so that whoever caches compiled policies need only read the state.
package policystore
