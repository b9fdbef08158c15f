package analyze

import (
	"context"
	"errors"
	"strings"

	"guardrails/events"
	"guardrails/shared/fn"
	"guardrails/shared/id"
	"guardrails/shared/outbox"
	"guardrails/shared/record"
	"guardrails/shared/table"
)

// newRecordWorker writes the record of an analysis and its event, in one transaction. Both ids follow from the
// analysis, so a message that is delivered twice writes once.
func newRecordWorker(env *fn.Env) (func(context.Context, fn.Message[record.Message]) error, error) {
	jobs, out := env.Table(table.Jobs), outbox.New(env.Table(table.Events), env.IDs, env.Clock)
	return func(ctx context.Context, m fn.Message[record.Message]) error {
		row, err := record.NewRow(m.Body, env.Clock.Now())
		if err != nil {
			return err
		}
		event, err := out.OpWithID(m.Scope, events.AnalysisCompleted(m.Body.Event), eventID(row.ID))
		if err != nil {
			return err
		}
		err = table.Transact(ctx, jobs.PutOp(m.Scope, table.AnalysisKey(row.ID), row, table.IfAbsent()), event)
		if errors.Is(err, table.ErrCondition) {
			return nil // written by an earlier delivery
		}
		return err
	}, nil
}

// eventID derives the event's id from the analysis': the same ULID under another prefix.
func eventID(analysisID string) string {
	return string(id.Event) + strings.TrimPrefix(analysisID, string(id.Analysis))
}
