package rules

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"

	"github.com/aws/aws-sdk-go-v2/feature/dynamodb/expression"
	"golang.org/x/sync/errgroup"

	"guardrails/events"
	"guardrails/shared/audit"
	"guardrails/shared/clock"
	"guardrails/shared/deliver"
	"guardrails/shared/errs"
	"guardrails/shared/fn"
	"guardrails/shared/id"
	"guardrails/shared/outbox"
	"guardrails/shared/rule"
	"guardrails/shared/rulestore"
	"guardrails/shared/table"
	"guardrails/shared/tenant"
)

// store changes rules. Each change is one transaction: the rule, its version, the tenant's state, an event and an audit
// record. The state's version is its condition, so that of two writers one starts again.
type store struct {
	*checker
	*rulestore.Store
	table  *table.Table
	outbox *outbox.Outbox
	audit  *audit.Log
	clock  clock.Clock
	ids    *id.Generator
}

func newStore(env *fn.Env) *store {
	t := env.Table(table.Policies)
	return &store{
		checker: newChecker(env), Store: rulestore.New(t), table: t, outbox: env.Outbox(), audit: audit.New(env.Table(table.Audit), env.IDs, env.Clock),
		clock: env.Clock, ids: env.IDs,
	}
}

// checker checks what callers write.
type checker struct {
	engine       *rule.Engine
	destinations *deliver.Destinations
	schemas      schemas
}

func newChecker(env *fn.Env) *checker {
	return &checker{engine: rule.NewEngine(), destinations: deliver.NewDestinations(env.Table(table.Policies), nil), schemas: newSchemas(env)}
}

// lookups bounds how many destinations are looked up at once.
const lookups = 10

// check compiles a definition and looks its destinations up. Errors are errs.InvalidRequest.
func (c *checker) check(ctx context.Context, s tenant.Scope, d rule.Definition) (rule.Compiled, error) {
	known, err := c.schemas.of(ctx, s)
	if err != nil {
		return rule.Compiled{}, err
	}
	compiled, err := c.engine.Check(d, known)
	if err != nil {
		return compiled, err
	}
	missing := make([]bool, len(d.Actions))
	g, ctx := errgroup.WithContext(ctx)
	g.SetLimit(lookups)
	for i, a := range d.Actions {
		g.Go(func() error {
			dst, err := c.destinations.Get(ctx, s, a.DestinationID)
			missing[i] = errors.Is(err, errs.NotFound) || err == nil && dst.Hidden
			if missing[i] {
				return nil
			}
			return err
		})
	}
	if err := g.Wait(); err != nil {
		return compiled, err
	}
	var faults []errs.Field
	for i := range d.Actions {
		at := fmt.Sprintf("/actions/%d/destination_id", i)
		if missing[i] {
			faults = append(faults, errs.Field{Location: at, Message: "names no destination"})
		}
		// An event makes one delivery of a rule to a destination: a second action's would be lost in it.
		if slices.ContainsFunc(d.Actions[:i], func(a rule.Action) bool { return a.DestinationID == d.Actions[i].DestinationID }) {
			faults = append(faults, errs.Field{Location: at, Message: "names the destination of an earlier action; expected each once"})
		}
	}
	if len(faults) > 0 {
		return compiled, errs.Invalid(faults...)
	}
	return compiled, nil
}

// change is what one transaction does to a rule.
type change struct {
	// typ is the event's type and the audit record's action.
	typ    string
	fields []string
	id     string
	// row is the rule's next version, if it has one; else it is deleted.
	row *rulestore.Row
	// next is the state afterwards.
	next rulestore.State
}

// attempts is how often a change is tried when others change the tenant's rules at the same time.
const attempts = 6

// apply reads the state, lets decide make the change and commits it, and again if others were faster. A change
// without a type writes nothing.
func (s *store) apply(ctx context.Context, sc tenant.Scope, by audit.Actor, decide func(rulestore.State) (change, error)) (change, error) {
	var c change
	lost := errs.New(errs.Conflict, "The rules are being changed by others; try again.")
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

func (s *store) commit(ctx context.Context, sc tenant.Scope, by audit.Actor, state rulestore.State, c change) error {
	unchanged := table.IfAbsent()
	if state.Version > 0 {
		unchanged = expression.Name("version").Equal(expression.Value(state.Version))
	}
	data := events.ChangeData{ID: c.id, By: by.ID(), Fields: c.fields}
	ops := append(s.audit.Ops(sc, by, by.Record(c.typ, c.id, c.fields...)), s.table.PutOp(sc, table.RuleStateKey(), c.next, unchanged))
	if c.row == nil {
		ops = append(ops, s.table.DeleteOp(sc, table.RuleKey(c.id), table.IfPresent()))
	} else {
		data.Version = int64(c.row.Version)
		ops = append(ops, s.table.PutOp(sc, table.RuleKey(c.id), *c.row, table.Always()),
			s.table.PutOp(sc, table.RuleVersionKey(c.id, c.row.Version), *c.row, table.IfAbsent()))
	}
	ev, err := s.outbox.Op(ctx, sc, events.Change(c.typ, data))
	if err != nil {
		return err
	}
	return table.Transact(ctx, append(ops, ev)...)
}

// encoded is a checked definition as it is kept.
func encoded(d rule.Definition, c rule.Compiled) (rulestore.Row, error) {
	body, err := json.Marshal(d)
	row := rulestore.Row{Body: body, Compiled: c.Bytes()}
	if row.Size() > rulestore.MaxRule {
		return row, errs.Invalid(errs.Field{Location: "/", Message: "takes too much room once it is compiled; use a shorter condition and shorter templates"})
	}
	return row, err
}

// unindexed is 1 for an enabled rule that is tried with every event of its types, else 0.
func unindexed(d rule.Definition, c rule.Compiled) int {
	if d.On() && !c.Indexed() {
		return 1
	}
	return 0
}

// resized is a size of all rules after a change of one.
func resized(all, more int) int { return max(all+more, 0) }

// full refuses a state beyond what a tenant may have.
func full(next rulestore.State, before rulestore.State) error {
	if next.Count > rulestore.MaxRules {
		return errs.Newf(errs.Conflict, "A tenant has at most %d rules.", rulestore.MaxRules)
	}
	if next.Size > rulestore.MaxSize && next.Size > before.Size {
		return errs.Newf(errs.Conflict, "All rules of a tenant take at most %d MiB.", rulestore.MaxSize>>20)
	}
	if next.Unindexed > rule.MaxUnindexed && next.Unindexed > before.Unindexed {
		return errs.Newf(errs.Conflict, "A tenant has at most %d rules that compare no field for equality: each is tried with every event of its types.", rule.MaxUnindexed)
	}
	return nil
}

// exists checks that the path names a rule of the tenant.
func exists(env *fn.Env) fn.Finder {
	stored := rulestore.New(env.Table(table.Policies))
	return func(ctx context.Context, call *fn.Call, params map[string]string) error {
		_, err := stored.Row(ctx, call.Scope, params["id"])
		return err
	}
}
