package fn

import (
	"context"
	"time"

	"guardrails/shared/internal/scope"
	"guardrails/shared/table"
	"guardrails/shared/tenant"
)

// Due is an item of some tenant that a schedule should look at, with the Scope to do so.
type Due struct {
	Scope tenant.Scope
	Key   table.Key
}

// DueReader lists what is due in one shard, oldest first.
type DueReader func(ctx context.Context, shard string, until time.Time, limit int) ([]Due, error)

// Due returns the reader of a declared table's due items. Only schedules have one: they work for every tenant.
func (e *Env) Due(name string) DueReader {
	if e.Spec.Trigger.Kind != TriggerSchedule {
		e.refuse("index", name+"/"+table.IndexDue)
	}
	t := e.Table(name)
	return func(ctx context.Context, shard string, until time.Time, limit int) ([]Due, error) {
		keys, err := t.Due(ctx, shard, until, limit)
		if err != nil {
			return nil, err
		}
		out := make([]Due, len(keys))
		for i, k := range keys {
			out[i] = Due{Scope: scope.Mint(k.Tenant), Key: k.Key}
		}
		return out, nil
	}
}
