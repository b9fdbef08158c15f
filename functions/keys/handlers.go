package keys

import (
	"net/http"

	"guardrails/shared/fn"
)

// Bindings are the handlers of the context by the names of the catalogue.
func Bindings() fn.Bindings {
	return fn.Bindings{
		"api-keys-list":   fn.Route(list),
		"api-keys-create": fn.Route(create, fn.Find(holder), fn.Status(http.StatusCreated), fn.ShownOnce("secret")),
		"api-keys-delete": fn.Route(revoke, fn.Find(holder)),
		"api-keys-rotate": fn.Route(rotate, fn.Find(exists), fn.ShownOnce("secret")),
	}
}
