package jobs

import (
	"context"
	"errors"
	"time"

	"guardrails/shared/clock"
	"guardrails/shared/errs"
	"guardrails/shared/fn"
	"guardrails/shared/queue"
	"guardrails/shared/table"
	"guardrails/shared/task"
	"guardrails/shared/telemetry"
	"guardrails/shared/tenant"
)

const (
	// maxResends is how often the watch sends a job's messages again before it gives up what is missing.
	maxResends = 3
	// patience is how long a job waits for queues that are full: a message that waits is not lost.
	patience = 24 * time.Hour
	// perShard bounds how many jobs one look takes from each shard; the rest is there a minute later.
	perShard = 100
)

// watch looks after jobs and tasks that stand still: their messages are sent again, with growing pauses, and what
// still has no result is given up, so that everything that was accepted comes to an end.
type watch struct {
	due     fn.DueReader
	served  fn.Served
	jobs    *store
	tasks   *task.Store
	split   *queue.Queue
	chunks  *queue.Queue
	queue   *queue.Queue
	clock   clock.Clock
	metrics *telemetry.Metrics
}

func bindWatch() fn.Binding {
	return fn.Tick(func(env *fn.Env) (func(context.Context) error, error) {
		jobs := newStore(env)
		w := &watch{
			due: env.Due(table.Jobs), served: env.Served(), jobs: jobs, tasks: task.NewStore(jobs.table, jobs.outbox, env.Clock), split: env.Queue(queue.JobSplit),
			chunks: env.Queue(queue.JobChunks), queue: env.Queue(queue.Tasks), clock: env.Clock, metrics: env.Metrics,
		}
		return w.look, nil
	})
}

// look takes what is due in every shard. One job that cannot be helped now does not keep the others waiting.
func (w *watch) look(ctx context.Context) error {
	var failed []error
	for _, shard := range table.DueShards() {
		due, err := w.due(ctx, shard, w.clock.Now(), perShard)
		failed = append(failed, err)
		for _, d := range due {
			failed = append(failed, w.postpone(ctx, d, w.one(ctx, d)))
		}
	}
	return errors.Join(failed...)
}

func (w *watch) one(ctx context.Context, d fn.Due) error {
	served, err := w.served(ctx, d.Scope)
	switch {
	case err != nil:
	case !served:
		err = w.later(ctx, d) // no try, however long it lasts
	case d.Key.Part == table.PartJobs:
		err = w.job(ctx, d.Scope, d.Key.Sort)
	case d.Key.Part == table.PartTasks:
		err = w.task(ctx, d.Scope, d.Key.Sort)
	}
	if errors.Is(err, table.ErrCondition) || errors.Is(err, errs.NotFound) {
		return nil // it has moved on meanwhile, or the index lags behind
	}
	return err
}

// job sends what is missing of a job again, or gives it up.
func (w *watch) job(ctx context.Context, s tenant.Scope, jobID string) error {
	j, err := w.jobs.get(ctx, s, jobID)
	now := w.clock.Now()
	if err != nil || j.Status.finished() || j.DueAt > now.Unix() {
		return err
	}
	if j.Resends >= maxResends {
		return w.lastResort(ctx, s, j)
	}
	if err := w.jobs.claim(ctx, s, j, now.Add(standstill<<(j.Resends+1)), j.Resends+1); err != nil {
		return err
	}
	w.metrics.Count(telemetry.JobsResent, 1)
	if !j.Split {
		return w.split.Send(ctx, s, splitMessage{Job: j.ID})
	}
	rows, err := w.jobs.chunks(ctx, s, j.ID, 0, maxChunks)
	if err != nil {
		return err
	}
	if err := sendOpen(ctx, w.chunks, s, j.ID, rows); err != nil {
		return err
	}
	return w.jobs.complete(ctx, s, j.ID)
}

// lastResort ends a job that several tries did not move, unless its messages may only be waiting their turn.
func (w *watch) lastResort(ctx context.Context, s tenant.Scope, j job) error {
	waiting, err := w.waiting(ctx, j)
	if err != nil {
		return err
	}
	if waiting {
		return w.jobs.claim(ctx, s, j, w.clock.Now().Add(standstill), j.Resends)
	}
	if !j.Split {
		return w.jobs.fail(ctx, s, j.ID, reasonStuck, 0)
	}
	rows, err := w.jobs.chunks(ctx, s, j.ID, 0, maxChunks)
	if err != nil {
		return err
	}
	for _, c := range rows {
		if c.State != chunkOpen {
			continue
		}
		counted, err := w.jobs.giveUp(ctx, s, j.ID, c)
		if err != nil {
			return err
		}
		if counted {
			w.metrics.Count(telemetry.ChunksPoisoned, 1)
		}
	}
	return w.jobs.complete(ctx, s, j.ID)
}

// waiting reports whether the queue that the job needs has messages that nobody has taken yet, and the job is young
// enough to wait for them.
func (w *watch) waiting(ctx context.Context, j job) (bool, error) {
	created, err := time.Parse(clock.Layout, j.CreatedAt)
	if err != nil || w.clock.Now().Sub(created) > patience {
		return false, nil
	}
	q := w.chunks
	if !j.Split {
		q = w.split
	}
	depth, err := q.Depth(ctx)
	return depth.Waiting > 0, err
}

// task sends a task of the older API again, or fails it.
func (w *watch) task(ctx context.Context, s tenant.Scope, taskID string) error {
	t, err := w.tasks.Get(ctx, s, taskID)
	now := w.clock.Now()
	if err != nil || t.Status.Finished() || t.DueAt > now.Unix() {
		return err
	}
	if t.Resends >= maxResends {
		return w.tasks.Fail(ctx, s, t, "The task could not be run, despite several tries.")
	}
	if err := w.tasks.Claim(ctx, s, t, now.Add(standstill<<(t.Resends+1))); err != nil {
		return err
	}
	w.metrics.Count(telemetry.JobsResent, 1)
	return w.queue.Send(ctx, s, task.Message{Task: t.ID})
}
