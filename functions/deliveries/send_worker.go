package deliveries

import (
	"context"
	"errors"
	"math/rand/v2"
	"sync"
	"time"

	"github.com/hashicorp/golang-lru/v2/simplelru"

	"guardrails/events"
	"guardrails/shared/callback"
	"guardrails/shared/clock"
	"guardrails/shared/deliver"
	"guardrails/shared/errs"
	"guardrails/shared/eventquery"
	"guardrails/shared/fn"
	"guardrails/shared/outbox"
	"guardrails/shared/pressure"
	"guardrails/shared/queue"
	"guardrails/shared/rule"
	"guardrails/shared/rulestore"
	"guardrails/shared/table"
	"guardrails/shared/tenant"
)

// newSender attempts deliveries.
func newSender(env *fn.Env) (func(context.Context, []fn.Message[deliver.Ticket]) []error, error) {
	kinds := senders(env)
	policies, stored, out := env.Table(table.Policies), env.Table(table.Events), env.Outbox()
	destinations, gauge := deliver.NewDestinations(policies, env.Keys()), pressure.NewGauge(env.Table(table.Deliveries), env.Clock)
	rules, engine := rulestore.New(policies), rule.NewEngine()
	tell := func(ctx context.Context, s tenant.Scope, e events.Event) error {
		op, err := out.Op(ctx, s, e)
		if err != nil {
			return err
		}
		return table.Transact(ctx, op)
	}
	callbacks, controls := callback.New(policies, env.Keys(), env.Config.Destinations, env.Clock), deliver.NewControls(env.Table(table.Deliveries))
	w := deliver.NewWorker(deliver.Parts{
		Rows: newRows(env).Telling(out), Controls: controls, Queue: env.Queue(queue.Deliveries),
		Destination: newCache(destinations, env.Clock, env.Config.ConfigTTL).get, Open: callbacks.Target, Hidden: callback.Plan(),
		Disable: func(ctx context.Context, s tenant.Scope, d deliver.Destination, reason string) error {
			if d.Hidden {
				return giveUp(ctx, destinations, controls, s, d, reason, env.Clock.Now())
			}
			op, err := out.Op(ctx, s, events.DestinationDisabled(events.DestinationDisabledData{ID: d.ID, Reason: reason}))
			if err != nil {
				return err
			}
			_, err = destinations.Disable(ctx, s, d.ID, reason, env.Clock.Now(), op)
			return err
		},
		Event: func(ctx context.Context, s tenant.Scope, eventID string) (outbox.Row, error) {
			var row outbox.Row
			err := stored.Get(ctx, s, table.EventKey(eventID), &row)
			return row, err
		},
		Served: env.Served(),
		Late: func(ctx context.Context, s tenant.Scope, lag time.Duration) {
			if err := gauge.Observe(ctx, s, lag); err != nil {
				env.Log.WarnContext(ctx, "how late deliveries are is not written", "error", err.Error())
			}
		},
		Order: order(rulestore.NewSets(rules, engine, env.Clock, env.Config.ConfigTTL), stored, env.Table(table.Deliveries)),
		Plan:  rulestore.NewPlans(rules, engine).Plan, Tell: tell, Redact: redactor(), Kinds: kinds,
		Clock: env.Clock, IDs: env.IDs, Random: rand.Float64, Metrics: env.Metrics, Log: env.Log,
	})
	return func(ctx context.Context, batch []fn.Message[deliver.Ticket]) []error {
		jobs := make([]deliver.Job, len(batch))
		for i, m := range batch {
			jobs[i] = deliver.Job{Scope: m.Scope, Ticket: m.Body, In: m.In}
		}
		return w.Handle(ctx, jobs)
	}, nil
}

// cursor is how far a destination has come that wants its events in order.
type cursor struct {
	Event string `dynamodbav:"event"`
}

// order serves destinations that want their events in order.
func order(sets *rulestore.Sets, stored, deliveries *table.Table) *deliver.Order {
	return &deliver.Order{
		Log: func(ctx context.Context, s tenant.Scope, after string, until time.Time, limit int) ([]outbox.Row, error) {
			_, last := eventquery.Span(time.Time{}, until)
			if after >= last {
				return nil, nil
			}
			var rows []outbox.Row
			_, err := stored.Query(ctx, s, table.Page{Part: table.PartEvents, From: after + "!", Until: last, Limit: limit, Oldest: true}, &rows)
			return rows, err
		},
		Match: func(ctx context.Context, s tenant.Scope, e outbox.Row) ([]deliver.Want, error) {
			wants, _, err := sets.Wants(ctx, s, e)
			return wants, err
		},
		Cursor: func(ctx context.Context, s tenant.Scope, destination string) (string, error) {
			var c cursor
			err := deliveries.Get(ctx, s, table.CursorKey(destination), &c)
			if errors.Is(err, errs.NotFound) {
				return "", nil
			}
			return c.Event, err
		},
		Advance: func(ctx context.Context, s tenant.Scope, destination, event string) error {
			return deliveries.Put(ctx, s, table.CursorKey(destination), cursor{event}, table.Always())
		},
	}
}

// giveUp lets a hidden destination rest that was not well for days, so that what waits for it ends; then it begins anew.
// Its owner cannot enable it, so an answer that it is gone ends one delivery and no more.
func giveUp(ctx context.Context, destinations *deliver.Destinations, controls *deliver.Controls, s tenant.Scope, d deliver.Destination, reason string, now time.Time) error {
	if reason == deliver.DisabledGone {
		return nil
	}
	if _, err := destinations.Disable(ctx, s, d.ID, reason, now); err != nil {
		return err
	}
	return controls.Forget(ctx, s, d.ID)
}

// maxCached is how many destinations a process remembers.
const maxCached = 4096

// cache remembers destinations for as long as configuration may be old.
type cache struct {
	from  *deliver.Destinations
	clock clock.Clock
	fresh time.Duration
	mu    sync.Mutex
	known *simplelru.LRU[cacheKey, cached]
}

type cacheKey struct {
	scope tenant.Scope
	id    string
}

type cached struct {
	destination deliver.Destination
	at          time.Time
}

func newCache(from *deliver.Destinations, c clock.Clock, fresh time.Duration) *cache {
	lru, err := simplelru.NewLRU[cacheKey, cached](maxCached, nil)
	if err != nil {
		panic(err) // the size is a positive constant
	}
	return &cache{from: from, clock: c, fresh: fresh, known: lru}
}

func (c *cache) get(ctx context.Context, s tenant.Scope, destinationID string) (deliver.Destination, error) {
	key, now := cacheKey{s, destinationID}, c.clock.Now()
	c.mu.Lock()
	k, ok := c.known.Get(key)
	c.mu.Unlock()
	if ok && now.Sub(k.at) < c.fresh {
		return k.destination, nil
	}
	d, err := c.from.Get(ctx, s, destinationID)
	if err != nil || d.Hidden && d.Status != deliver.Active { // the next job makes it active, and waits for nobody to know
		return d, err
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.known.Add(key, cached{d, now})
	return d, nil
}
