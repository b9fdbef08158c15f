package table

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/feature/dynamodb/attributevalue"
	"github.com/aws/aws-sdk-go-v2/feature/dynamodb/expression"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/aws/smithy-go"

	"guardrails/shared/clock"
	"guardrails/shared/internal/scope"
	"guardrails/shared/tenantrole"
)

// Op is one write of a transaction, already bound to its table and tenant.
type Op struct {
	api  *dynamodb.Client
	item types.TransactWriteItem
	err  error
	// scope is whose item is written, zero for a row of the directory; roles have its credentials.
	scope scope.Scope
	roles *tenantrole.Roles
	// actor says that the item is in the log of whoever makes the change, who may be of another tenant.
	actor bool
	// watcher hears of note once the write is committed.
	watcher Watcher
	note    any
}

// Watcher hears of writes that were committed, with the notes of those of one transaction. It does what it can in the
// time that ctx and it itself set, and tells nobody of its failure: the writes stand.
type Watcher interface {
	Committed(ctx context.Context, s scope.Scope, notes []any)
}

// Tell has a watcher told when the write is committed.
func (o Op) Tell(w Watcher, note any) Op {
	o.watcher, o.note = w, note
	return o
}

// tell tells the watchers of a committed transaction, each once.
func tell(ctx context.Context, ops []Op) {
	for i, op := range ops {
		if op.watcher == nil || slices.ContainsFunc(ops[:i], func(o Op) bool { return o.watcher == op.watcher }) {
			continue
		}
		var notes []any
		for _, o := range ops[i:] {
			if o.watcher == op.watcher {
				notes = append(notes, o.note)
			}
		}
		op.watcher.Committed(ctx, op.scope, notes)
	}
}

// of binds a write to its tenant.
func (o Op) of(t *Table, s scope.Scope) Op {
	_ = s.TenantID() // refuses a zero Scope
	o.scope, o.roles = s, t.roles
	return o
}

// ForActor marks a write as one to the log of who makes the change. A platform administrator changes other tenants, and
// what was done is written in both logs or in none.
func (o Op) ForActor() Op {
	o.actor = true
	return o
}

// asProcess makes a call with the process's own credentials.
func asProcess(*dynamodb.Options) {}

// PutOp writes an item under a condition.
func (t *Table) PutOp(s scope.Scope, k Key, item any, cond expression.ConditionBuilder) Op {
	if !t.access.Write && !t.access.Append {
		return Op{err: fmt.Errorf("put to %s: %w", t.name, ErrNotDeclared)}
	}
	return t.putOp(itemKey(s, k), item, cond).of(t, s)
}

func (t *Table) putOp(key map[string]types.AttributeValue, item any, cond expression.ConditionBuilder) Op {
	m, err := attributevalue.MarshalMap(item)
	if err != nil {
		return Op{err: fmt.Errorf("encode item of %s: %w", t.name, err)}
	}
	m["pk"], m["sk"] = key["pk"], key["sk"]
	e, err := build(nil, cond)
	if err != nil {
		return Op{err: err}
	}
	return Op{api: t.api, item: types.TransactWriteItem{Put: &types.Put{
		TableName: &t.name, Item: m, ConditionExpression: e.Condition(),
		ExpressionAttributeNames: e.Names(), ExpressionAttributeValues: e.Values(),
	}}}
}

// UpdateOp changes an item under a condition.
func (t *Table) UpdateOp(s scope.Scope, k Key, u expression.UpdateBuilder, cond expression.ConditionBuilder) Op {
	if !t.access.Write {
		return Op{err: fmt.Errorf("update %s: %w", t.name, ErrNotDeclared)}
	}
	e, err := build(&u, cond)
	if err != nil {
		return Op{err: err}
	}
	return Op{api: t.api, item: types.TransactWriteItem{Update: &types.Update{
		TableName: &t.name, Key: itemKey(s, k), UpdateExpression: e.Update(), ConditionExpression: e.Condition(),
		ExpressionAttributeNames: e.Names(), ExpressionAttributeValues: e.Values(),
	}}}.of(t, s)
}

// DeleteOp removes an item under a condition.
func (t *Table) DeleteOp(s scope.Scope, k Key, cond expression.ConditionBuilder) Op {
	if !t.access.Write {
		return Op{err: fmt.Errorf("delete from %s: %w", t.name, ErrNotDeclared)}
	}
	return t.deleteOp(itemKey(s, k), cond).of(t, s)
}

func (t *Table) deleteOp(key map[string]types.AttributeValue, cond expression.ConditionBuilder) Op {
	e, err := build(nil, cond)
	if err != nil {
		return Op{err: err}
	}
	return Op{api: t.api, item: types.TransactWriteItem{Delete: &types.Delete{
		TableName: &t.name, Key: key, ConditionExpression: e.Condition(),
		ExpressionAttributeNames: e.Names(), ExpressionAttributeValues: e.Values(),
	}}}
}

// build makes an expression of what is set; an empty one is fine for an unconditional put.
func build(u *expression.UpdateBuilder, cond expression.ConditionBuilder) (expression.Expression, error) {
	if u == nil && !cond.IsSet() {
		return expression.Expression{}, nil
	}
	b := expression.NewBuilder()
	if u != nil {
		b = b.WithUpdate(*u)
	}
	if cond.IsSet() {
		b = b.WithCondition(cond)
	}
	e, err := b.Build()
	if err != nil {
		return e, fmt.Errorf("build expression: %w", err)
	}
	return e, nil
}

// ConditionError tells which operations of a transaction had a condition that did not hold.
type ConditionError struct {
	// Failed holds one entry per operation.
	Failed []bool
}

func (e *ConditionError) Error() string { return ErrCondition.Error() }

// Is makes errors.Is(err, ErrCondition) true.
func (e *ConditionError) Is(target error) bool { return target == ErrCondition }

// conflictWaits is how long a write waits, at most, before it tries again to write items that another transaction
// holds. A refused write and a canceled transaction have written nothing.
var conflictWaits = [...]time.Duration{
	10 * time.Millisecond, 20 * time.Millisecond, 40 * time.Millisecond, 80 * time.Millisecond, 160 * time.Millisecond, 320 * time.Millisecond,
	640 * time.Millisecond, 1280 * time.Millisecond,
}

// errTenants is a defect: a transaction has one caller, who may write for one tenant.
var errTenants = errors.New("table: a transaction writes for two tenants")

// caller returns with whose credentials the writes are made: the tenant's, which also open the actor's log if one of
// them goes there, or the process's own where all are rows of the directory.
func caller(ops []Op) (func(*dynamodb.Options), error) {
	var tenant, actor scope.Scope
	var roles *tenantrole.Roles
	for _, op := range ops {
		which := &tenant
		if op.actor {
			which = &actor
		}
		if !op.scope.Valid() {
			continue
		}
		if which.Valid() && *which != op.scope {
			return nil, errTenants
		}
		*which, roles = op.scope, op.roles
	}
	if !tenant.Valid() {
		tenant, actor = actor, scope.Scope{}
	}
	if !tenant.Valid() {
		return asProcess, nil
	}
	return with(roles.For(tenant, actor)), nil
}

// Transact makes all writes or none; they may be in several tables, for one tenant, in the log of who makes the change,
// and in the directory. It returns a ConditionError if a condition did not hold, and errs.Overloaded if the store
// cannot answer or other transactions stay in the way.
func Transact(ctx context.Context, ops ...Op) error {
	in := &dynamodb.TransactWriteItemsInput{}
	for _, op := range ops {
		if op.err != nil {
			return op.err
		}
		in.TransactItems = append(in.TransactItems, op.item)
	}
	as, err := caller(ops)
	if err != nil {
		return err
	}
	err = patiently(ctx, func() error {
		if len(ops) == 1 && !ops[0].conditional() {
			return single(ctx, ops[0], as)
		}
		return transact(ctx, ops[0].api, in, as)
	})
	if err == nil {
		tell(ctx, ops)
	}
	return err
}

// Contend makes a change of what others change at the same time: try reads, decides and commits under the condition that
// what it read still stands, and is called again when that failed. After so many tries it returns lost.
func Contend(tries int, lost error, try func() error) error {
	for range tries {
		if err := try(); !errors.Is(err, ErrCondition) {
			return err
		}
	}
	return lost
}

// patiently tries a write again while another transaction holds its items. The waits are random, so that those who
// collided part.
func patiently(ctx context.Context, write func() error) error {
	for _, longest := range conflictWaits {
		err := write()
		if !errors.Is(err, errConflict) || clock.Pause(ctx, rand.N(longest)) != nil { //nolint:gosec // jitter, not a secret
			return err
		}
	}
	return write()
}

// conditional reports whether the write has a condition. The SDK tries a write again whose answer was lost. The second
// try then meets what the first one wrote, and its condition fails: the caller would take its own write for another's. A
// transaction carries a token by which the store knows it again, so that is how conditional writes are made, at twice the
// price; writes without condition may be made twice.
func (o Op) conditional() bool {
	switch it := o.item; {
	case it.Put != nil:
		return it.Put.ConditionExpression != nil
	case it.Update != nil:
		return true // without a condition, too, ADD must not be done twice
	}
	return o.item.Delete.ConditionExpression != nil
}

// errConflict marks a write that was refused because a transaction held its items, or because a partition had too much
// to do: it has written nothing, and the SDK does not try it again.
var errConflict = errors.New("items are held by another transaction")

func transact(ctx context.Context, api *dynamodb.Client, in *dynamodb.TransactWriteItemsInput, as func(*dynamodb.Options)) error {
	_, err := api.TransactWriteItems(ctx, in, as)
	if err == nil {
		return nil
	}
	var canceled *types.TransactionCanceledException
	if errors.As(err, &canceled) {
		if ce := conditionError(canceled); ce != nil {
			return ce
		}
		for _, r := range canceled.CancellationReasons {
			switch code := aws.ToString(r.Code); code {
			case "TransactionConflict", "ThrottlingError", "ProvisionedThroughputExceeded":
				err = errors.Join(errConflict, err)
			case "ValidationError":
				return failure("transact", &smithy.GenericAPIError{Code: code})
			}
		}
	}
	return failure("transact", err)
}

func conditionError(c *types.TransactionCanceledException) error {
	ce, any := &ConditionError{}, false
	for _, r := range c.CancellationReasons {
		failed := aws.ToString(r.Code) == "ConditionalCheckFailed"
		ce.Failed = append(ce.Failed, failed)
		any = any || failed
	}
	if !any {
		return nil
	}
	return ce
}

// single makes one write that may be made twice, without the double price of a transaction.
func single(ctx context.Context, op Op, as func(*dynamodb.Options)) error {
	var err error
	if it := op.item; it.Put != nil {
		_, err = op.api.PutItem(ctx, &dynamodb.PutItemInput{TableName: it.Put.TableName, Item: it.Put.Item}, as)
	} else {
		_, err = op.api.DeleteItem(ctx, &dynamodb.DeleteItemInput{TableName: it.Delete.TableName, Key: it.Delete.Key}, as)
	}
	if err != nil {
		return failure("write", err)
	}
	return nil
}
