package legacy

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"guardrails/shared/blob"
	"guardrails/shared/errs"
	"guardrails/shared/fn"
	"guardrails/shared/inspect"
	"guardrails/shared/outage"
	"guardrails/shared/policy"
	"guardrails/shared/seal"
	"guardrails/shared/table"
	"guardrails/shared/task"
	"guardrails/shared/tenant"
)

// runner runs tasks.
type runner struct {
	tasks   *task.Store
	content *blob.Store
	inspect *inspect.Inspector
	keys    *seal.Keys
	log     *slog.Logger
}

func bindRun() fn.Binding {
	return fn.Messages(fn.WhileServed(func(env *fn.Env) (func(context.Context, fn.Message[task.Message]) error, error) {
		inspector, err := inspect.New(env)
		if err != nil {
			return nil, err
		}
		r := &runner{tasks: newTasks(env), content: env.Bucket(blob.Content), inspect: inspector, keys: env.Keys(), log: env.Log}
		return r.handle, nil
	}))
}

// handle runs a task that is not finished. Whatever happens to it twice has one outcome; at its end its text is
// deleted.
func (r *runner) handle(ctx context.Context, m fn.Message[task.Message]) error {
	t, err := r.tasks.Get(ctx, m.Scope, m.Body.Task)
	if errors.Is(err, errs.NotFound) {
		return nil
	}
	if err != nil {
		return err
	}
	if !t.Status.Finished() {
		if err := r.run(ctx, m.Scope, t, m.Last); err != nil {
			return err
		}
	}
	if err := r.content.Delete(ctx, m.Scope, textPath(t.ID)); err != nil {
		r.log.WarnContext(ctx, "text of a finished task not deleted", slog.String("task", t.ID), slog.String("error", err.Error()))
	}
	return nil
}

// closingTime is what is kept of an invocation's time to record what became of a task.
const closingTime = 2 * time.Second

// errSlow says that a text was not analyzed in time.
var errSlow = errors.New("legacy: the text takes too long")

// run brings a task to its end. A fault of the text fails the task; a failure that may pass is returned, and fails
// the task on the last try alone, if it is the task's: while a store does not answer, the task stays open, and the watch
// sends it again.
func (r *runner) run(ctx context.Context, s tenant.Scope, t task.Task, last bool) error {
	work := ctx
	if d, ok := ctx.Deadline(); ok {
		earlier, cancel := context.WithDeadline(ctx, d.Add(-closingTime))
		defer cancel()
		work = earlier
	}
	err := r.work(work, s, t)
	var public *errs.Error
	switch {
	case err == nil || errors.Is(err, table.ErrCondition):
		return nil // done, or ended meanwhile
	case outage.OfService(err) || work.Err() != nil && !errors.Is(err, errSlow):
		return err
	case errors.As(err, &public) && public.Code != errs.Internal:
		return r.fail(ctx, s, t, public.Code, public.Message)
	case last:
		closing, done := context.WithTimeout(context.WithoutCancel(ctx), closingTime)
		defer done()
		return errors.Join(err, r.fail(closing, s, t, errs.TaskFailed, "The task could not be run, despite several tries."))
	}
	return err
}

func (r *runner) fail(ctx context.Context, s tenant.Scope, t task.Task, why errs.Code, reason string) error {
	err := r.tasks.Fail(ctx, s, t, why, reason)
	if errors.Is(err, table.ErrCondition) {
		return nil
	}
	return err
}

func (r *runner) work(ctx context.Context, s tenant.Scope, t task.Task) error {
	if err := r.tasks.Start(ctx, s, t); err != nil {
		return err
	}
	text, err := r.content.Get(ctx, s, textPath(t.ID), maxText)
	if err != nil {
		return fmt.Errorf("read the text of task %s: %w", t.ID, err)
	}
	result, err := r.result(ctx, s, t, string(text))
	if err != nil {
		return err
	}
	b, err := json.Marshal(result)
	if err != nil {
		return fmt.Errorf("encode the result of task %s: %w", t.ID, err)
	}
	if err := r.content.Put(ctx, s, resultPath(t.ID), b); err != nil {
		return err
	}
	return r.tasks.Succeed(ctx, s, t)
}

// result does what the task's name says.
func (r *runner) result(ctx context.Context, s tenant.Scope, t task.Task, text string) (any, error) {
	var o taskOptions
	if err := json.Unmarshal([]byte(t.Options), &o); err != nil {
		return nil, fmt.Errorf("decode the options of task %s: %w", t.ID, err)
	}
	a, err := r.inspect.Analyze(ctx, s, look(text, o.Frameworks...))
	if ctx.Err() != nil && !outage.OfService(err) {
		return nil, errSlow // what was found until then is not all there is
	}
	if err != nil {
		return nil, err
	}
	switch t.Name {
	case task.Detect:
		return detected(text, a), nil
	case task.Compliance:
		return checked(a, o), nil
	case task.Redact:
		return r.redacted(ctx, s, text, a.Outcome, o.Strategy)
	case task.Analyze:
		return r.analyzed(ctx, s, text, a, o)
	}
	return nil, fmt.Errorf("task %s has an unknown name", t.ID)
}

func (r *runner) redacted(ctx context.Context, s tenant.Scope, text string, o *policy.Outcome, strategy string) (redactResult, error) {
	out, n, err := replace(ctx, text, o, r.keys.Tenant(s), s.TenantID(), choiceOf(strategy))
	return redactResultOf(text, out, n, strategy), err
}

func (r *runner) analyzed(ctx context.Context, s tenant.Scope, text string, a *inspect.Analysis, o taskOptions) (analyzeResult, error) {
	found := entitiesOf(a.Findings)
	out := analyzeResult{Status: success, PII: piiResult{Detected: len(found) > 0, Entities: found}, Risk: a.Outcome.Legacy()}
	out.Compliance = complianceResult{Compliant: a.Outcome.Compliant(), Violations: violationsOf(a.Violations), Frameworks: frameworkNames(o.Frameworks)}
	if o.Strategy == "" {
		return out, nil
	}
	red, err := r.redacted(ctx, s, text, a.Outcome, o.Strategy)
	out.Redaction = &red
	return out, err
}
