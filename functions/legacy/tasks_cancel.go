package legacy

import (
	"context"
	"errors"

	"guardrails/shared/fn"
	"guardrails/shared/table"
	"guardrails/shared/task"
)

type cancelAnswer struct {
	Body struct {
		Status  string `json:"status" enum:"cancelled"`
		TaskID  string `json:"task_id"`
		Message string `json:"message"`
	}
}

// bindTaskCancel answers the same for a task that was finished before, as the older API did; the message tells.
func bindTaskCancel() fn.Binding {
	return fn.Route(func(env *fn.Env) (fn.Handler[taskPath, cancelAnswer], error) {
		tasks := newTasks(env)
		return func(ctx context.Context, call *fn.Call, in *taskPath) (*cancelAnswer, error) {
			t, err := findTask(ctx, tasks, call.Scope, in.TaskID)
			if err != nil {
				return nil, err
			}
			var out cancelAnswer
			out.Body.Status, out.Body.TaskID, out.Body.Message = "cancelled", t.ID, task.Cancelled
			err = tasks.Cancel(ctx, call.Scope, t)
			if errors.Is(err, table.ErrCondition) {
				out.Body.Message = "The task had finished before; its outcome stands."
				return &out, nil
			}
			return &out, err
		}, nil
	})
}
