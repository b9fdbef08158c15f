package table

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/feature/dynamodb/attributevalue"
	"github.com/aws/aws-sdk-go-v2/feature/dynamodb/expression"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"guardrails/shared/errs"
	"guardrails/shared/internal/scope"
	"guardrails/shared/outage"
	"guardrails/shared/tenantrole"
)

// Access is what the holder of a Table may do with it.
type Access struct {
	Read, Write, Append bool
}

// Table is one DynamoDB table. Every call takes the Scope of the tenant it works for.
type Table struct {
	api    *dynamodb.Client
	name   string
	access Access
	roles  *tenantrole.Roles
}

// New returns a client of the physical table name. Calls for a tenant use the credentials that roles has for it.
func New(api *dynamodb.Client, name string, access Access, roles *tenantrole.Roles) *Table {
	return &Table{api: api, name: name, access: access, roles: roles}
}

// as makes a call with the tenant's credentials.
func (t *Table) as(s scope.Scope) func(*dynamodb.Options) { return with(t.roles.For(s, scope.Scope{})) }

// with makes a call with these credentials, or with the process's own if there are none.
func with(c aws.CredentialsProvider) func(*dynamodb.Options) {
	return func(o *dynamodb.Options) {
		if c != nil {
			o.Credentials = c
		}
	}
}

// ErrCondition is returned when a write's condition did not hold.
var ErrCondition = errors.New("table: condition not met")

// ErrNotDeclared is returned when a function uses a table in a way that its Spec does not declare.
var ErrNotDeclared = errors.New("table: access not declared by the function")

func partition(s scope.Scope, part string) string {
	if part == "" {
		return s.Partition()
	}
	return s.Partition() + "#" + part
}

// StatePartition is the attribute that IndexState is made of; StateOf makes its value.
const StatePartition = "state_pk"

// StateOf is the partition of IndexState in which the tenant's items of a state are listed.
func StateOf(s scope.Scope, part string) string { return partition(s, part) }

func itemKey(s scope.Scope, k Key) map[string]types.AttributeValue {
	return map[string]types.AttributeValue{
		"pk": &types.AttributeValueMemberS{Value: partition(s, k.Part)},
		"sk": &types.AttributeValueMemberS{Value: k.Sort},
	}
}

// Get reads one item into out, strongly consistent. It returns errs.NotFound if there is none.
func (t *Table) Get(ctx context.Context, s scope.Scope, k Key, out any) error {
	if !t.access.Read {
		return fmt.Errorf("get from %s: %w", t.name, ErrNotDeclared)
	}
	res, err := t.api.GetItem(ctx, &dynamodb.GetItemInput{TableName: &t.name, Key: itemKey(s, k), ConsistentRead: aws.Bool(true)}, t.as(s))
	if err != nil {
		return failure("get from "+t.name, err)
	}
	if res.Item == nil {
		return errs.New(errs.NotFound, "There is no such resource.")
	}
	return decode(t.name, res.Item, out)
}

func decode(name string, item map[string]types.AttributeValue, out any) error {
	if err := attributevalue.UnmarshalMap(item, out); err != nil {
		return fmt.Errorf("decode item of %s: %w", name, err)
	}
	return nil
}

// Put writes an item, replacing what was there. Pass IfAbsent or another condition to guard it; the zero condition
// means none. It returns ErrCondition if the condition does not hold.
func (t *Table) Put(ctx context.Context, s scope.Scope, k Key, item any, cond expression.ConditionBuilder) error {
	return Transact(ctx, t.PutOp(s, k, item, cond))
}

// Update changes an existing or new item. It returns ErrCondition if the condition does not hold.
func (t *Table) Update(ctx context.Context, s scope.Scope, k Key, u expression.UpdateBuilder, cond expression.ConditionBuilder) error {
	return Transact(ctx, t.UpdateOp(s, k, u, cond))
}

// UpdateReturning is Update that decodes the item as it is afterwards into out. When the condition fails and old is
// not nil, the item as it stands is decoded into old beside ErrCondition.
func (t *Table) UpdateReturning(ctx context.Context, s scope.Scope, k Key, u expression.UpdateBuilder, cond expression.ConditionBuilder, out, old any) error {
	if !t.access.Write {
		return fmt.Errorf("update %s: %w", t.name, ErrNotDeclared)
	}
	e, err := build(&u, cond)
	if err != nil {
		return err
	}
	var res *dynamodb.UpdateItemOutput
	var failed *types.ConditionalCheckFailedException
	err = patiently(ctx, func() error {
		res, err = t.api.UpdateItem(ctx, &dynamodb.UpdateItemInput{
			TableName: &t.name, Key: itemKey(s, k), UpdateExpression: e.Update(), ConditionExpression: e.Condition(),
			ExpressionAttributeNames: e.Names(), ExpressionAttributeValues: e.Values(),
			ReturnValues: types.ReturnValueAllNew, ReturnValuesOnConditionCheckFailure: types.ReturnValuesOnConditionCheckFailureAllOld,
		}, t.as(s))
		if err != nil && !errors.As(err, &failed) {
			return failure("update "+t.name, err)
		}
		return nil
	})
	if err != nil {
		return err
	}
	if failed != nil && old != nil && failed.Item != nil {
		return errors.Join(ErrCondition, decode(t.name, failed.Item, old))
	}
	if failed != nil {
		return failure("update "+t.name, failed)
	}
	if out == nil {
		return nil
	}
	return decode(t.name, res.Attributes, out)
}

// Swap writes an item in place of the one that the condition describes. When the condition fails, the item as it stands
// is decoded into old beside ErrCondition; old stays as it was if there is none. A write whose answer was lost may be made
// twice by the SDK, and then fails on itself: whoever swaps marks its items and knows its own mark again in old.
func (t *Table) Swap(ctx context.Context, s scope.Scope, k Key, item any, cond expression.ConditionBuilder, old any) error {
	op := t.PutOp(s, k, item, cond)
	if op.err != nil {
		return op.err
	}
	put := op.item.Put
	var failed *types.ConditionalCheckFailedException
	err := patiently(ctx, func() error {
		_, err := t.api.PutItem(ctx, &dynamodb.PutItemInput{
			TableName: put.TableName, Item: put.Item, ConditionExpression: put.ConditionExpression,
			ExpressionAttributeNames: put.ExpressionAttributeNames, ExpressionAttributeValues: put.ExpressionAttributeValues,
			ReturnValuesOnConditionCheckFailure: types.ReturnValuesOnConditionCheckFailureAllOld,
		}, t.as(s))
		if err != nil && !errors.As(err, &failed) {
			return failure("swap in "+t.name, err)
		}
		return nil
	})
	switch {
	case err != nil:
		return err
	case failed == nil:
		return nil
	case failed.Item == nil:
		return failure("swap in "+t.name, failed)
	}
	return errors.Join(ErrCondition, decode(t.name, failed.Item, old))
}

// Delete removes an item; one that is not there is no error unless the condition says so.
func (t *Table) Delete(ctx context.Context, s scope.Scope, k Key, cond expression.ConditionBuilder) error {
	return Transact(ctx, t.DeleteOp(s, k, cond))
}

// Page asks for a part of a partition.
type Page struct {
	// Part is the partition below the tenant's: of the table, or of IndexState if State is set.
	Part  string
	State bool
	// Home says in which part of the table an item with a sort key of the index is; it is needed to continue behind one.
	Home func(sort string) string
	// Prefix limits the sort keys; empty means all. From and Until do so too, both included, if both are set.
	Prefix      string
	From, Until string
	// After continues behind this sort key; empty means from the start.
	After string
	// Limit is how many items at most.
	Limit int
	// Oldest gives ascending order; the default is newest first.
	Oldest bool
	// Filter drops items after they were read; the page is filled up from later ones.
	Filter expression.ConditionBuilder
}

// maxPages bounds how many reads one Query makes to fill a filtered page.
const maxPages = 20

// Query reads one page of items into out, a pointer to a slice, and returns the sort key to continue after, or "".
func (t *Table) Query(ctx context.Context, s scope.Scope, p Page, out any) (next string, err error) {
	if !t.access.Read {
		return "", fmt.Errorf("query %s: %w", t.name, ErrNotDeclared)
	}
	if p.From != "" && p.Until != "" && p.From > p.Until {
		return "", nil // nothing lies there, and the store refuses to look
	}
	in, err := t.queryInput(s, p)
	if err != nil {
		return "", err
	}
	var items []map[string]types.AttributeValue
	as := t.as(s)
	for range maxPages {
		res, err := t.api.Query(ctx, in, as)
		if err != nil {
			return "", failure("query "+t.name, err)
		}
		items = append(items, res.Items...)
		in.ExclusiveStartKey = res.LastEvaluatedKey
		if len(items) > p.Limit || in.ExclusiveStartKey == nil {
			break
		}
	}
	next = nextAfter(items, in.ExclusiveStartKey, p.Limit)
	if len(items) > p.Limit {
		items = items[:p.Limit]
	}
	if err := attributevalue.UnmarshalListOfMaps(items, out); err != nil {
		return "", fmt.Errorf("decode items of %s: %w", t.name, err)
	}
	return next, nil
}

func (t *Table) queryInput(s scope.Scope, p Page) (*dynamodb.QueryInput, error) {
	hash := "pk"
	if p.State {
		hash = StatePartition
	}
	cond := expression.Key(hash).Equal(expression.Value(partition(s, p.Part)))
	switch {
	case p.Prefix != "":
		cond = cond.And(expression.Key("sk").BeginsWith(p.Prefix))
	case p.From != "" && p.Until != "":
		cond = cond.And(expression.Key("sk").Between(expression.Value(p.From), expression.Value(p.Until)))
	}
	b := expression.NewBuilder().WithKeyCondition(cond)
	if p.Filter.IsSet() {
		b = b.WithFilter(p.Filter)
	}
	e, err := b.Build()
	if err != nil {
		return nil, fmt.Errorf("build query of %s: %w", t.name, err)
	}
	in := &dynamodb.QueryInput{
		TableName: &t.name, KeyConditionExpression: e.KeyCondition(), FilterExpression: e.Filter(),
		ExpressionAttributeNames: e.Names(), ExpressionAttributeValues: e.Values(),
		ScanIndexForward: aws.Bool(p.Oldest), ConsistentRead: aws.Bool(!p.State), Limit: aws.Int32(int32(p.Limit + 1)),
	}
	if p.State {
		in.IndexName = aws.String(IndexState)
	}
	if p.After == "" {
		return in, nil
	}
	in.ExclusiveStartKey = itemKey(s, Key{Part: p.Part, Sort: p.After})
	if p.State {
		in.ExclusiveStartKey = itemKey(s, Key{Part: p.Home(p.After), Sort: p.After})
		in.ExclusiveStartKey[StatePartition] = &types.AttributeValueMemberS{Value: partition(s, p.Part)}
	}
	return in, nil
}

// nextAfter is where the page after these items begins: behind the last one that fits.
func nextAfter(items []map[string]types.AttributeValue, last map[string]types.AttributeValue, limit int) string {
	if len(items) > limit {
		last = items[limit-1]
	}
	if sk, ok := last["sk"].(*types.AttributeValueMemberS); ok {
		return sk.Value
	}
	return ""
}

// IfAbsent holds when there is no item yet.
func IfAbsent() expression.ConditionBuilder {
	return expression.AttributeNotExists(expression.Name("pk"))
}

// IfPresent holds when there is an item.
func IfPresent() expression.ConditionBuilder {
	return expression.AttributeExists(expression.Name("pk"))
}

// Always is the absence of a condition.
func Always() expression.ConditionBuilder { return expression.ConditionBuilder{} }

// TTL is the value of an item's ttl attribute.
func TTL(t time.Time) int64 { return t.Unix() }

// failure turns an SDK error into one of ours: a failed condition, a store that refuses, or one that cannot answer now.
func failure(doing string, err error) error {
	var failed *types.ConditionalCheckFailedException
	if errors.As(err, &failed) {
		return fmt.Errorf("%s: %w", doing, ErrCondition)
	}
	var conflict *types.TransactionConflictException
	if errors.As(err, &conflict) {
		err = errors.Join(errConflict, err)
	}
	return outage.Failure("The store does not answer now.", doing, err)
}
