package policies

import (
	"context"
	"errors"

	"github.com/aws/aws-sdk-go-v2/feature/dynamodb/expression"

	"guardrails/events"
	"guardrails/shared/audit"
	"guardrails/shared/clock"
	"guardrails/shared/detect"
	"guardrails/shared/detect/builtin"
	"guardrails/shared/errs"
	"guardrails/shared/fn"
	"guardrails/shared/id"
	"guardrails/shared/outbox"
	"guardrails/shared/policy"
	"guardrails/shared/policystore"
	"guardrails/shared/table"
	"guardrails/shared/tenant"
)

// maxActive is how many policies may be active at once; as many may be named in a request.
const maxActive = 20

// store changes policies. Every change is one transaction: the policy, its version, the tenant's state, an event and
// an audit record. The state's version is its condition, so that of two writers one starts again.
type store struct {
	*policystore.Store
	table  *table.Table
	outbox *outbox.Outbox
	audit  *audit.Log
	clock  clock.Clock
	ids    *id.Generator
	engine *detect.Engine
}

func newStore(env *fn.Env) (*store, error) {
	engine, err := builtin.Engine()
	if err != nil {
		return nil, err
	}
	t := env.Table(table.Policies)
	return &store{
		Store: policystore.New(t), table: t, outbox: env.Outbox(),
		audit: audit.New(env.Table(table.Audit), env.IDs, env.Clock), clock: env.Clock, ids: env.IDs, engine: engine,
	}, nil
}

// change is what one transaction does to a policy.
type change struct {
	// typ is the event's type and the audit record's action.
	typ    string
	fields []string
	id     string
	// row is the policy's next version, if it has one; gone says that the policy is deleted.
	row  *policystore.Row
	gone bool
	// next is the state afterwards.
	next policystore.State
}

// attempts is how often a change is tried when others change the tenant's policies at the same time.
const attempts = 4

// apply reads the state, lets decide make the change and commits it, and again if others were faster. A change
// without a type writes nothing.
func (s *store) apply(ctx context.Context, sc tenant.Scope, by audit.Actor, decide func(policystore.State) (change, error)) (change, error) {
	var c change
	lost := errs.New(errs.Conflict, "The policies are being changed by others; try again.")
	err := table.Contend(attempts, lost, func() error {
		state, err := s.State(ctx, sc)
		if err != nil {
			return err
		}
		if c, err = decide(state); err != nil || c.typ == "" {
			return err
		}
		return s.commit(ctx, sc, by, state, c)
	})
	return c, err
}

func (s *store) commit(ctx context.Context, sc tenant.Scope, by audit.Actor, state policystore.State, c change) error {
	unchanged := table.IfAbsent()
	if state.Version > 0 {
		unchanged = expression.Name("version").Equal(expression.Value(state.Version))
	}
	data := events.ChangeData{ID: c.id, By: by.ID(), Fields: c.fields}
	ops := append(s.audit.Ops(sc, by, by.Record(c.typ, c.id, c.fields...)), s.table.PutOp(sc, table.PolicyStateKey(), c.next, unchanged))
	if c.row != nil {
		data.Version = int64(c.row.Version)
		ops = append(ops, c.row.Ops(s.table, sc)...)
	}
	if c.gone {
		ops = append(ops, s.table.DeleteOp(sc, table.PolicyKey(c.id), table.IfPresent()))
	}
	ev, err := s.outbox.Op(ctx, sc, events.Change(c.typ, data))
	if err != nil {
		return err
	}
	return table.Transact(ctx, append(ops, ev)...)
}

// definition checks what a caller wrote and gives it the ids of its rules. The row holds it and nothing else yet.
func (s *store) definition(d policy.Definition) (policy.Definition, policystore.Row, error) {
	var row policystore.Row
	if faults := d.Validate(s.engine); len(faults) > 0 {
		return d, row, errs.Invalid(faults...)
	}
	d = d.WithDefaults()
	err := row.Keep(d)
	return d, row, err
}

// together checks that the active policies compile as one; changed stands for its stored version.
func (s *store) together(ctx context.Context, sc tenant.Scope, active []string, changed policy.Policy) error {
	list := []policy.Policy{changed}
	var others []string
	for _, a := range active {
		if a != changed.ID {
			others = append(others, a)
		}
	}
	more, err := s.Load(ctx, sc, others)
	if err != nil {
		return err
	}
	_, err = policy.Compile(s.engine, append(list, more...), func(string) string { return "" })
	if errors.Is(err, errs.InvalidRequest) {
		return errs.Wrap(errs.Conflict, "The active policies do not work together: too many patterns, or equally named ones.", err)
	}
	return err
}

// exists checks that the path names a policy of the tenant or a shipped pack.
func exists(env *fn.Env) fn.Finder {
	stored := policystore.New(env.Table(table.Policies))
	return func(ctx context.Context, call *fn.Call, params map[string]string) error {
		if _, ok := policy.PackByID(params["id"]); ok {
			return nil
		}
		_, err := stored.Find(ctx, call.Scope, params["id"])
		return err
	}
}

// changeable is exists for changes, which shipped packs refuse.
func changeable(env *fn.Env) fn.Finder {
	find := exists(env)
	return func(ctx context.Context, call *fn.Call, params map[string]string) error {
		if err := shipped(params["id"]); err != nil {
			return err
		}
		return find(ctx, call, params)
	}
}

// shipped refuses the id of a shipped pack.
func shipped(policyID string) error {
	if _, ok := policy.PackByID(policyID); ok {
		return errs.New(errs.Forbidden, "Shipped policies are read-only; create one that extends it.")
	}
	return nil
}
