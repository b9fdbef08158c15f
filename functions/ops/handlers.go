package ops

import "guardrails/shared/fn"

// Bindings are the handlers of this context by the names of the catalogue.
func Bindings() fn.Bindings {
	return fn.Bindings{
		"health":  fn.Route(newHealth),
		"ready":   fn.Route(newReady),
		"openapi": fn.Route(newOpenAPI),
		"docs":    fn.Route(newDocs),
	}
}
