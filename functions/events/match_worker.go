package events

import (
	"context"
	"errors"

	"guardrails/shared/errs"
	"guardrails/shared/fn"
	"guardrails/shared/outbox"
	"guardrails/shared/table"
)

// newMatcher matches events that were announced and sends their deliveries.
func newMatcher(env *fn.Env) (func(context.Context, []fn.Message[outbox.Announcement]) []error, error) {
	d, events := newDispatching(env), env.Table(table.Events)
	return func(ctx context.Context, batch []fn.Message[outbox.Announcement]) []error {
		failed := make([]error, len(batch))
		for i, m := range batch {
			failed[i] = match(m.In(ctx), d, events, m)
		}
		d.write(ctx)
		return failed
	}, nil
}

func match(ctx context.Context, d *dispatching, events *table.Table, m fn.Message[outbox.Announcement]) error {
	row := m.Body.Row
	if row == nil {
		row = &outbox.Row{}
		err := events.Get(ctx, m.Scope, table.EventKey(m.Body.ID), row)
		if errors.Is(err, errs.NotFound) {
			return nil // it has expired
		}
		if err != nil {
			return err
		}
	}
	return d.Dispatch(ctx, m.Scope, *row)
}
