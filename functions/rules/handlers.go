package rules

import (
	"net/http"

	"guardrails/shared/fn"
)

// Bindings are the handlers of the context by the names of the catalogue.
func Bindings() fn.Bindings {
	return fn.Bindings{
		"rules-list":        fn.Route(list),
		"rules-create":      fn.Route(create, fn.Status(http.StatusCreated)),
		"rules-get":         fn.Route(get),
		"rules-update":      fn.Route(update, fn.Find(exists)),
		"rules-delete":      fn.Route(remove),
		"rules-versions":    fn.Route(versions, fn.Find(exists)),
		"rules-dryrun":      fn.Route(dryrun, fn.Find(exists)),
		"rules-validate":    fn.Route(validate),
		"rules-import":      fn.Route(importPattern),
		"templates-preview": fn.Route(preview),
	}
}
