package analyze

import (
	"context"
	"errors"
	"strings"

	"guardrails/events"
	"guardrails/shared/errs"
	"guardrails/shared/fn"
	"guardrails/shared/id"
	"guardrails/shared/outbox"
	"guardrails/shared/record"
	"guardrails/shared/table"
)

// recordWriter writes records of analyses and their events. Both ids follow from the analysis, so a message that is
// delivered twice writes once.
type recordWriter struct {
	env  *fn.Env
	jobs *table.Table
	out  *outbox.Outbox
}

func newRecordWorker(env *fn.Env) (func(context.Context, []fn.Message[record.Message]) []error, error) {
	w := &recordWriter{env: env, jobs: env.Table(table.Jobs), out: outbox.New(env.Table(table.Events), env.IDs, env.Clock)}
	return w.handle, nil
}

// handle writes a batch in one transaction, which ten messages of at most 200 KB fit in: analyses come by the thousand, and ten calls for ten records would be the
// limit of all of them. Where that fails because of a record, each is written for itself.
func (w *recordWriter) handle(ctx context.Context, batch []fn.Message[record.Message]) []error {
	failed := make([]error, len(batch))
	var ops []table.Op
	var of []int
	written := map[string]bool{}
	for i, m := range batch {
		own, err := w.ops(m)
		if err != nil {
			failed[i] = err
			continue
		}
		if name := m.Scope.TenantID() + m.Body.Analysis.ID; !written[name] { // a transaction takes an item once
			written[name] = true
			ops = append(ops, own...)
		}
		of = append(of, i)
	}
	if len(ops) == 0 {
		return failed
	}
	err := table.Transact(ctx, ops...)
	for _, i := range of {
		switch {
		case err == nil:
		case errors.Is(err, errs.Overloaded):
			failed[i] = err
		default:
			failed[i] = w.one(ctx, batch[i])
		}
	}
	return failed
}

func (w *recordWriter) one(ctx context.Context, m fn.Message[record.Message]) error {
	ops, err := w.ops(m)
	if err != nil {
		return err
	}
	err = table.Transact(ctx, ops...)
	if errors.Is(err, table.ErrCondition) {
		return nil // written by an earlier delivery
	}
	return err
}

func (w *recordWriter) ops(m fn.Message[record.Message]) ([]table.Op, error) {
	row, err := record.NewRow(m.Body, w.env.Clock.Now())
	if err != nil {
		return nil, err
	}
	event, err := w.out.OpWithID(m.Scope, events.AnalysisCompleted(m.Body.Event), eventID(row.ID))
	return []table.Op{w.jobs.PutOp(m.Scope, table.AnalysisKey(row.ID), row, table.IfAbsent()), event}, err
}

// eventID derives the event's id from the analysis': the same ULID under another prefix.
func eventID(analysisID string) string {
	return string(id.Event) + strings.TrimPrefix(analysisID, string(id.Analysis))
}
