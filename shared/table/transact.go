package table

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/feature/dynamodb/attributevalue"
	"github.com/aws/aws-sdk-go-v2/feature/dynamodb/expression"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

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

// conflictWaits is how long Transact waits, at most, before it tries again to write items that another transaction
// holds. A canceled transaction has written nothing.
var conflictWaits = [...]time.Duration{10 * time.Millisecond, 20 * time.Millisecond, 40 * time.Millisecond, 80 * time.Millisecond, 160 * time.Millisecond, 320 * time.Millisecond}

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
	if len(ops) == 1 {
		return single(ctx, ops[0], as)
	}
	for _, longest := range conflictWaits {
		err := transact(ctx, ops[0].api, in, as)
		if !errors.Is(err, errConflict) || !wait(ctx, longest) {
			return err
		}
	}
	return transact(ctx, ops[0].api, in, as)
}

// errConflict marks a transaction that was canceled because another one held its items.
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
			if aws.ToString(r.Code) == "TransactionConflict" {
				err = errors.Join(errConflict, err)
			}
		}
	}
	return failure("transact", err)
}

// wait pauses for a random part of longest, so that those who collided part. It returns false when ctx ends.
func wait(ctx context.Context, longest time.Duration) bool {
	t := time.NewTimer(rand.N(longest)) //nolint:gosec // jitter, not a secret
	defer t.Stop()
	select {
	case <-t.C:
		return true
	case <-ctx.Done():
		return false
	}
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

// single makes one write without the double price of a transaction.
func single(ctx context.Context, op Op, as func(*dynamodb.Options)) error {
	var err error
	switch it := op.item; {
	case it.Put != nil:
		_, err = op.api.PutItem(ctx, &dynamodb.PutItemInput{
			TableName: it.Put.TableName, Item: it.Put.Item, ConditionExpression: it.Put.ConditionExpression,
			ExpressionAttributeNames: it.Put.ExpressionAttributeNames, ExpressionAttributeValues: it.Put.ExpressionAttributeValues,
		}, as)
	case it.Update != nil:
		_, err = op.api.UpdateItem(ctx, &dynamodb.UpdateItemInput{
			TableName: it.Update.TableName, Key: it.Update.Key, UpdateExpression: it.Update.UpdateExpression, ConditionExpression: it.Update.ConditionExpression,
			ExpressionAttributeNames: it.Update.ExpressionAttributeNames, ExpressionAttributeValues: it.Update.ExpressionAttributeValues,
		}, as)
	default:
		_, err = op.api.DeleteItem(ctx, &dynamodb.DeleteItemInput{
			TableName: it.Delete.TableName, Key: it.Delete.Key, ConditionExpression: it.Delete.ConditionExpression,
			ExpressionAttributeNames: it.Delete.ExpressionAttributeNames, ExpressionAttributeValues: it.Delete.ExpressionAttributeValues,
		}, as)
	}
	if err != nil {
		return failure("write", err)
	}
	return nil
}
