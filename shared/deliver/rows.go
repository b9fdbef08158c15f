package deliver

import (
	"context"
	"errors"

	"github.com/aws/aws-sdk-go-v2/feature/dynamodb/expression"

	"guardrails/events"
	"guardrails/shared/clock"
	"guardrails/shared/errs"
	"guardrails/shared/id"
	"guardrails/shared/outbox"
	"guardrails/shared/table"
	"guardrails/shared/tenant"
)

// rows keeps deliveries.
type rows interface {
	// Read reads a delivery; errs.NotFound if there is none.
	Read(ctx context.Context, s tenant.Scope, deliveryID string) (Row, error)
	// Swap writes next in place of a row of revision rev, 0 for none, and returns it as written. If there is another
	// revision, it returns that and table.ErrCondition. Events are written with it or not at all.
	Swap(ctx context.Context, s tenant.Scope, rev int64, next Row, also ...events.Event) (Row, error)
	// Keep writes the whole response of an attempt.
	Keep(ctx context.Context, s tenant.Scope, deliveryID string, a Attempt) error
}

// Rows keeps deliveries in the deliveries table.
type Rows struct {
	table  *table.Table
	ids    *id.Generator
	clock  clock.Clock
	events *outbox.Outbox
}

// NewRows returns the deliveries of a table.
func NewRows(deliveries *table.Table, ids *id.Generator, c clock.Clock) *Rows {
	return &Rows{table: deliveries, ids: ids, clock: c}
}

// Telling returns the same deliveries, which can be written with events.
func (r *Rows) Telling(out *outbox.Outbox) *Rows {
	telling := *r
	telling.events = out
	return &telling
}

// Read reads a delivery.
func (r *Rows) Read(ctx context.Context, s tenant.Scope, deliveryID string) (Row, error) {
	var out Row
	if !id.Valid(id.Delivery, deliveryID) {
		return out, errs.New(errs.NotFound, "There is no such resource.")
	}
	err := r.table.Get(ctx, s, KeyOf(deliveryID), &out)
	return out, err
}

// statePart is the partition of the index of states for a status.
func statePart(s Status) string { return "DX#" + string(s) }

// Swap writes a delivery.
func (r *Rows) Swap(ctx context.Context, s tenant.Scope, rev int64, next Row, also ...events.Event) (Row, error) {
	next.Rev, next.Writer, next.State, next.UpdatedAt = rev+1, r.ids.New(id.Request), "", ms(r.clock.Now())
	if next.Status != Delivering && next.Status != Done {
		next.State = table.StateOf(s, statePart(next.Status))
	}
	cond := table.IfAbsent()
	if rev > 0 {
		cond = expression.Name("rev").Equal(expression.Value(rev))
	}
	var old Row
	var err error
	if len(also) == 0 {
		err = r.table.Swap(ctx, s, KeyOf(next.ID), next, cond, &old)
	} else {
		old, err = r.swapTelling(ctx, s, next, cond, also)
	}
	switch {
	case err == nil, errors.Is(err, table.ErrCondition) && old.Writer == next.Writer:
		return next, nil
	}
	return old, err
}

// swapTelling writes a delivery and events. The row as it stands is read where another was there.
func (r *Rows) swapTelling(ctx context.Context, s tenant.Scope, next Row, cond expression.ConditionBuilder, also []events.Event) (old Row, err error) {
	ops := []table.Op{r.table.PutOp(s, KeyOf(next.ID), next, cond)}
	for _, e := range also {
		op, err := r.events.Op(ctx, s, e)
		if err != nil {
			return old, err
		}
		ops = append(ops, op)
	}
	if err = table.Transact(ctx, ops...); !errors.Is(err, table.ErrCondition) {
		return old, err
	}
	if old, readErr := r.Read(ctx, s, next.ID); !errors.Is(readErr, errs.NotFound) {
		return old, errors.Join(err, readErr)
	}
	return old, err
}

// Keep writes an attempt with its whole response.
func (r *Rows) Keep(ctx context.Context, s tenant.Scope, deliveryID string, a Attempt) error {
	return r.table.Put(ctx, s, table.AttemptKey(deliveryID, a.Number), struct {
		Attempt
		TTL int64 `dynamodbav:"ttl"`
	}{a, a.At/1000 + int64(openFor.Seconds())}, table.Always())
}

// Kept reads the whole responses of a delivery's attempts, by their numbers.
func (r *Rows) Kept(ctx context.Context, s tenant.Scope, deliveryID string) (map[int]Attempt, error) {
	var list []Attempt
	key := table.AttemptKey(deliveryID, 0)
	if _, err := r.table.Query(ctx, s, table.Page{Part: key.Part, Limit: keptAttempts}, &list); err != nil {
		return nil, err
	}
	out := map[int]Attempt{}
	for _, a := range list {
		out[a.Number] = a
	}
	return out, nil
}

// swapTries is how often a change is tried when others change the same row.
const swapTries = 6

// errMoved says that others kept changing a row.
var errMoved = errs.New(errs.Overloaded, "The delivery is being changed by others.")

// change applies f to a row until what it returns is written. guess is the row as it is thought to be; a guess that is
// wrong costs one write. f returns false to leave the row as it is.
func change(ctx context.Context, store rows, s tenant.Scope, guess Row, f func(Row) (Row, bool)) (Row, bool, error) {
	return changeTelling(ctx, store, s, guess, f, func(Row) []events.Event { return nil })
}

// changeTelling is change with events that are written with the row that they are about, or not at all.
func changeTelling(ctx context.Context, store rows, s tenant.Scope, guess Row, f func(Row) (Row, bool), about func(Row) []events.Event) (Row, bool, error) {
	row := guess
	for range swapTries {
		next, changed := f(row)
		if !changed {
			return row, false, nil
		}
		written, err := store.Swap(ctx, s, row.Rev, next, about(next)...)
		if err == nil {
			return written, true, nil
		}
		if !errors.Is(err, table.ErrCondition) {
			return row, false, err
		}
		if written.Rev == 0 { // it is gone: another began and ended it long ago, or the tenant is being deleted
			return row, false, errs.New(errs.NotFound, "There is no such resource.")
		}
		row = written
	}
	return row, false, errMoved
}
