package events

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"time"

	"guardrails/events"
	"guardrails/shared/audit"
	"guardrails/shared/clock"
	"guardrails/shared/errs"
	"guardrails/shared/eventschema"
	"guardrails/shared/eventtype"
	"guardrails/shared/fn"
	"guardrails/shared/outbox"
	"guardrails/shared/table"
	"guardrails/shared/tenant"
)

// typeStore changes event types. Every change is one transaction: the type, the tenant's state, an event and an audit
// record. The state's version is its condition, so that of two writers one starts again.
type typeStore struct {
	*eventtype.Store
	outbox *outbox.Outbox
	audit  *audit.Log
	clock  clock.Clock
}

func newTypeStore(env *fn.Env) *typeStore {
	return &typeStore{
		Store: eventtype.New(env.Table(table.Policies)), outbox: env.Outbox(),
		audit: audit.New(env.Table(table.Audit), env.IDs, env.Clock), clock: env.Clock,
	}
}

// change is what one transaction does to an event type.
type change struct {
	// typ is the event's type and the audit record's action, "" for a change that changes nothing.
	typ    string
	fields []string
	// row is the type's next version; gone says that it is deleted.
	row  eventtype.Row
	gone bool
	// count is how many types there are afterwards.
	count int
}

// attempts is how often a change is tried when others change the tenant's event types at the same time.
const attempts = 4

// apply reads the state, lets decide make the change and commits it, and again if others were faster. A change
// without a type writes nothing.
func (s *typeStore) apply(ctx context.Context, sc tenant.Scope, by audit.Actor, decide func(eventtype.State) (change, error)) (change, error) {
	var c change
	lost := errs.New(errs.Conflict, "The event types are being changed by others; try again.")
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

func (s *typeStore) commit(ctx context.Context, sc tenant.Scope, by audit.Actor, state eventtype.State, c change) error {
	ops, next := s.audit.Ops(sc, by, by.Record(c.typ, c.row.Name, c.fields...)), eventtype.State{Count: c.count}
	if c.gone {
		ops = append(ops, s.DeleteOps(sc, c.row, state, next)...)
	} else {
		ops = append(ops, s.PutOps(sc, c.row, state, next)...)
	}
	data := events.ChangeData{ID: c.row.Name, Version: int64(c.row.Version), By: by.ID(), Fields: c.fields}
	ev, err := s.outbox.Op(ctx, sc, events.Change(c.typ, data))
	if err != nil {
		return err
	}
	return table.Transact(ctx, append(ops, ev)...)
}

// Definition is what a caller says of an event type beside its name.
type Definition struct {
	Description string          `json:"description,omitempty" maxLength:"500" doc:"What such an event says." example:"An order was placed."`
	Schema      json.RawMessage `json:"schema,omitempty" doc:"A JSON Schema of the events' data, of at most 32 KB. Known are type, properties, required, additionalProperties, items, enum, const, the bounds of lengths, numbers and items, pattern (RE2), and format (date-time, email, uri, uuid); other keywords are refused. Without one, any data will do."`
}

// checked returns the definition with the form of the schema that is kept. The error is an errs.InvalidRequest.
func (d Definition) checked() (Definition, error) {
	if len(d.Schema) == 0 {
		return d, nil
	}
	if _, faults := eventschema.Parse(d.Schema, "/schema"); len(faults) > 0 {
		return d, errs.Invalid(faults...)
	}
	var short bytes.Buffer
	if err := json.Compact(&short, d.Schema); err != nil {
		return d, fmt.Errorf("compact a schema: %w", err)
	}
	d.Schema = short.Bytes()
	return d, nil
}

// is reports whether the type is defined so already.
func (d Definition) is(r eventtype.Row) bool {
	return d.Description == r.Description && bytes.Equal(d.Schema, r.RawSchema())
}

// typeView is an event type as the API shows it.
type typeView struct {
	Name     string `json:"name" doc:"Names the type in events and rules." example:"orders.order.created"`
	Version  int    `json:"version" minimum:"1" doc:"Of the platform's types it counts incompatible changes of the data, of own ones all changes."`
	ReadOnly bool   `json:"read_only" doc:"True for the platform's types."`
	Emitted  bool   `json:"emitted" doc:"Whether there are such events: false for types of the platform that are planned."`
	Definition
	Example   json.RawMessage `json:"example,omitempty" doc:"An event of the type, of the platform's types alone."`
	CreatedAt string          `json:"created_at,omitempty" format:"date-time" doc:"Of own types alone."`
	UpdatedAt string          `json:"updated_at,omitempty" format:"date-time" doc:"When its latest version was made; of own types alone."`
}

func viewOf(r eventtype.Row) typeView {
	return typeView{
		Name: r.Name, Version: r.Version, Emitted: true, Definition: Definition{r.Description, r.RawSchema()},
		CreatedAt: clock.Format(time.UnixMilli(r.CreatedAt)), UpdatedAt: clock.Format(time.UnixMilli(r.UpdatedAt)),
	}
}

func builtinView(t events.Type) typeView {
	return typeView{
		Name: t.Name, Version: t.Version, ReadOnly: true, Emitted: t.Emitted, Definition: Definition{t.Description, t.Schema}, Example: t.Example,
	}
}

// typeAnswer is one event type and the tag of its version.
type typeAnswer struct {
	ETag string `header:"ETag"`
	Body typeView
}

func answerOf(v typeView) *typeAnswer { return &typeAnswer{ETag: fn.ETag(int64(v.Version)), Body: v} }

// changeable checks that the path names a type of the tenant's own.
func changeable(env *fn.Env) fn.Finder {
	stored := eventtype.New(env.Table(table.Policies))
	return func(ctx context.Context, call *fn.Call, params map[string]string) error {
		if err := builtin(params["name"]); err != nil {
			return err
		}
		_, err := stored.Row(ctx, call.Scope, params["name"])
		return err
	}
}

// builtin refuses the name of a type of the platform.
func builtin(name string) error {
	if _, ok := events.Lookup(name); ok {
		return errs.New(errs.Forbidden, "The platform's event types are read-only.")
	}
	return nil
}
