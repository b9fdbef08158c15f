// Package outbox writes events in the same transaction as the state they announce; the committed row is the outbox.
package outbox

import (
	"context"
	"time"

	"guardrails/events"
	"guardrails/shared/clock"
	"guardrails/shared/id"
	"guardrails/shared/internal/scope"
	"guardrails/shared/queue"
	"guardrails/shared/table"
	"guardrails/shared/telemetry"
	"guardrails/shared/tenant"
)

// KeepFor is how long events are kept.
const KeepFor = 90 * 24 * time.Hour

// Row is an event in the events table.
type Row struct {
	// ID sorts by time; it is the event's id, unless whoever made the event gave it another.
	ID string `dynamodbav:"id" json:"id"`
	// Given is the id that the tenant gave its event, "" if it gave none.
	Given   string `dynamodbav:"given,omitempty" json:"given,omitempty"`
	Source  string `dynamodbav:"source,omitempty" json:"source,omitempty"`
	Type    string `dynamodbav:"type" json:"type"`
	Version int    `dynamodbav:"version" json:"version"`
	Subject string `dynamodbav:"subject" json:"subject"`
	Time    string `dynamodbav:"time" json:"time"`
	// Data is the event's data as JSON; Previous is what it was before, "" if it was not.
	Data     string `dynamodbav:"data" json:"data"`
	Previous string `dynamodbav:"previous,omitempty" json:"previous,omitempty"`
	// To are destinations that the event goes to whatever the rules say.
	To []string `dynamodbav:"to,omitempty" json:"to,omitempty"`
	// Depth is how many deliveries led to the event, one after the other.
	Depth int `dynamodbav:"depth,omitempty" json:"depth,omitempty"`
	// Trace is the W3C trace context of what made the event, "" if it was not traced.
	Trace string `dynamodbav:"traceparent,omitempty" json:"traceparent,omitempty"`
	TTL   int64  `dynamodbav:"ttl" json:"ttl"`
}

// PublicID is the id that tenants know the event by.
func (r Row) PublicID() string {
	if r.Given != "" {
		return r.Given
	}
	return r.ID
}

// Announcement is the message that an event was committed. An event that is too large for a message is read from the
// table.
type Announcement struct {
	ID  string `json:"id"`
	Row *Row   `json:"row,omitempty"`
}

// maxRow is how large an event may be to travel in a message, in bytes of its data: ten of them are in one call.
const maxRow = 20 << 10

// Sender puts announcements on the queue of events.
type Sender interface {
	SendBatch(ctx context.Context, s scope.Scope, bodies []any) error
}

// Outbox makes the writes of events. It sends each to be matched once it is committed; what is lost on that way is found
// by the stream.
type Outbox struct {
	table *table.Table
	queue Sender
	ids   *id.Generator
	clock clock.Clock
	// lost hears of announcements that could not be sent.
	lost func(context.Context, error)
}

// New returns an outbox on the events table that announces what is committed on the queue. lost hears of what was not
// sent; it may be nil.
func New(events *table.Table, q Sender, ids *id.Generator, c clock.Clock, lost func(context.Context, error)) *Outbox {
	return &Outbox{events, q, ids, c, lost}
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
		ID: env.ID, Source: env.Source, Type: env.Type, Version: env.DataVersion, Subject: env.Subject, Time: env.Time, Data: string(env.Data),
		Previous: string(env.Previous), To: e.To, Depth: e.Depth, Trace: telemetry.Traceparent(ctx), TTL: table.TTL(now.Add(KeepFor)),
	}
	return o.table.PutOp(s, table.EventKey(env.ID), row, table.IfAbsent()).Tell(o, row), nil
}

// Small reports whether the event may travel in a message.
func (r Row) Small() bool { return len(r.Data)+len(r.Previous) <= maxRow }

// announcement is the message of an event, which belongs to the trace of what made it.
func announcement(r Row) queue.Traced {
	a := Announcement{ID: r.ID}
	if r.Small() {
		a.Row = &r
	}
	return queue.Traced{Body: a, Trace: r.Trace}
}

// announceWithin is how long the writer of an event waits for the queue to take it: the event is safe already.
const announceWithin = 300 * time.Millisecond

// Committed announces events that were committed.
func (o *Outbox) Committed(ctx context.Context, s scope.Scope, notes []any) {
	ctx, cancel := context.WithTimeout(ctx, announceWithin)
	defer cancel()
	bodies := make([]any, len(notes))
	for i, n := range notes {
		if row, ok := n.(Row); ok {
			bodies[i] = announcement(row)
		}
	}
	if err := o.queue.SendBatch(ctx, s, bodies); err != nil && o.lost != nil {
		o.lost(ctx, err)
	}
}
