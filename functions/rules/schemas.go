package rules

import (
	"context"

	"guardrails/events"
	"guardrails/shared/fn"
	"guardrails/shared/rule"
	"guardrails/shared/tenant"
)

// schemas are what is known of the data of events.
type schemas struct{}

func newSchemas(*fn.Env) schemas { return schemas{} }

// of returns the schemas of the platform's types and of the tenant's own.
func (schemas) of(context.Context, tenant.Scope) (rule.Schemas, error) {
	out := rule.Schemas{}
	for _, t := range events.Types() {
		out[t.Name] = t.Schema
	}
	return out, nil
}
