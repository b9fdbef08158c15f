package deliver

import (
	"context"
	"errors"
	"slices"
	"time"

	"golang.org/x/sync/errgroup"

	"guardrails/events"
	"guardrails/shared/errs"
	"guardrails/shared/id"
	"guardrails/shared/outbox"
	"guardrails/shared/table"
)

// unlock closes the breaker of a destination to which nothing is sent any more: nobody would probe it, and the sweep would
// let what is parked go one by one.
func (r *round) unlock(ctx context.Context, destinationID string, jobs []int) {
	if !slices.ContainsFunc(jobs, func(i int) bool { return r.batch[i].Ticket.Spare }) {
		return // the sweep sent none of them
	}
	c, err := r.Controls.Get(ctx, r.scope, destinationID)
	if err == nil && !c.Breaker.allow(r.Clock.Now()).pass {
		_, err = r.Controls.Swap(ctx, r.scope, destinationID, c.Rev, Breaker{})
	}
	if err != nil && !errors.Is(err, table.ErrCondition) {
		r.Log.WarnContext(ctx, "breaker not closed", "destination", destinationID, "error", err.Error())
	}
}

// late tells how long after their events the deliveries of a batch came to their turn for the first time. Messages of the
// sweep, of a replay and of the net say nothing of that, and bring no event along.
func (r *round) late(ctx context.Context, jobs []int) {
	var most time.Duration
	for _, i := range jobs {
		if t := r.batch[i].Ticket; t.Attempt == 1 && t.Turn == 0 && t.Row != nil && !t.Spare && !t.Wake {
			most = max(most, r.Clock.Now().Sub(id.Time(t.Event)))
		}
	}
	if most > 0 && r.Late != nil {
		r.Late(ctx, r.scope, most)
	}
}

// sift drops those spare messages whose delivery goes on without them: nothing is asked of the destination for them.
func (r *round) sift(ctx context.Context, jobs []int) []int {
	gone := make([]bool, len(r.batch))
	var g errgroup.Group
	for _, i := range jobs {
		t := r.batch[i].Ticket
		if !t.Spare {
			continue
		}
		g.Go(func() error {
			row, err := r.Rows.Read(ctx, r.scope, t.ID(r.scope))
			switch {
			case errors.Is(err, errs.NotFound):
			case err != nil:
				r.failed[i], gone[i] = err, true
			default:
				gone[i] = row.stale(t) || row.early(r.Clock.Now()) && row.DueAt != 0
			}
			return nil
		})
	}
	_ = g.Wait() // each message's failure is its own
	return slices.DeleteFunc(slices.Clone(jobs), func(i int) bool { return gone[i] })
}

// The codes of deliveries that end without an attempt.
const (
	codeGone     = "destination_deleted"
	codeDisabled = "destination_disabled"
	codeNoEvent  = "event_expired"
	codeNoRule   = "rule_expired"
	codeTemplate = "template_failed"
	codeKind     = "destination_type_unknown"
)

// find reads the destination. It returns a code if nothing can be sent there.
func (r *round) find(ctx context.Context, destinationID string) (string, error) {
	d, err := r.Destination(ctx, r.scope, destinationID)
	switch {
	case errors.Is(err, errs.NotFound):
		return codeGone, nil
	case err != nil:
		return "", err
	case !d.usable(r.Clock.Now()):
		return codeDisabled, nil
	}
	i := slices.IndexFunc(r.Kinds, func(k Kind) bool { return k.Name() == d.Type })
	if i < 0 {
		return codeKind, nil
	}
	r.destination, r.kind, r.limits = d, r.Kinds[i], d.Limits(r.Kinds[i])
	return "", nil
}

// refuse ends a delivery that cannot be sent. What goes to a destination that is gone is canceled, what goes to a disabled
// one is dead and can be retried.
func (r *round) refuse(ctx context.Context, j Job, code string) error {
	if j.Ticket.Wake {
		return nil
	}
	e, err := r.event(ctx, j)
	if errors.Is(err, errs.NotFound) {
		e, err = outbox.Row{ID: j.Ticket.Event}, nil
	}
	if err != nil {
		return err
	}
	plan, err := r.plan(ctx, j.Ticket.Rule, j.Ticket.RuleVersion, j.Ticket.Destination)
	if err != nil && !errors.Is(err, errs.NotFound) {
		return err
	}
	row, changed, err := r.changeTelling(ctx, j, e, func(row Row) (Row, bool) {
		if row.stale(j.Ticket) {
			return row, false
		}
		if code == codeGone {
			return cancel(row, code, r.Clock.Now()), true
		}
		row = row.end(Dead, code, r.Clock.Now())
		row.Quiet = plan.Quiet
		return row, true
	}, plan.failure)
	if changed && err == nil {
		r.ended(row)
	}
	return ignoreGone(err)
}

// ignoreGone takes a row that vanished for one that has ended.
func ignoreGone(err error) error {
	if errors.Is(err, errs.NotFound) {
		return nil
	}
	return err
}

// event is the event of a delivery: from the message, or from the table.
func (r *round) event(ctx context.Context, j Job) (outbox.Row, error) {
	if j.Ticket.Row != nil && j.Ticket.Row.ID == j.Ticket.Event {
		return *j.Ticket.Row, nil
	}
	return r.Event(ctx, r.scope, j.Ticket.Event)
}

// change changes the delivery of a message. One whose first attempt is asked for is thought not to be there yet.
func (r *round) change(ctx context.Context, j Job, e outbox.Row, f func(Row) (Row, bool)) (Row, bool, error) {
	return r.changeTelling(ctx, j, e, f, func(Row) []events.Event { return nil })
}

// changeTelling is change with events that are written with the row that they are about, or not at all.
func (r *round) changeTelling(ctx context.Context, j Job, e outbox.Row, f func(Row) (Row, bool), about func(Row) []events.Event) (Row, bool, error) {
	guess := begin(r.scope, j.Ticket, e, r.Clock.Now())
	if j.Ticket.Attempt > 1 {
		row, err := r.Rows.Read(ctx, r.scope, guess.ID)
		if err != nil {
			return row, false, err
		}
		guess = row
	}
	return changeTelling(ctx, r.Rows, r.scope, guess, f, about)
}
