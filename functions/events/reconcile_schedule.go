package events

import (
	"context"
	"errors"
	"time"

	"golang.org/x/sync/errgroup"

	"guardrails/shared/deliver"
	"guardrails/shared/errs"
	"guardrails/shared/eventquery"
	"guardrails/shared/fn"
	"guardrails/shared/id"
	"guardrails/shared/outbox"
	"guardrails/shared/table"
	"guardrails/shared/telemetry"
	"guardrails/shared/tenant"
)

const (
	// settled is how old an event is when its deliveries must have begun: the fast way, the stream and its retries are over.
	settled = 15 * time.Minute
	// firstLook is how far back the first look at a tenant goes.
	firstLook = 2 * time.Hour
	// tenantPage and eventPage are how many are read at once; compared how many events are looked at at once.
	tenantPage = 100
	eventPage  = 200
	compared   = 8
	// tenantShare is how long a look goes on with one tenant: the rest of it has its turn an hour later, after the others'.
	tenantShare = 2 * time.Minute
	// reconcileSpare is left of the schedule's time to end in order: the rest is there next time.
	reconcileSpare = time.Minute
)

// reconciler compares what events called for with what there is, after everything else should have happened. What it
// finds missing is sent, and counted: every gap is a defect that somebody has to look at.
type reconciler struct {
	env     *fn.Env
	tenants fn.Tenants
	events  *table.Table
	marks   *table.Table

	destinations *deliver.Destinations
	*dispatching
}

// mark is how far a tenant's events have been compared: up to this time, in Unix milliseconds.
type mark struct {
	Until int64 `dynamodbav:"until"`
}

func newReconciler(env *fn.Env) (func(context.Context) error, error) {
	r := &reconciler{env: env, tenants: env.Tenants(), events: env.Table(table.Events), marks: env.Table(table.Deliveries), destinations: deliver.NewDestinations(env.Table(table.Policies), nil), dispatching: newDispatching(env)}
	r.counter = nil // what rules do was counted when it happened
	r.Dispatcher.Match = r.then
	return r.all, nil
}

// then is what an event called for when it happened: by rules that are still as they were.
func (r *reconciler) then(ctx context.Context, s tenant.Scope, e outbox.Row) ([]deliver.Want, error) {
	wants, err := r.match(ctx, s, e)
	var out []deliver.Want
	for _, w := range wants {
		since, ok := r.sets.Since(s, w.Rule)
		if !ok || !since.Before(id.Time(e.ID).Add(-sinceMargin)) {
			continue
		}
		d, err := r.destinations.Get(ctx, s, w.Destination)
		if errors.Is(err, errs.NotFound) || err == nil && d.Status != deliver.Active {
			continue
		}
		if err == nil {
			err = r.passed(ctx, s, d, e)
		}
		switch {
		case errors.Is(err, errWaits):
		case err != nil:
			return nil, err
		default:
			out = append(out, w)
		}
	}
	return out, err
}

// errWaits says that an event has its turn at a destination still before it.
var errWaits = errors.New("the event waits in order")

// passed looks whether a destination that wants its events in order has passed one: what waits behind another has no
// delivery yet.
func (r *reconciler) passed(ctx context.Context, s tenant.Scope, d deliver.Destination, e outbox.Row) error {
	if !d.Ordered || e.ID <= d.OrderedFrom {
		return nil
	}
	var at struct {
		Event string `dynamodbav:"event"`
	}
	err := r.marks.Get(ctx, s, table.CursorKey(d.ID), &at)
	if err != nil && !errors.Is(err, errs.NotFound) {
		return err
	}
	if e.ID > at.Event {
		return errWaits
	}
	return nil
}

// sinceMargin is how long a change of a rule takes to be everywhere.
const sinceMargin = 5 * time.Second

// all looks at every tenant, beginning with another one each hour: whoever is last when time runs out is not so again.
func (r *reconciler) all(ctx context.Context) error {
	var list []tenant.Scope
	for after := ""; ; {
		page, next, err := r.tenants(ctx, after, tenantPage)
		if err != nil {
			return err
		}
		list = append(list, page...)
		if after = next; after == "" {
			break
		}
	}
	var failed []error
	first := startOf(r.env.Clock.Now(), len(list))
	for i := range list {
		if !r.inTime(ctx) {
			break
		}
		failed = append(failed, r.tenant(ctx, list[(first+i)%len(list)]))
	}
	return errors.Join(failed...)
}

// startOf is with which of n tenants an hour's look begins. Neighbors in time are far apart in the list, so that a group
// of tenants with much to compare does not stand before the same others for hours.
func startOf(now time.Time, n int) int {
	const stride = 7919 // a prime, so that every tenant has its turn
	return int(now.Unix()/3600) * stride % max(n, 1)
}

func (r *reconciler) inTime(ctx context.Context) bool {
	end, ok := ctx.Deadline()
	return ctx.Err() == nil && (!ok || end.Sub(r.env.Clock.Now()) > reconcileSpare)
}

// tenant compares one tenant's events since the last look. One without rules has nothing to compare.
func (r *reconciler) tenant(ctx context.Context, s tenant.Scope) error {
	until := r.env.Clock.Now().Add(-settled)
	var m mark
	err := r.marks.Get(ctx, s, table.ReconcileKey(), &m)
	if err != nil && !errors.Is(err, errs.NotFound) {
		return err
	}
	since := time.UnixMilli(m.Until)
	if m.Until == 0 {
		since = until.Add(-firstLook)
	}
	set, err := r.sets.Set(ctx, s)
	if err != nil {
		return err
	}
	if set.Len() > 0 {
		if until, err = r.compare(ctx, s, since, until, r.env.Clock.Now().Add(tenantShare)); err != nil {
			return err
		}
	}
	return r.marks.Put(ctx, s, table.ReconcileKey(), mark{until.UnixMilli()}, table.Always())
}

// compare looks at the events of a time until end, and returns how far it came.
func (r *reconciler) compare(ctx context.Context, s tenant.Scope, since, until, end time.Time) (time.Time, error) {
	from, to := eventquery.Span(since, until)
	for {
		var rows []outbox.Row
		next, err := r.events.Query(ctx, s, table.Page{Part: table.PartEvents, From: from, Until: to, Limit: eventPage, Oldest: true}, &rows)
		if err != nil {
			return since, err
		}
		g, own := errgroup.WithContext(ctx)
		g.SetLimit(compared)
		for _, e := range rows {
			g.Go(func() error { return r.event(own, s, e) })
		}
		if err := g.Wait(); err != nil {
			return since, err
		}
		if next == "" {
			return until, nil
		}
		// From is included: the last event is looked at twice, which changes nothing.
		from, since = next, id.Time(next)
		if !r.inTime(ctx) || r.env.Clock.Now().After(end) {
			return since, nil
		}
	}
}

func (r *reconciler) event(ctx context.Context, s tenant.Scope, e outbox.Row) error {
	n, err := r.Resend(ctx, s, e)
	if n > 0 {
		r.env.Metrics.Count(telemetry.EventsUnmatched, int64(n))
		r.env.Log.ErrorContext(ctx, "deliveries were missing and are sent now", "event", e.ID, "deliveries", n)
	}
	return err
}
