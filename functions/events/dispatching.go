package events

import (
	"context"
	"encoding/json"

	"guardrails/shared/deliver"
	"guardrails/shared/fn"
	"guardrails/shared/outbox"
	"guardrails/shared/queue"
	"guardrails/shared/rule"
	"guardrails/shared/rulestore"
	"guardrails/shared/table"
	"guardrails/shared/telemetry"
	"guardrails/shared/tenant"
)

// dispatching matches events against their tenant's rules, and counts what the rules do.
type dispatching struct {
	*deliver.Dispatcher
	env     *fn.Env
	sets    *rulestore.Sets
	counter *rulestore.Counter
}

func newDispatching(env *fn.Env) *dispatching {
	deliveries := env.Table(table.Deliveries)
	d := &dispatching{
		env: env, sets: rulestore.NewSets(rulestore.New(env.Table(table.Policies)), rule.NewEngine(), env.Clock, env.Config.ConfigTTL),
		counter: rulestore.NewCounter(deliveries, env.Clock),
	}
	d.Dispatcher = &deliver.Dispatcher{
		Match: d.match, Queue: env.Queue(queue.Deliveries), Rows: deliver.NewRows(deliveries, env.IDs, env.Clock), Clock: env.Clock, Metrics: env.Metrics,
	}
	return d
}

// match says which deliveries an event calls for.
func (d *dispatching) match(ctx context.Context, s tenant.Scope, e outbox.Row) ([]deliver.Want, error) {
	wants, found, err := d.sets.Wants(ctx, s, e)
	if err != nil {
		return nil, err
	}
	if d.counter != nil { // else it was counted when the event came
		d.counter.Count(s, found)
		d.env.Metrics.Count(telemetry.RuleFailures, int64(len(found.Failures)))
	}
	return wants, nil
}

// write writes what rules did. It is for people to see, so nothing depends on it.
func (d *dispatching) write(ctx context.Context) {
	if err := d.counter.Write(ctx); err != nil {
		d.env.Log.WarnContext(ctx, "what rules did is not written", "error", err.Error())
	}
}

// EventView is an event as the API shows it: a CloudEvents 1.0 envelope. It is exported because answers embed it, and the
// framework reads no others.
type EventView struct {
	SpecVersion string          `json:"specversion" example:"1.0"`
	ID          string          `json:"id" example:"evt_01jd3zk8q4x5v6w7y8z9a0b1c2"`
	Source      string          `json:"source" doc:"guardrails, or /tenants/<id> for events of one's own."`
	Type        string          `json:"type" example:"analysis.completed"`
	DataVersion int             `json:"dataversion" minimum:"1" doc:"The version of the type."`
	Subject     string          `json:"subject"`
	Time        string          `json:"time" format:"date-time"`
	Sequence    string          `json:"sequence" doc:"Sorts events by when they were accepted."`
	Data        json.RawMessage `json:"data"`
	Previous    json.RawMessage `json:"previous,omitempty"`
}

func eventOf(r outbox.Row) EventView {
	v := EventView{
		SpecVersion: "1.0", ID: r.PublicID(), Source: r.Source, Type: r.Type, DataVersion: r.Version, Subject: r.Subject, Time: r.Time, Sequence: r.ID,
		Data: json.RawMessage(r.Data), Previous: json.RawMessage(r.Previous),
	}
	if v.Source == "" { // a row of before events had others
		v.Source = source
	}
	return v
}

const source = "guardrails"
