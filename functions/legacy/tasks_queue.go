package legacy

import (
	"context"

	"guardrails/shared/fn"
	"guardrails/shared/queue"
)

// Worker is a run of the task function that is under way. Nothing else is known of it: functions have no names.
type Worker struct {
	Queue  string `json:"queue"`
	Status string `json:"status" enum:"active"`
}

type workersAnswer struct {
	Body struct {
		Workers      []Worker `json:"workers" nullable:"false" doc:"One for each task that is being run, at most 1,000."`
		TotalWorkers int      `json:"total_workers"`
	}
}

const maxWorkers = 1000

func bindWorkers() fn.Binding {
	return fn.Route(func(env *fn.Env) (fn.Handler[struct{}, workersAnswer], error) {
		q := env.Queue(queue.Tasks)
		return func(ctx context.Context, _ *fn.Call, _ *struct{}) (*workersAnswer, error) {
			depth, err := q.Depth(ctx)
			if err != nil {
				return nil, err
			}
			var out workersAnswer
			out.Body.Workers = []Worker{}
			for range min(depth.InFlight, maxWorkers) {
				out.Body.Workers = append(out.Body.Workers, Worker{Queue: queue.Tasks, Status: "active"})
			}
			out.Body.TotalWorkers = len(out.Body.Workers)
			return &out, nil
		}, nil
	})
}

type pendingAnswer struct {
	Body struct {
		PendingCount  int `json:"pending_count" doc:"About how many tasks wait."`
		WorkersActive int `json:"workers_active" doc:"About how many tasks are being run."`
	}
}

func bindPending() fn.Binding {
	return fn.Route(func(env *fn.Env) (fn.Handler[struct{}, pendingAnswer], error) {
		q := env.Queue(queue.Tasks)
		return func(ctx context.Context, _ *fn.Call, _ *struct{}) (*pendingAnswer, error) {
			depth, err := q.Depth(ctx)
			var out pendingAnswer
			out.Body.PendingCount, out.Body.WorkersActive = depth.Waiting, depth.InFlight
			return &out, err
		}, nil
	})
}
