package rules

import (
	"context"

	"guardrails/events"
	"guardrails/shared/eventtype"
	"guardrails/shared/fn"
	"guardrails/shared/rule"
	"guardrails/shared/table"
	"guardrails/shared/tenant"
)

// schemas are what is known of the data of events.
type schemas struct{ own *eventtype.Store }

func newSchemas(env *fn.Env) schemas { return schemas{eventtype.New(env.Table(table.Policies))} }

// of returns the schemas of the platform's types and of those of the tenant's own that a rule may watch.
func (s schemas) of(ctx context.Context, sc tenant.Scope) (rule.Schemas, error) {
	out := rule.Schemas{}
	for _, t := range events.Types() {
		out[t.Name] = t.Schema
	}
	after := ""
	for range eventtype.Max/pageSize + 1 {
		rows, next, err := s.own.List(ctx, sc, after, pageSize)
		if err != nil {
			return nil, err
		}
		for _, r := range rows {
			out[r.Name] = r.RawSchema()
		}
		if after = next; after == "" {
			break
		}
	}
	return out, nil
}

// pageSize is how many types are read at once.
const pageSize = 100
