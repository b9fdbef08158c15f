// Package authn holds the Principal: who is calling, as the authorizer verified it, and the only way to a Scope.
package authn
