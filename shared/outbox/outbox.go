// Package outbox writes events in the same transaction as the state they announce; the committed row is the outbox.
package outbox

import (
	"context"
	"time"

	"guardrails/events"
	"guardrails/shared/clock"
	"guardrails/shared/id"
	"guardrails/shared/table"
	"guardrails/shared/telemetry"
	"guardrails/shared/tenant"
)

const keepFor = 90 * 24 * time.Hour

// Row is an event in the events table.
type Row struct {
	ID      string `dynamodbav:"id"`
	Type    string `dynamodbav:"type"`
	Version int    `dynamodbav:"version"`
	Subject string `dynamodbav:"subject"`
	Time    string `dynamodbav:"time"`
	// Data is the event's data as JSON.
	Data string `dynamodbav:"data"`
	// Previous is what the data was before a change, as JSON, "" if the event has none.
	Previous string `dynamodbav:"previous,omitempty"`
	// To holds the ids of destinations that the event goes to whatever the rules say.
	To []string `dynamodbav:"to,omitempty"`
	// Depth is the event's causation depth.
	Depth int `dynamodbav:"depth,omitempty"`
	// Trace is the W3C trace context of what made the event, "" if it was not traced.
	Trace string `dynamodbav:"traceparent,omitempty"`
	TTL   int64  `dynamodbav:"ttl"`
}

// Outbox makes the writes of events.
type Outbox struct {
	table *table.Table
	ids   *id.Generator
	clock clock.Clock
}

// New returns an outbox on the events table.
func New(events *table.Table, ids *id.Generator, c clock.Clock) *Outbox {
	return &Outbox{events, ids, c}
}

// Op returns the write of an event, to be made in the transaction of the change that it announces.
func (o *Outbox) Op(ctx context.Context, s tenant.Scope, e events.Event) (table.Op, error) {
	return o.OpWithID(ctx, s, e, o.ids.New(id.Event))
}

// OpWithID is Op with an id that the caller derives, so that a repeated delivery writes the same event once.
func (o *Outbox) OpWithID(ctx context.Context, s tenant.Scope, e events.Event, eventID string) (table.Op, error) {
	now := o.clock.Now()
	env, err := events.Envelop(e, eventID, clock.Format(now))
	if err != nil {
		return table.Op{}, err
	}
	row := Row{
		ID: env.ID, Type: env.Type, Version: env.DataVersion, Subject: env.Subject, Time: env.Time, Data: string(env.Data), Previous: string(env.Previous),
		To: e.To, Depth: e.Depth, Trace: telemetry.Traceparent(ctx), TTL: table.TTL(now.Add(keepFor)),
	}
	return o.table.PutOp(s, table.EventKey(env.ID), row, table.IfAbsent()), nil
}
