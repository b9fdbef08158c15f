package eventtype

import (
	"context"
	"encoding/json"
	"errors"

	"github.com/aws/aws-sdk-go-v2/feature/dynamodb/expression"

	"guardrails/events"
	"guardrails/shared/errs"
	"guardrails/shared/table"
	"guardrails/shared/tenant"
)

// Max is how many event types of its own a tenant may have.
const Max = 500

// Row is a tenant's own event type in its current version. Times are Unix milliseconds.
type Row struct {
	Name        string `dynamodbav:"name"`
	Version     int    `dynamodbav:"version"`
	Description string `dynamodbav:"description,omitempty"`
	// Schema is the JSON Schema of the data, "" where any data will do.
	Schema    string `dynamodbav:"schema,omitempty"`
	CreatedAt int64  `dynamodbav:"created_at"`
	UpdatedAt int64  `dynamodbav:"updated_at"`
	// By is who made this version.
	By string `dynamodbav:"by"`
}

// RawSchema is the schema, nil where there is none.
func (r Row) RawSchema() json.RawMessage {
	if r.Schema == "" {
		return nil
	}
	return json.RawMessage(r.Schema)
}

// State is what is known of all of a tenant's types. The zero State is that of a tenant without any.
type State struct {
	// Version counts the changes of any type of the tenant, Count is how many types there are.
	Version int64 `dynamodbav:"version"`
	Count   int   `dynamodbav:"count"`
}

// Store keeps tenants' event types. It is safe for concurrent use.
type Store struct{ table *table.Table }

// New returns a store on the policies table.
func New(policies *table.Table) *Store { return &Store{policies} }

// State reads the tenant's state.
func (s *Store) State(ctx context.Context, sc tenant.Scope) (State, error) {
	var st State
	err := s.table.Get(ctx, sc, table.EventTypeStateKey(), &st)
	if errors.Is(err, errs.NotFound) {
		return State{}, nil
	}
	return st, err
}

// Row reads an own type; errs.NotFound if the tenant has none of that name.
func (s *Store) Row(ctx context.Context, sc tenant.Scope, name string) (Row, error) {
	var r Row
	if !events.ValidType(name) {
		return r, errs.New(errs.NotFound, "There is no such resource.")
	}
	err := s.table.Get(ctx, sc, table.EventTypeKey(name), &r)
	return r, err
}

// List reads one page of own types, newest first, and where to continue after, or "".
func (s *Store) List(ctx context.Context, sc tenant.Scope, after string, limit int) (rows []Row, next string, err error) {
	next, err = s.table.Query(ctx, sc, table.Page{Part: table.PartEventTypeList, After: after, Limit: limit}, &rows)
	return rows, next, err
}

// Position is where a list continues after a type.
func (r Row) Position() string { return table.EventTypeListKey(r.CreatedAt, r.Name).Sort }

// PutOps returns the writes of a type's new version beside the state that follows current. They fail with
// table.ErrCondition if the state is no longer current, which is read before.
func (s *Store) PutOps(sc tenant.Scope, r Row, current, next State) []table.Op {
	return []table.Op{
		s.stateOp(sc, current, next),
		s.table.PutOp(sc, table.EventTypeKey(r.Name), r, table.Always()),
		s.table.PutOp(sc, table.EventTypeListKey(r.CreatedAt, r.Name), r, table.Always()),
	}
}

// DeleteOps returns the writes that delete a type, as PutOps.
func (s *Store) DeleteOps(sc tenant.Scope, r Row, current, next State) []table.Op {
	return []table.Op{
		s.stateOp(sc, current, next),
		s.table.DeleteOp(sc, table.EventTypeKey(r.Name), table.IfPresent()),
		s.table.DeleteOp(sc, table.EventTypeListKey(r.CreatedAt, r.Name), table.Always()),
	}
}

func (s *Store) stateOp(sc tenant.Scope, current, next State) table.Op {
	unchanged := table.IfAbsent()
	if current.Version > 0 {
		unchanged = expression.Name("version").Equal(expression.Value(current.Version))
	}
	next.Version = current.Version + 1
	return s.table.PutOp(sc, table.EventTypeStateKey(), next, unchanged)
}
