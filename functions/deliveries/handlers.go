package deliveries

import (
	"net/http"

	"guardrails/shared/fn"
)

// Bindings are the handlers of the context by the names of the catalogue.
func Bindings() fn.Bindings {
	return fn.Bindings{
		"destinations-list":          fn.Route(destinationsList),
		"destinations-create":        fn.Route(destinationsCreate, fn.Status(http.StatusCreated), fn.ShownOnce("secret")),
		"destinations-get":           fn.Route(destinationsGet),
		"destinations-update":        fn.Route(destinationsUpdate, fn.Find(destinationExists)),
		"destinations-delete":        fn.Route(destinationsDelete),
		"destinations-rotate-secret": fn.Route(destinationsRotate, fn.Find(destinationExists), fn.ShownOnce("secret")),
		"destinations-enable":        fn.Route(destinationsEnable, fn.Find(destinationExists)),
		"destinations-confirm":       fn.Route(destinationsConfirm, fn.Find(destinationExists)),
		"destinations-test":          fn.Route(destinationsTry, fn.Find(destinationExists), fn.Status(http.StatusAccepted)),
		"webhook-secret-get":         fn.Route(webhookSecretGet),
		"webhook-secret-update":      fn.Route(webhookSecretUpdate),
		"deliveries-list":            fn.Route(deliveriesList),
		"deliveries-get":             fn.Route(deliveriesGet),
		"deliveries-retry":           fn.Route(deliveriesRetry, fn.Find(deliveryExists), fn.Status(http.StatusAccepted)),
		"deliveries-cancel":          fn.Route(deliveriesCancel, fn.Find(deliveryExists)),
		"deliveries-replay":          fn.Route(deliveriesReplay, fn.Status(http.StatusAccepted)),
		"delivery-send":              fn.Batches(newSender),
		"delivery-sweep":             fn.Tick(newSweep),
		"delivery-replay":            fn.Messages(newReplayer),
	}
}
