// Package registry creates, reads and changes tenants: the tenant's item, its unique name and slug, its data key.
//
// Every change is one transaction with its event and its audit record. A change reads the tenant, edits a copy and
// writes it on condition that nobody else did meanwhile; it tries a few times and then answers errs.Conflict.
package registry
