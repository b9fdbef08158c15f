package release

import "guardrails/shared/fn"

// Bindings are the handlers of this context by the names of the catalogue.
func Bindings() fn.Bindings {
	return fn.Bindings{"release-check": fn.Gate(newCheck)}
}
