package table

import (
	"context"
	"fmt"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/feature/dynamodb/attributevalue"
	"github.com/aws/aws-sdk-go-v2/feature/dynamodb/expression"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"guardrails/shared/errs"
)

// DirectoryTable is the one table without tenants in its keys: the few look-ups that come before a tenant is known.
// Only the functions that declare it may read it, and its rows hold ids alone.
type DirectoryTable struct{ t *Table }

// NewDirectory returns a client of the physical directory table.
func NewDirectory(api *dynamodb.Client, name string, access Access) *DirectoryTable {
	return &DirectoryTable{New(api, name, access, nil)}
}

// Entry is a row of the directory: a look-up value, and what it leads to.
type Entry struct {
	Tenant string `dynamodbav:"tenant"`
	ID     string `dynamodbav:"id,omitempty"`
	Name   string `dynamodbav:"name,omitempty"`
	// Sort is the row's sort key, set by List.
	Sort string `dynamodbav:"sk,omitempty"`
}

// DirectoryKey addresses a row: what kind of value is looked up, and the value.
type DirectoryKey struct{ Kind, Value string }

// KeyEntry looks up the public part of an API key.
func KeyEntry(public string) DirectoryKey { return DirectoryKey{"APIKEY#" + public, "-"} }

// SlugEntry looks up a tenant's slug.
func SlugEntry(slug string) DirectoryKey { return DirectoryKey{"SLUG#" + slug, "-"} }

// NameEntry looks up a tenant's name, which the registry has brought to one form.
func NameEntry(name string) DirectoryKey { return DirectoryKey{"NAME#" + name, "-"} }

// TenantEntry lists a tenant among all tenants.
func TenantEntry(tenant string) DirectoryKey { return DirectoryKey{"TENANTS", tenant} }

func (k DirectoryKey) attributes() map[string]types.AttributeValue {
	return map[string]types.AttributeValue{
		"pk": &types.AttributeValueMemberS{Value: k.Kind}, "sk": &types.AttributeValueMemberS{Value: k.Value},
	}
}

// Get reads a row; errs.NotFound if there is none.
func (d *DirectoryTable) Get(ctx context.Context, k DirectoryKey) (Entry, error) {
	var e Entry
	if !d.t.access.Read {
		return e, fmt.Errorf("get from %s: %w", d.t.name, ErrNotDeclared)
	}
	res, err := d.t.api.GetItem(ctx, &dynamodb.GetItemInput{TableName: &d.t.name, Key: k.attributes(), ConsistentRead: aws.Bool(true)})
	if err != nil {
		return e, failure("get from "+d.t.name, err)
	}
	if res.Item == nil {
		return e, errs.New(errs.NotFound, "There is no such resource.")
	}
	return e, decode(d.t.name, res.Item, &e)
}

// PutOp adds a row that must not be there yet.
func (d *DirectoryTable) PutOp(k DirectoryKey, e Entry) Op {
	if !d.t.access.Write {
		return Op{err: fmt.Errorf("put to %s: %w", d.t.name, ErrNotDeclared)}
	}
	e.Sort = ""
	return d.t.putOp(k.attributes(), e, IfAbsent())
}

// DeleteOp removes a row.
func (d *DirectoryTable) DeleteOp(k DirectoryKey) Op {
	if !d.t.access.Write {
		return Op{err: fmt.Errorf("delete from %s: %w", d.t.name, ErrNotDeclared)}
	}
	return d.t.deleteOp(k.attributes(), Always())
}

// ListTenants reads one page of all tenants, newest first, and the tenant to continue after, or "".
func (d *DirectoryTable) ListTenants(ctx context.Context, after string, limit int) ([]Entry, string, error) {
	if !d.t.access.Read {
		return nil, "", fmt.Errorf("query %s: %w", d.t.name, ErrNotDeclared)
	}
	e, err := expression.NewBuilder().WithKeyCondition(expression.Key("pk").Equal(expression.Value("TENANTS"))).Build()
	if err != nil {
		return nil, "", fmt.Errorf("build query of %s: %w", d.t.name, err)
	}
	in := &dynamodb.QueryInput{
		TableName: &d.t.name, KeyConditionExpression: e.KeyCondition(), ExpressionAttributeNames: e.Names(), ExpressionAttributeValues: e.Values(),
		ScanIndexForward: aws.Bool(false), ConsistentRead: aws.Bool(true), Limit: aws.Int32(int32(limit + 1)),
	}
	if after != "" {
		in.ExclusiveStartKey = TenantEntry(after).attributes()
	}
	res, err := d.t.api.Query(ctx, in)
	if err != nil {
		return nil, "", failure("query "+d.t.name, err)
	}
	items, next := res.Items, nextAfter(res.Items, res.LastEvaluatedKey, limit)
	if len(items) > limit {
		items = items[:limit]
	}
	var out []Entry
	if err := attributevalue.UnmarshalListOfMaps(items, &out); err != nil {
		return nil, "", fmt.Errorf("decode items of %s: %w", d.t.name, err)
	}
	return out, next, nil
}
