package policies

import (
	"net/http"

	"guardrails/shared/fn"
)

// Bindings are the handlers of the context by the names of the catalogue.
func Bindings() fn.Bindings {
	return fn.Bindings{
		"policies-list":     fn.Route(list),
		"policies-create":   fn.Route(create, fn.Status(http.StatusCreated)),
		"policies-get":      fn.Route(get),
		"policies-update":   fn.Route(update, fn.Find(changeable)),
		"policies-delete":   fn.Route(remove),
		"policies-versions": fn.Route(versions, fn.Find(exists)),
		"policies-dryrun":   fn.Route(dryrun, fn.Find(exists)),
		"policies-activate": fn.Route(activate, fn.Find(exists)),
	}
}
