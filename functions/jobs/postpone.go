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
	now, due := w.clock.Now(), expression.Name("due_at")
	later := expression.Set(due, expression.Value(now.Add(standstill).Unix()))
	err := w.jobs.table.Update(ctx, d.Scope, d.Key, later, due.LessThanEqual(expression.Value(now.Unix())))
	if errors.Is(err, table.ErrCondition) {
		err = nil // it has moved on
	}
	return errors.Join(cause, err)
}
