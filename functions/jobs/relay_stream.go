package jobs

import (
	"context"
	"errors"
	"time"

	"guardrails/events"
	"guardrails/shared/errs"
	"guardrails/shared/fn"
	"guardrails/shared/queue"
	"guardrails/shared/table"
)

// spareAfter is how long the relay's message is held back. The stream often sees a job before its own message is
// received; sent at once, nearly every job would be cut by two instances.
const spareAfter = 10 * time.Second

// relay sends submitted jobs whose own message was lost between the commit and the queue.
type relay struct {
	jobs  *store
	split *queue.Queue
}

func bindRelay() fn.Binding {
	return fn.Records(func(env *fn.Env) (func(context.Context, fn.Record) error, error) {
		r := &relay{jobs: &store{table: env.Table(table.Jobs), clock: env.Clock}, split: env.Queue(queue.JobSplit)}
		return r.handle, nil
	})
}

// handle sends a spare message for a job that is still untouched when its event comes by. Whether the job's own message
// was lost shows when the spare one arrives.
func (r *relay) handle(ctx context.Context, rec fn.Record) error {
	if rec.Event != "INSERT" || rec.Text("type") != events.JobSubmittedType {
		return nil
	}
	j, err := r.jobs.get(ctx, rec.Scope, rec.Text("subject"))
	if errors.Is(err, errs.NotFound) || err == nil && j.Status != queued {
		return nil
	}
	if err != nil {
		return err
	}
	return r.split.SendLater(ctx, rec.Scope, splitMessage{Job: j.ID, Spare: true}, spareAfter)
}
