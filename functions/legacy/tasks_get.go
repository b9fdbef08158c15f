package legacy

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"

	"github.com/danielgtaylor/huma/v2"

	"guardrails/shared/blob"
	"guardrails/shared/errs"
	"guardrails/shared/fn"
	"guardrails/shared/id"
	"guardrails/shared/table"
	"guardrails/shared/task"
	"guardrails/shared/tenant"
)

type taskPath struct {
	TaskID string `path:"task_id" doc:"The task's id." example:"tsk_01jd3k5v8q2w4x6y8z0a1b2c3d"`
}

var errNoTask = errs.New(errs.NotFound, "Task not found")

// findTask reads a task of the caller's tenant; errs.NotFound if it has none with that id.
func findTask(ctx context.Context, tasks *task.Store, s tenant.Scope, taskID string) (task.Task, error) {
	if !id.Valid(id.Task, taskID) {
		return task.Task{}, errNoTask
	}
	t, err := tasks.Get(ctx, s, taskID)
	if errors.Is(err, errs.NotFound) {
		return t, errNoTask
	}
	return t, err
}

// taskReader reads tasks and their results.
type taskReader struct {
	tasks   *task.Store
	content *blob.Store
}

func newTaskReader(env *fn.Env) taskReader {
	return taskReader{tasks: task.NewStore(env.Table(table.Jobs), nil, env.Clock), content: env.Bucket(blob.Content)}
}

// maxResult bounds what is read of a result.
const maxResult = 64 << 20

// result reads a task's result. What the text held is for whoever gave the text, and for those who may see texts of
// findings.
func (r taskReader) result(ctx context.Context, call *fn.Call, t task.Task) (json.RawMessage, error) {
	b, err := r.content.Get(ctx, call.Scope, resultPath(t.ID), maxResult)
	if err == nil && t.CreatedBy != call.Principal.ID() && !call.Can("read:findings_text") {
		b, err = withoutValues(t.Name, b)
	}
	if err != nil {
		return nil, fmt.Errorf("read the result of task %s: %w", t.ID, err)
	}
	return b, nil
}

type taskAnswer struct {
	Body struct {
		TaskID      string          `json:"task_id"`
		Status      string          `json:"status" enum:"PENDING,STARTED,SUCCESS,FAILURE"`
		SubmittedAt string          `json:"submitted_at" format:"date-time"`
		Result      json.RawMessage `json:"result,omitempty" doc:"What the task found, once it succeeded."`
		Error       string          `json:"error,omitempty" doc:"Why the task failed."`
	}
}

func bindTaskGet() fn.Binding {
	return fn.Route(func(env *fn.Env) (fn.Handler[taskPath, taskAnswer], error) {
		r := newTaskReader(env)
		return func(ctx context.Context, call *fn.Call, in *taskPath) (*taskAnswer, error) {
			t, err := findTask(ctx, r.tasks, call.Scope, in.TaskID)
			if err != nil {
				return nil, err
			}
			var out taskAnswer
			out.Body.TaskID, out.Body.Status, out.Body.SubmittedAt, out.Body.Error = t.ID, string(t.Status), t.SubmittedAt, t.Error
			if t.Status == task.Success {
				out.Body.Result, err = r.result(ctx, call, t)
			}
			return &out, err
		}, nil
	})
}

type resultAnswer struct {
	Status int
	Body   json.RawMessage
}

type stillRunning struct {
	TaskID string `json:"task_id"`
	Status string `json:"status"`
	Detail string `json:"detail"`
}

func bindTaskResult() fn.Binding {
	return fn.Route(func(env *fn.Env) (fn.Handler[taskPath, resultAnswer], error) {
		r := newTaskReader(env)
		return func(ctx context.Context, call *fn.Call, in *taskPath) (*resultAnswer, error) {
			t, err := findTask(ctx, r.tasks, call.Scope, in.TaskID)
			switch {
			case err != nil:
				return nil, err
			case t.Status == task.Failure:
				return nil, errs.New(errs.TaskFailed, t.Error)
			case t.Status == task.Success:
				b, err := r.result(ctx, call, t)
				return &resultAnswer{http.StatusOK, b}, err
			}
			b, err := json.Marshal(stillRunning{t.ID, string(t.Status), "The task is still running."})
			return &resultAnswer{http.StatusAccepted, b}, err
		}, nil
	}, fn.Describe(describeResult))
}

// describeResult adds the answers beside 200 that the route's shape does not tell.
func describeResult(op *huma.Operation) {
	op.Responses = map[string]*huma.Response{"202": {
		Description: "The task is still running.",
		Content:     map[string]*huma.MediaType{"application/json": {Schema: &huma.Schema{Type: huma.TypeObject}}},
	}}
}
