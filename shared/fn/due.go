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

// Tenants lists tenants, newest first, for a schedule that works for each of them: those after a tenant's id ("" is the
// first page), and the id to go on after, or "".
type Tenants func(ctx context.Context, after string, limit int) (page []tenant.Scope, next string, err error)

// Tenants returns the lister of tenants. Only schedules that read the directory have one.
func (e *Env) Tenants() Tenants {
	if e.Spec.Trigger.Kind != TriggerSchedule {
		e.refuse("tenants", "all")
	}
	d := e.Directory()
	return func(ctx context.Context, after string, limit int) ([]tenant.Scope, string, error) {
		entries, next, err := d.ListTenants(ctx, after, limit)
		if err != nil {
			return nil, "", err
		}
		out := make([]tenant.Scope, len(entries))
		for i, entry := range entries {
			out[i] = scope.Mint(entry.Tenant)
		}
		return out, next, nil
	}
}
