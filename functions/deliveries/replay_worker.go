package deliveries

import (
	"context"

	"golang.org/x/sync/errgroup"

	"guardrails/shared/deliver"
	"guardrails/shared/fn"
	"guardrails/shared/queue"
)

const (
	// replayPage is how many deliveries one message of a replay begins anew, replayers how many at once.
	replayPage = 500
	replayers  = 16
)

// newReplayer begins deliveries of a replay anew, a page a message. A page that is done twice begins what it has begun
// already only if that has ended again since, which Before rules out.
func newReplayer(env *fn.Env) (func(context.Context, fn.Message[replayMessage]) error, error) {
	rows, replays, deliveries := newRows(env), env.Queue(queue.Replays), env.Queue(queue.Deliveries)
	u := newUnorderer(env, rows)
	return func(ctx context.Context, m fn.Message[replayMessage]) error {
		if m.Body.Unordered != "" {
			again, done, err := u.send(ctx, m.Scope, m.Body)
			if err != nil || done {
				return err
			}
			return replays.Send(ctx, m.Scope, again)
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
