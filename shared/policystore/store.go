package policystore

import (
	"context"
	"errors"
	"slices"

	"golang.org/x/sync/errgroup"

	"guardrails/shared/errs"
	"guardrails/shared/id"
	"guardrails/shared/policy"
	"guardrails/shared/table"
	"guardrails/shared/tenant"
)

// MaxPolicies is how many policies a tenant may have.
const MaxPolicies = 100

// State says which of a tenant's policies are active. The zero State is that of a tenant without policies.
type State struct {
	// Version counts the changes of any policy of the tenant.
	Version int64 `dynamodbav:"version"`
	// Count is how many policies there are.
	Count int `dynamodbav:"count"`
	// Active holds the ids of the active policies, shipped packs among them, in the order of their activation.
	Active []string `dynamodbav:"active"`
}

// Status says whether a policy is active.
func (s State) Status(policyID string) policy.Status {
	if slices.Contains(s.Active, policyID) {
		return policy.Active
	}
	return policy.Inactive
}

// Next returns the state after a change that leaves the active policies as they are.
func (s State) Next() State {
	return State{Version: s.Version + 1, Count: s.Count, Active: slices.Clone(s.Active)}
}

// With returns the state after a policy was made active or inactive.
func (s State) With(policyID string, active bool) State {
	next := s.Next()
	i := slices.Index(next.Active, policyID)
	switch {
	case active && i < 0:
		next.Active = append(next.Active, policyID)
	case !active && i >= 0:
		next.Active = slices.Delete(next.Active, i, i+1)
	}
	return next
}

// Store reads policies. It is safe for concurrent use.
type Store struct{ table *table.Table }

// New returns a store on the policies table.
func New(policies *table.Table) *Store { return &Store{policies} }

// State reads which policies are active.
func (s *Store) State(ctx context.Context, sc tenant.Scope) (State, error) {
	var st State
	err := s.table.Get(ctx, sc, table.PolicyStateKey(), &st)
	if errors.Is(err, errs.NotFound) {
		return State{}, nil
	}
	return st, err
}

// Row reads a policy's latest version with all its parts; errs.NotFound if the tenant has no such policy.
func (s *Store) Row(ctx context.Context, sc tenant.Scope, policyID string) (Row, error) {
	r, err := s.Find(ctx, sc, policyID)
	if err != nil {
		return r, err
	}
	return r, s.Complete(ctx, sc, &r)
}

// Find is Row without the parts: it tells that there is such a policy, and its head.
func (s *Store) Find(ctx context.Context, sc tenant.Scope, policyID string) (Row, error) {
	var r Row
	if !id.Valid(id.Policy, policyID) {
		return r, errs.New(errs.NotFound, "There is no such resource.")
	}
	err := s.table.Get(ctx, sc, table.PolicyKey(policyID), &r)
	return r, err
}

// List reads one page of the heads of policies, newest first, and the id to continue after, or "".
func (s *Store) List(ctx context.Context, sc tenant.Scope, after string, limit int) (rows []Row, next string, err error) {
	next, err = s.table.Query(ctx, sc, table.Page{Part: table.PartPolicies, After: after, Limit: limit}, &rows)
	return rows, next, err
}

// Versions reads one page of a policy's versions without their parts, newest first, and the sort key to continue after,
// or "".
func (s *Store) Versions(ctx context.Context, sc tenant.Scope, policyID, after string, limit int) (rows []Row, next string, err error) {
	next, err = s.table.Query(ctx, sc, table.Page{Part: table.PolicyVersionPart(policyID), After: after, Limit: limit}, &rows)
	return rows, next, err
}

// UnknownError says that one of several policies does not exist for the tenant. errors.Is(err, errs.NotFound) is true.
type UnknownError struct {
	// Index is its place among the ids that were asked for.
	Index int
}

func (*UnknownError) Error() string { return "policystore: no such policy" }

// Unwrap makes it an errs.NotFound.
func (*UnknownError) Unwrap() error { return errs.NotFound }

// readers bounds how many policies are read at once.
const readers = 8

// Found are policies that exist, of which long definitions were not read yet.
type Found struct {
	ids []string
	// rows are those of the tenant's own policies; a shipped pack has none.
	rows []Row
}

// Bytes is how much of the store the tenant's own policies among them take, compressed, all their parts with them.
func (f Found) Bytes() int {
	n := 0
	for i := range f.rows {
		n += len(f.rows[i].Body) + f.rows[i].Parts*maxItem
	}
	return n
}

// FindAll reads the rows of policies by id, shipped packs among them. It returns an UnknownError for an id that the
// tenant does not have; of active policies that means that the state has changed since it was read.
func (s *Store) FindAll(ctx context.Context, sc tenant.Scope, ids []string) (Found, error) {
	f := Found{ids, make([]Row, len(ids))}
	return f, each(ctx, ids, func(ctx context.Context, i int) (err error) {
		if _, ok := policy.PackByID(ids[i]); ok {
			return nil
		}
		f.rows[i], err = s.Find(ctx, sc, ids[i])
		return err
	})
}

// Read reads what FindAll has found, in its order, with an UnknownError for what has gone since.
func (s *Store) Read(ctx context.Context, sc tenant.Scope, f Found) ([]policy.Policy, error) {
	out := make([]policy.Policy, len(f.ids))
	return out, each(ctx, f.ids, func(ctx context.Context, i int) (err error) {
		if pack, ok := policy.PackByID(f.ids[i]); ok {
			out[i] = pack.Policy()
			return nil
		}
		row := f.rows[i] // of its own, so that the parts are forgotten once they are decoded
		if err := s.Complete(ctx, sc, &row); err != nil {
			return err
		}
		out[i], err = row.Policy(State{})
		return err
	})
}

// each calls do for each id, several at once, and turns errs.NotFound into an UnknownError.
func each(ctx context.Context, ids []string, do func(ctx context.Context, i int) error) error {
	g, ctx := errgroup.WithContext(ctx)
	g.SetLimit(readers)
	for i := range ids {
		g.Go(func() error {
			err := do(ctx, i)
			if errors.Is(err, errs.NotFound) {
				return &UnknownError{i}
			}
			return err
		})
	}
	return g.Wait()
}

// Load is FindAll and Read.
func (s *Store) Load(ctx context.Context, sc tenant.Scope, ids []string) ([]policy.Policy, error) {
	f, err := s.FindAll(ctx, sc, ids)
	if err != nil {
		return nil, err
	}
	return s.Read(ctx, sc, f)
}
