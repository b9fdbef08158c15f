package jobs

import (
	"context"
	"errors"

	"guardrails/events"
	"guardrails/shared/errs"
	"guardrails/shared/fn"
	"guardrails/shared/queue"
	"guardrails/shared/table"
	"guardrails/shared/telemetry"
)

// relay sends submitted jobs whose own message was lost between the commit and the queue.
type relay struct {
	jobs    *store
	split   *queue.Queue
	metrics *telemetry.Metrics
}

func bindRelay() fn.Binding {
	return fn.Records(func(env *fn.Env) (func(context.Context, fn.Record) error, error) {
		r := &relay{jobs: &store{table: env.Table(table.Jobs), clock: env.Clock}, split: env.Queue(queue.JobSplit), metrics: env.Metrics}
		return r.handle, nil
	})
}

// handle sends a job that is still untouched when its event comes by. Sending one that is on its way does no harm.
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
	if err := r.split.Send(ctx, rec.Scope, splitMessage{Job: j.ID}); err != nil {
		return err
	}
	r.metrics.Count(telemetry.JobsResent, 1)
	return nil
}
