// Package authz decides who may do what: permissions, the roles' matrix and the scopes of keys.
package authz
