// Package eventquery reads events that came.
package eventquery

import (
	"context"
	"errors"
	"time"

	"guardrails/shared/errs"
	"guardrails/shared/id"
	"guardrails/shared/outbox"
	"guardrails/shared/table"
	"guardrails/shared/tenant"
)

// Events reads the events table. It is safe for concurrent use.
type Events struct{ table *table.Table }

// New returns the events of a table.
func New(events *table.Table) *Events { return &Events{events} }

// Given is where an id that a tenant gave its event leads.
type Given struct {
	// ID is that of the event's row.
	ID string `dynamodbav:"id"`
	// Digest tells whether another event of that id says the same.
	Digest []byte `dynamodbav:"digest"`
	TTL    int64  `dynamodbav:"ttl"`
}

// RowID is the id of an event's row, whichever of its ids is given; errs.NotFound if the tenant gave no event that id
// and it is none of ours.
func (e *Events) RowID(ctx context.Context, s tenant.Scope, eventID string) (string, error) {
	missing := errs.New(errs.NotFound, "There is no such resource.")
	if eventID == "" {
		return "", missing
	}
	var g Given
	err := e.table.Get(ctx, s, table.GivenKey(eventID), &g)
	switch {
	case err == nil:
		return g.ID, nil
	case !errors.Is(err, errs.NotFound):
		return "", err
	case id.Valid(id.Event, eventID):
		return eventID, nil
	}
	return "", missing
}

// Get reads an event by whichever of its ids; errs.NotFound if the tenant has none.
func (e *Events) Get(ctx context.Context, s tenant.Scope, eventID string) (outbox.Row, error) {
	var row outbox.Row
	rowID, err := e.RowID(ctx, s, eventID)
	if err != nil {
		return row, err
	}
	err = e.table.Get(ctx, s, table.EventKey(rowID), &row)
	return row, err
}

// Span is between which ids the events of a time lie, both included; zero times do not bound.
func Span(since, until time.Time) (from, to string) { return id.Bounds(id.Event, since, until) }

// Between reads the last events of a time, newest first; zero times do not bound.
func (e *Events) Between(ctx context.Context, s tenant.Scope, since, until time.Time, limit int) ([]outbox.Row, error) {
	from, to := Span(since, until)
	var rows []outbox.Row
	_, err := e.table.Query(ctx, s, table.Page{Part: table.PartEvents, From: from, Until: to, Limit: limit}, &rows)
	return rows, err
}
