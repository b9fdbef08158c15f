// Package table is the tenant-bound DynamoDB client: every call takes a Scope, every key begins with its tenant.
package table
