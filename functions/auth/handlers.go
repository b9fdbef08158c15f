package auth

import "guardrails/shared/fn"

// Bindings are the handlers of the context by the names of the catalogue.
func Bindings() fn.Bindings {
	return fn.Bindings{
		"authorizer":       fn.Authorize(authorize),
		"permissions-list": fn.Route(permissionsList),
	}
}
