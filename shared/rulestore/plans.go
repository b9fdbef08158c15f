package rulestore

import (
	"context"
	"encoding/json"
	"slices"

	"guardrails/shared/deliver"
	"guardrails/shared/errs"
	"guardrails/shared/outbox"
	"guardrails/shared/retry"
	"guardrails/shared/rule"
	"guardrails/shared/tenant"
)

// maxPlans is how many versions of rules a process holds, and maxPlanBytes how much memory they may take.
const (
	maxPlans     = 4096
	maxPlanBytes = 200 << 20
)

// Plans says what versions of rules ask of their deliveries. A version never changes, so it is read once. It is safe for
// concurrent use.
type Plans struct {
	store  *Store
	engine *rule.Engine
	rules  *weighted[planKey, rule.Rule]
}

type planKey struct {
	scope   tenant.Scope
	rule    string
	version int
}

// NewPlans returns the plans of a store.
func NewPlans(store *Store, engine *rule.Engine) *Plans {
	return &Plans{store: store, engine: engine, rules: newWeighted[planKey, rule.Rule](maxPlans, maxPlanBytes)}
}

func (p *Plans) rule(ctx context.Context, s tenant.Scope, ruleID string, version int) (rule.Rule, error) {
	key := planKey{s, ruleID, version}
	if r, ok := p.rules.Get(key); ok {
		return r, nil
	}
	row, err := p.store.Version(ctx, s, ruleID, version)
	if err != nil {
		return rule.Rule{}, err
	}
	r, err := row.ruleBy(p.engine)
	if err != nil {
		return r, err
	}
	p.rules.GetOrAdd(key, func() rule.Rule { return r })
	p.rules.Weigh(key, int64(keptOf(row).size)*planned)
	return r, nil
}

// Plan says what a version of a rule asks of its deliveries to a destination; errs.NotFound if there is no such version,
// or it has no action for that destination.
func (p *Plans) Plan(ctx context.Context, s tenant.Scope, ruleID string, version int, destination string) (deliver.Plan, error) {
	r, err := p.rule(ctx, s, ruleID, version)
	if err != nil {
		return deliver.Plan{}, err
	}
	i := slices.IndexFunc(r.Actions, func(a rule.Action) bool { return a.DestinationID == destination })
	if i < 0 {
		return deliver.Plan{}, errs.New(errs.NotFound, "There is no such action.")
	}
	a := r.Actions[i]
	out := deliver.Plan{Retry: policy(a), Quiet: a.After() == rule.Log, Alert: a.After() == rule.Alert}
	if t := r.Compiled.Template(i); t != nil {
		out.Render = func(ctx context.Context, e deliver.Event) (json.RawMessage, error) {
			return p.engine.Render(ctx, t, rule.Event{
				ID: e.ID, Type: e.Type, Source: e.Source, Subject: e.Subject, Time: e.Time, Version: e.Version, Data: e.Data, Previous: e.Previous,
			})
		}
	}
	return out, nil
}

func policy(a rule.Action) retry.Policy {
	if a.Retry == nil {
		return retry.Policy{}
	}
	return *a.Retry
}

// EventOf is an event as conditions see it.
func EventOf(e outbox.Row) rule.Event {
	return rule.Event{
		ID: e.PublicID(), Type: e.Type, Source: e.Source, Subject: e.Subject, Time: e.Time, Version: e.Version,
		Data: json.RawMessage(e.Data), Previous: json.RawMessage(e.Previous),
	}
}
