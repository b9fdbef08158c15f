package deliveries

import (
	"context"
	"time"

	"guardrails/shared/deliver"
	"guardrails/shared/fn"
	"guardrails/shared/outbox"
	"guardrails/shared/queue"
	"guardrails/shared/rule"
	"guardrails/shared/rulestore"
	"guardrails/shared/table"
	"guardrails/shared/tenant"
)

const (
	// unorderedAfter is when what waited in order is sent after a destination wants no order any more: by then every
	// process knows, and none goes along its events.
	unorderedAfter = time.Minute
	// unorderedPage is how many events one message is for.
	unorderedPage = 200
)

// unorderer sends what waited for a destination in order, and has no message and no row.
type unorderer struct {
	order *deliver.Order
	parts deliver.Dispatcher
}

func newUnorderer(env *fn.Env, rows *deliver.Rows) *unorderer {
	sets := rulestore.NewSets(rulestore.New(env.Table(table.Policies)), rule.NewEngine(), env.Clock, env.Config.ConfigTTL)
	return &unorderer{
		order: order(sets, env.Table(table.Events), env.Table(table.Deliveries)),
		parts: deliver.Dispatcher{Queue: env.Queue(queue.Deliveries), Rows: rows, Clock: env.Clock},
	}
}

// send sends the deliveries of a page of events that nobody has begun, and returns the message for the next page.
func (u *unorderer) send(ctx context.Context, s tenant.Scope, m replayMessage) (again replayMessage, done bool, err error) {
	after := m.At.After
	if after == "" {
		if after, err = u.order.Cursor(ctx, s, m.Unordered); err != nil {
			return m, false, err
		}
	}
	page, err := u.order.Log(ctx, s, after, m.Before, unorderedPage)
	if err != nil || len(page) == 0 {
		return m, true, err
	}
	d := u.parts
	d.Match = func(ctx context.Context, s tenant.Scope, e outbox.Row) ([]deliver.Want, error) {
		wants, err := u.order.Match(ctx, s, e)
		var mine []deliver.Want
		for _, w := range wants {
			if w.Destination == m.Unordered {
				mine = append(mine, w)
			}
		}
		return mine, err
	}
	for _, e := range page {
		e.To = nil
		if _, err := d.Resend(ctx, s, e); err != nil {
			return m, false, err
		}
	}
	m.At.After = page[len(page)-1].ID
	return m, len(page) < unorderedPage, nil
}
