package events

import (
	"net/http"

	"guardrails/shared/fn"
)

// Bindings are the handlers of the context by the names of the catalogue.
func Bindings() fn.Bindings {
	return fn.Bindings{
		"events-publish":     fn.Route(publish, fn.Status(http.StatusAccepted)),
		"events-list":        fn.Route(listEvents),
		"events-get":         fn.Route(getEvent),
		"event-match":        fn.Batches(newMatcher),
		"event-resend":       fn.AnyOrder(newResender),
		"event-reconcile":    fn.Tick(newReconciler),
		"event-types-list":   fn.Route(listTypes),
		"event-types-create": fn.Route(createType, fn.Status(http.StatusCreated)),
		"event-types-get":    fn.Route(getType),
		"event-types-update": fn.Route(updateType, fn.Find(changeable)),
		"event-types-delete": fn.Route(deleteType),
	}
}
