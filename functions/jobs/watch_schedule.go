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
	// maxResends is how often the watch sends messages again, beside a queue that is empty, before it gives up what is
	// missing; maxBusyResends the same beside a queue in which the messages may just be waiting.
	maxResends     = 3
	maxBusyResends = 24
	// busyPatience is how long the watch leaves alone what stands still beside a queue that is full: a message that waits
	// is not lost, and sending it again makes the queue longer. Then it may be lost all the same, and a platform that is
	// always busy must not hide that.
	busyPatience = time.Hour
	// perShard bounds how many jobs one look takes from each shard; the rest is there a minute later.
	perShard = 100
)

// watch looks after jobs and tasks that stand still: their messages are sent again, with growing pauses, and what
// still has no result is given up, so that everything that was accepted comes to an end. Only messages that a queue has
// taken count as tries: while a queue is down, nothing is given up.
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
	l := &tick{watch: w, depths: map[*queue.Queue]queue.Depth{}}
	var failed []error
	for _, shard := range table.DueShards() {
		due, err := w.due(ctx, shard, w.clock.Now(), perShard)
		failed = append(failed, err)
		for _, d := range due {
			failed = append(failed, w.postpone(ctx, d, l.one(ctx, d)))
		}
	}
	return errors.Join(failed...)
}

// tick is one look of the watch. It asks each queue once how full it is.
type tick struct {
	*watch
	depths map[*queue.Queue]queue.Depth
}

func (w *tick) one(ctx context.Context, d fn.Due) error {
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

// busy reports whether the queue has messages that nobody has taken yet.
func (w *tick) busy(ctx context.Context, q *queue.Queue) (bool, error) {
	depth, known := w.depths[q]
	if known {
		return depth.Waiting > 0, nil
	}
	depth, err := q.Depth(ctx)
	if err == nil {
		w.depths[q] = depth
	}
	return depth.Waiting > 0, err
}

// verdict is what the watch does about something that stands still.
type verdict int

const (
	leave verdict = iota
	resend
	abandon
)

// judge decides by whether the queue is busy, how often the messages were sent again, and for how long nothing moved.
func judge(busy bool, resends int, still time.Duration) verdict {
	switch {
	case busy && still < busyPatience:
		return leave
	case !busy && resends >= maxResends, resends >= maxBusyResends:
		return abandon
	}
	return resend
}

// pause is how long the watch waits before it looks again at something that it has sent so often.
func pause(resends int) time.Duration { return standstill << (min(resends, maxResends) + 1) }

// job sends what is missing of a job again, or gives it up. The claim comes first: what fails after it is due again
// later, and does not stay at the head of its shard for ever.
func (w *tick) job(ctx context.Context, s tenant.Scope, jobID string) error {
	j, err := w.jobs.get(ctx, s, jobID)
	now := w.clock.Now()
	if err != nil || j.Status.finished() || j.DueAt > now.Unix() {
		return err
	}
	if j, err = w.jobs.claim(ctx, s, j, now.Add(pause(j.Resends))); err != nil {
		return err
	}
	if j.Split && j.Closed >= j.Chunks {
		return w.jobs.complete(ctx, s, j.ID)
	}
	q := w.chunks
	if !j.Split {
		q = w.split
	}
	busy, err := w.busy(ctx, q)
	if err != nil {
		return err
	}
	switch judge(busy, j.Resends, now.Sub(j.aliveAt())) {
	case resend:
		return w.resend(ctx, s, j)
	case abandon:
		return w.abandon(ctx, s, j)
	case leave: // looked at again soon: its turn may come any moment
		_, err = w.jobs.claim(ctx, s, j, now.Add(standstill))
	}
	return err
}

// resend sends the job's messages, and counts that if the queue has taken them.
func (w *tick) resend(ctx context.Context, s tenant.Scope, j job) error {
	ctx, end := telemetry.Rejoin(ctx, j.Trace, "resend job")
	defer end()
	if err := w.send(ctx, s, j); err != nil {
		return err
	}
	w.metrics.Count(telemetry.JobsResent, 1)
	return w.jobs.resent(ctx, s, j)
}

func (w *tick) send(ctx context.Context, s tenant.Scope, j job) error {
	if !j.Split {
		return w.split.Send(ctx, s, splitMessage{Job: j.ID})
	}
	rows, err := w.jobs.chunks(ctx, s, j.ID, 0, maxChunks)
	if err != nil {
		return err
	}
	return sendOpen(ctx, w.chunks, s, j.ID, rows)
}

// abandon ends a job that several tries did not move.
func (w *tick) abandon(ctx context.Context, s tenant.Scope, j job) error {
	if !j.Split {
		return w.jobs.failSplit(ctx, s, j, reasonStuck, 0)
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

// task sends a task of the older API again, or fails it.
func (w *tick) task(ctx context.Context, s tenant.Scope, taskID string) error {
	t, err := w.tasks.Get(ctx, s, taskID)
	now := w.clock.Now()
	if err != nil || t.Status.Finished() || t.DueAt > now.Unix() {
		return err
	}
	if t, err = w.tasks.Claim(ctx, s, t, now.Add(pause(t.Resends))); err != nil {
		return err
	}
	busy, err := w.busy(ctx, w.queue)
	if err != nil {
		return err
	}
	switch judge(busy, t.Resends, now.Sub(t.Submitted())) {
	case resend:
		own, end := telemetry.Rejoin(ctx, t.Trace, "resend task")
		err := w.queue.Send(own, s, task.Message{Task: t.ID})
		end()
		if err != nil {
			return err
		}
		w.metrics.Count(telemetry.JobsResent, 1)
		return w.tasks.Resent(ctx, s, t)
	case abandon:
		return w.tasks.Fail(ctx, s, t, errs.TaskFailed, "The task could not be run, despite several tries.")
	case leave:
		_, err = w.tasks.Claim(ctx, s, t, now.Add(standstill))
	}
	return err
}
