package table

import (
	"context"
	"errors"

	"guardrails/shared/errs"
	"guardrails/shared/internal/scope"
)

// probeSort is the sort key of an item that nobody ever writes.
const probeSort = "self-check"

// Probe asks whether the table answers, with the tenant's credentials, in the ways that are declared: a read of an item
// that is not there, and a write that must not happen because it is not.
func (t *Table) Probe(ctx context.Context, s scope.Scope) error {
	k := Key{Sort: probeSort}
	if t.access.Read {
		if err := t.Get(ctx, s, k, &struct{}{}); err != nil && !errors.Is(err, errs.NotFound) {
			return err
		}
	}
	if !t.access.Write && !t.access.Append {
		return nil
	}
	return refused(t.Put(ctx, s, k, struct{}{}, IfPresent()))
}

// Probe is Table.Probe for the directory, with the process's own credentials.
func (d *DirectoryTable) Probe(ctx context.Context) error {
	k := DirectoryKey{Kind: "SELF-CHECK", Value: probeSort}
	if d.t.access.Read {
		if _, err := d.Get(ctx, k); err != nil && !errors.Is(err, errs.NotFound) {
			return err
		}
	}
	if !d.t.access.Write && !d.t.access.Append {
		return nil
	}
	return refused(Transact(ctx, d.t.putOp(k.attributes(), struct{}{}, IfPresent())))
}

// refused turns a condition that did not hold, as it must, into no error.
func refused(err error) error {
	if errors.Is(err, ErrCondition) {
		return nil
	}
	return err
}
