package tenants

import (
	"net/http"

	"guardrails/shared/fn"
)

// Bindings are the handlers of the context by the names of the catalogue.
func Bindings() fn.Bindings {
	return fn.Bindings{
		"tenants-list":   fn.Route(list),
		"tenants-create": fn.Route(create, fn.Status(http.StatusCreated), fn.ShownOnce("admin_key")),
		"tenants-get":    fn.Route(get),
		"tenants-update": fn.Route(update, fn.Find(exists)),
		"tenants-delete": fn.Route(remove),
		"tenants-limits": fn.Route(setLimits, fn.Find(exists)),
		"tenant-get":     fn.Route(getOwn),
		"tenant-update":  fn.Route(updateOwn),
		"tenant-limits":  fn.Route(getLimits),
	}
}
