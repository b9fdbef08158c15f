package events

import (
	"context"

	"guardrails/shared/fn"
	"guardrails/shared/outbox"
	"guardrails/shared/table"
)

// newResender is the net below every other way: it sees each event that was committed, and sends those of its deliveries
// that nobody has begun.
func newResender(env *fn.Env) (func(context.Context, fn.Record) error, error) {
	d := newDispatching(env)
	d.counter = nil // who dispatched it first has counted it
	return func(ctx context.Context, rec fn.Record) error {
		if rec.Event != "INSERT" || rec.Part != table.PartEvents {
			return nil
		}
		_, err := d.Resend(ctx, rec.Scope, rowOf(rec))
		return err
	}, nil
}

// rowOf is the event of a record.
func rowOf(rec fn.Record) outbox.Row {
	r := outbox.Row{
		ID: rec.Text("id"), Given: rec.Text("given"), Source: rec.Text("source"), Type: rec.Text("type"), Subject: rec.Text("subject"), Time: rec.Text("time"),
		Data: rec.Text("data"), Previous: rec.Text("previous"), Trace: rec.Text("traceparent"), To: rec.Texts("to"),
	}
	r.Version, r.Depth = rec.Int("version"), rec.Int("depth")
	return r
}
