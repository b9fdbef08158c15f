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
	"guardrails/shared/tenant"
)

// recordWriter writes records of analyses and their events. All ids follow from the analysis, so a message that is
// delivered twice writes once.
type recordWriter struct {
	env  *fn.Env
	jobs *table.Table
	out  *outbox.Outbox
}

func newRecordWorker(env *fn.Env) (func(context.Context, []fn.Message[record.Message]) []error, error) {
	w := &recordWriter{env: env, jobs: env.Table(table.Jobs), out: env.Outbox()}
	return w.handle, nil
}

// handle writes what a batch holds of each tenant in one transaction. Ten messages fit in: they make four writes each at
// most, and their events say again what is in the messages of at most 180 KB, together less than the 4 MB of a
// transaction. Analyses come by the thousand, and a call for each would be the limit of all of them. A transaction has
// one caller, who may write for one tenant.
func (w *recordWriter) handle(ctx context.Context, batch []fn.Message[record.Message]) []error {
	failed := make([]error, len(batch))
	var order []tenant.Scope
	of := map[tenant.Scope][]int{}
	for i, m := range batch {
		if of[m.Scope] == nil {
			order = append(order, m.Scope)
		}
		of[m.Scope] = append(of[m.Scope], i)
	}
	for _, s := range order {
		w.together(ctx, batch, of[s], failed)
	}
	return failed
}

// together writes the messages of one tenant. Where that fails because of a record, each is written for itself.
func (w *recordWriter) together(ctx context.Context, batch []fn.Message[record.Message], of []int, failed []error) {
	var ops []table.Op
	var taken []int
	written := map[string]bool{}
	for _, i := range of {
		own, err := w.ops(batch[i].In(ctx), batch[i])
		if err != nil {
			failed[i] = err
			continue
		}
		if id := batch[i].Body.Analysis.ID; !written[id] { // a transaction takes an item once
			written[id] = true
			ops = append(ops, own...)
		}
		taken = append(taken, i)
	}
	if len(ops) == 0 {
		return
	}
	err := table.Transact(ctx, ops...)
	for _, i := range taken {
		switch {
		case err == nil:
		case errors.Is(err, errs.Overloaded):
			failed[i] = err
		default:
			failed[i] = w.one(ctx, batch[i])
		}
	}
}

func (w *recordWriter) one(ctx context.Context, m fn.Message[record.Message]) error {
	ops, err := w.ops(m.In(ctx), m)
	if err != nil {
		return err
	}
	err = table.Transact(ctx, ops...)
	if errors.Is(err, table.ErrCondition) {
		return nil // written by an earlier delivery
	}
	return err
}

var errNoAnalysis = errors.New("the message is of no analysis")

func (w *recordWriter) ops(ctx context.Context, m fn.Message[record.Message]) ([]table.Op, error) {
	if !id.Valid(id.Analysis, m.Body.Analysis.ID) {
		return nil, errNoAnalysis
	}
	row, err := record.NewRow(m.Body, w.env.Clock.Now())
	if err != nil {
		return nil, err
	}
	ops := []table.Op{w.jobs.PutOp(m.Scope, table.AnalysisKey(row.ID), row, table.IfAbsent())}
	for _, e := range m.Body.Events() {
		op, err := w.out.OpWithID(ctx, m.Scope, e, eventID(e.Type, row.ID))
		if err != nil {
			return nil, err
		}
		ops = append(ops, op)
	}
	return ops, nil
}

// eventID derives an event's id from the analysis'. That of analysis.completed is the same ULID under another prefix;
// those of the others, of which there is one each, have its time.
func eventID(typ, analysisID string) string {
	if typ == events.AnalysisCompletedType {
		return string(id.Event) + strings.TrimPrefix(analysisID, string(id.Analysis))
	}
	return id.Derived(id.Event, id.Time(analysisID), []byte(typ+" "+analysisID))
}
