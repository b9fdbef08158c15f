package deliveries

import (
	"context"
	"encoding/json"
	"errors"
	"slices"
	"time"

	"github.com/aws/aws-sdk-go-v2/feature/dynamodb/expression"

	"guardrails/events"
	"guardrails/shared/audit"
	"guardrails/shared/clock"
	"guardrails/shared/deliver"
	"guardrails/shared/errs"
	"guardrails/shared/fn"
	"guardrails/shared/id"
	"guardrails/shared/outbox"
	"guardrails/shared/table"
	"guardrails/shared/tenant"
)

// maxDestinations is how many destinations a tenant may have.
const maxDestinations = 1000

// store changes destinations. Each change is one transaction with its event and its audit record.
type store struct {
	*deliver.Destinations
	table    *table.Table
	controls *deliver.Controls
	outbox   *outbox.Outbox
	audit    *audit.Log
	clock    clock.Clock
	ids      *id.Generator
	kinds    []deliver.Kind
	// account is the platform's own on AWS, "" where it is on none.
	account string
}

func newStore(env *fn.Env) *store {
	t := env.Table(table.Policies)
	return &store{
		Destinations: deliver.NewDestinations(t, env.Keys()), table: t, controls: deliver.NewControls(env.Table(table.Deliveries)), outbox: env.Outbox(),
		audit: audit.New(env.Table(table.Audit), env.IDs, env.Clock), clock: env.Clock, ids: env.IDs, kinds: kinds(env), account: env.Config.Account,
	}
}

// visible reads a destination that the tenant made; hidden ones do not exist for it.
func (s *store) visible(ctx context.Context, sc tenant.Scope, destinationID string) (deliver.Destination, error) {
	d, err := s.Get(ctx, sc, destinationID)
	if err == nil && d.Hidden {
		return d, errs.New(errs.NotFound, "There is no such resource.")
	}
	return d, err
}

// destinationExists checks that the path names a destination of the tenant.
func destinationExists(env *fn.Env) fn.Finder {
	s := &store{Destinations: deliver.NewDestinations(env.Table(table.Policies), nil)}
	return func(ctx context.Context, call *fn.Call, params map[string]string) error {
		_, err := s.visible(ctx, call.Scope, params["id"])
		return err
	}
}

// kind returns the kind of a type.
func (s *store) kind(name string) (deliver.Kind, error) {
	i := slices.IndexFunc(s.kinds, func(k deliver.Kind) bool { return k.Name() == name })
	if i < 0 {
		return nil, errs.Invalid(errs.Field{Location: "/type", Message: "is no type of destination"})
	}
	return s.kinds[i], nil
}

// tally is the write that counts one destination more or less, in the state's field n.
func (s *store) tally(sc tenant.Scope, by int) table.Op {
	u := expression.Add(expression.Name("n"), expression.Value(by))
	cond := expression.AttributeNotExists(expression.Name("n")).Or(expression.Name("n").LessThan(expression.Value(maxDestinations)))
	if by < 0 {
		cond = expression.Name("n").GreaterThan(expression.Value(0))
	}
	return s.table.UpdateOp(sc, table.DestinationStateKey(), u, cond)
}

// commit writes a change of a destination: its next version, in place of the one of version was (0 for a new one).
func (s *store) commit(ctx context.Context, sc tenant.Scope, by audit.Actor, typ string, was int64, d deliver.Destination, fields []string, also ...table.Op) error {
	cond := table.IfAbsent()
	if was > 0 {
		cond = expression.Name("version").Equal(expression.Value(was))
	}
	return s.write(ctx, sc, by, typ, d, fields, append(also, s.table.PutOp(sc, table.DestinationKey(d.ID), d, cond))...)
}

func (s *store) write(ctx context.Context, sc tenant.Scope, by audit.Actor, typ string, d deliver.Destination, fields []string, ops ...table.Op) error {
	ev, err := s.outbox.Op(ctx, sc, events.Change(typ, events.ChangeData{ID: d.ID, Version: d.Version, By: by.ID(), Fields: fields}))
	if err != nil {
		return err
	}
	ops = append(ops, s.audit.Ops(sc, by, by.Record(typ, d.ID, fields...))...)
	return table.Transact(ctx, append(ops, ev)...)
}

// raced is what a caller hears whose change met another.
func raced(err error) error {
	if errors.Is(err, table.ErrCondition) {
		return errs.New(errs.Conflict, "The destination is being changed by others; try again.")
	}
	return err
}

// keep puts a checked configuration into a destination.
func (s *store) keep(ctx context.Context, sc tenant.Scope, d *deliver.Destination, public json.RawMessage, secret deliver.Secret) error {
	d.Config, d.Secret = string(public), deliver.Sealed{}
	if len(secret) == 0 {
		return nil
	}
	var err error
	d.Secret, err = s.Seal(ctx, sc, d.ID, deliver.UseConfig, secret)
	return err
}

// overlap is how long an old signing key signs beside the new one.
const overlap = 24 * time.Hour

// maxKeys is how many signing keys of a destination are live at once.
const maxKeys = 10

// hintLen is how much of a secret's end is shown, which is not enough to help anybody guess the rest.
const hintLen = 4

// addKey gives a destination a new signing key, which it returns; those it had sign for a day longer.
func (s *store) addKey(ctx context.Context, sc tenant.Scope, d *deliver.Destination, now time.Time) (string, error) {
	key, err := newKey(json.RawMessage(d.Config))
	if err != nil {
		return "", err
	}
	sealed, err := s.Seal(ctx, sc, d.ID, deliver.UseKey, []byte(key))
	if err != nil {
		return "", err
	}
	shown := shownKey(key) // a hint is of what the tenant knows
	live := []deliver.SealedKey{{Sealed: sealed, CreatedAt: now.UnixMilli(), Hint: shown[len(shown)-hintLen:]}}
	for _, old := range d.Keys {
		if old.Until == 0 {
			old.Until = now.Add(overlap).UnixMilli()
		}
		if old.Until > now.UnixMilli() {
			live = append(live, old)
		}
	}
	if len(live) > maxKeys {
		return "", errs.Newf(errs.Conflict, "A destination has at most %d live secrets; wait until one of them ends.", maxKeys)
	}
	d.Keys = live
	return key, nil
}
