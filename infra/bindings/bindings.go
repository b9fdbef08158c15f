// Package bindings joins the handlers of all contexts, for the local host, the OpenAPI generator and tests.
// Nothing that is deployed imports it: each bootstrap links its own context alone.
package bindings

import (
	"maps"

	"guardrails/functions/analyze"
	"guardrails/functions/auth"
	"guardrails/functions/deliveries"
	"guardrails/functions/events"
	"guardrails/functions/jobs"
	"guardrails/functions/keys"
	"guardrails/functions/legacy"
	"guardrails/functions/ops"
	"guardrails/functions/policies"
	"guardrails/functions/release"
	"guardrails/functions/rules"
	"guardrails/functions/tenants"
	"guardrails/shared/fn"
)

// All returns the handlers of every context by the names of the catalogue.
func All() fn.Bindings {
	out := fn.Bindings{}
	for _, b := range []fn.Bindings{
		analyze.Bindings(), auth.Bindings(), deliveries.Bindings(), events.Bindings(), jobs.Bindings(), keys.Bindings(),
		legacy.Bindings(), ops.Bindings(), policies.Bindings(), release.Bindings(), rules.Bindings(), tenants.Bindings(),
	} {
		maps.Copy(out, b)
	}
	return out
}
