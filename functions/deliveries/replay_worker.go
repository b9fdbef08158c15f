package deliveries

import (
	"context"
	"errors"

	"golang.org/x/sync/errgroup"

	"guardrails/shared/deliver"
	"guardrails/shared/errs"
	"guardrails/shared/fn"
	"guardrails/shared/outbox"
	"guardrails/shared/queue"
	"guardrails/shared/table"
)

const (
	// replayPage is how many deliveries one message of a replay begins anew, replayers how many at once.
	replayPage = 500
	replayers  = 16
)

// recorded reports whether a replay is on record, and returns an error while it may still come to be. What nobody asked
// for by name needs no record.
func recorded(ctx context.Context, env *fn.Env, stored *table.Table, m fn.Message[replayMessage]) (bool, error) {
	if m.Body.Replay == "" || m.Body.At != (deliver.Place{}) {
		return true, nil
	}
	var row outbox.Row
	err := stored.Get(ctx, m.Scope, table.EventKey(recordOf(m.Body.Replay)), &row)
	if errors.Is(err, errs.NotFound) && env.Clock.Now().Sub(m.Body.Before) > recordedAtMost {
		env.Log.WarnContext(ctx, "a replay that is not on record does not begin", "replay", m.Body.Replay)
		return false, nil
	}
	return err == nil, err
}

// newReplayer begins deliveries of a replay anew, a page a message. A page that is done twice begins what it has begun
// already only if that has ended again since, which Before rules out.
func newReplayer(env *fn.Env) (func(context.Context, fn.Message[replayMessage]) error, error) {
	rows, replays, deliveries := newRows(env), env.Queue(queue.Replays), env.Queue(queue.Deliveries)
	u, stored := newUnorderer(env, rows), env.Table(table.Events)
	return func(ctx context.Context, m fn.Message[replayMessage]) error {
		if m.Body.Unordered != "" {
			again, done, err := u.send(ctx, m.Scope, m.Body)
			if err != nil || done {
				return err
			}
			return replays.Send(ctx, m.Scope, again)
		}
		if begun, err := recorded(ctx, env, stored, m); err != nil || !begun {
			return err
		}
		found, next, done, err := rows.Walk(ctx, m.Scope, m.Body.Filter, m.Body.At, replayPage)
		if err != nil {
			return err
		}
		begun := make([]*queue.Message, len(found))
		g, own := errgroup.WithContext(ctx)
		g.SetLimit(replayers)
		for i, r := range found {
			g.Go(func() error {
				row, ok, err := rows.Replay(own, m.Scope, r, m.Body.Filter.Status, m.Body.Before, env.Clock.Now())
				if err == nil && ok {
					message := deliver.MessageOf(row.Ticket(), 0)
					begun[i] = &message
				}
				return err
			})
		}
		if err := g.Wait(); err != nil {
			return err
		}
		var messages []queue.Message
		for _, b := range begun {
			if b != nil {
				messages = append(messages, *b)
			}
		}
		// Rows that were begun are due: those whose message is lost here are sent by the sweep.
		if err := deliveries.SendAll(ctx, m.Scope, messages); err != nil {
			env.Log.WarnContext(ctx, "messages of a replay not sent, left to the sweep", "replay", m.Body.Replay, "error", err.Error())
		}
		if done {
			return nil
		}
		again := m.Body
		again.At = next
		return replays.Send(ctx, m.Scope, again)
	}, nil
}
