package jobs

import (
	"context"
	"errors"

	"github.com/aws/aws-sdk-go-v2/feature/dynamodb/expression"

	"guardrails/shared/fn"
	"guardrails/shared/table"
)

// postpone moves what could not be helped, if it is still due, behind what else is due: it would stand at the head of
// its shard at every look, and many of its kind would keep the others from ever being seen.
func (w *watch) postpone(ctx context.Context, d fn.Due, cause error) error {
	if cause == nil {
		return nil
	}
	return errors.Join(cause, w.later(ctx, d))
}

// later lets a job or task wait, if it is still due.
func (w *watch) later(ctx context.Context, d fn.Due) error {
	now, due := w.clock.Now(), expression.Name("due_at")
	wait := expression.Set(due, expression.Value(now.Add(standstill).Unix()))
	err := w.jobs.table.Update(ctx, d.Scope, d.Key, wait, due.LessThanEqual(expression.Value(now.Unix())))
	if errors.Is(err, table.ErrCondition) {
		return nil // it has moved on
	}
	return err
}
