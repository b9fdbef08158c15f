package table

import (
	"context"
	"fmt"
	"hash/fnv"
	"strconv"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/feature/dynamodb/expression"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
)

// dueShards is over how many partitions of the index due items are spread.
const dueShards = 16

// DueShards lists the partitions of the index IndexDue.
func DueShards() []string {
	out := make([]string, dueShards)
	for i := range out {
		out[i] = "DUE#" + strconv.Itoa(i)
	}
	return out
}

// DueShard is the partition of the index that an item with this id belongs to: its due_shard attribute.
func DueShard(id string) string {
	h := fnv.New32a()
	_, _ = h.Write([]byte(id)) // a hash never fails to write
	return DueShards()[h.Sum32()%dueShards]
}

// DueKey names an item of some tenant that a system job should look at. It carries no Scope: the edge gives one.
type DueKey struct {
	Tenant string
	Key    Key
}

// Due reads the keys of at most limit items of a shard whose due_at, in Unix seconds, is not after until, oldest
// first. It is the one read that crosses tenants, and it sees keys alone; the index lags behind the table.
func (t *Table) Due(ctx context.Context, shard string, until time.Time, limit int) ([]DueKey, error) {
	if !t.access.Read {
		return nil, fmt.Errorf("query %s: %w", t.name, ErrNotDeclared)
	}
	cond := expression.Key("due_shard").Equal(expression.Value(shard)).And(expression.Key("due_at").LessThanEqual(expression.Value(until.Unix())))
	e, err := expression.NewBuilder().WithKeyCondition(cond).Build()
	if err != nil {
		return nil, fmt.Errorf("build query of %s: %w", t.name, err)
	}
	res, err := t.api.Query(ctx, &dynamodb.QueryInput{
		TableName: &t.name, IndexName: aws.String(IndexDue), KeyConditionExpression: e.KeyCondition(),
		ExpressionAttributeNames: e.Names(), ExpressionAttributeValues: e.Values(), Limit: aws.Int32(int32(limit)),
	})
	if err != nil {
		return nil, failure("query "+t.name, err)
	}
	var out []DueKey
	for _, item := range res.Items {
		if k, ok := dueKey(item); ok {
			out = append(out, k)
		}
	}
	return out, nil
}

// dueKey takes an item's key apart: "T#<tenant>#<part>" and the sort key.
func dueKey(item map[string]types.AttributeValue) (DueKey, bool) {
	pk, _ := item["pk"].(*types.AttributeValueMemberS)
	sk, _ := item["sk"].(*types.AttributeValueMemberS)
	if pk == nil || sk == nil {
		return DueKey{}, false
	}
	rest, ok := strings.CutPrefix(pk.Value, "T#")
	tenant, part, _ := strings.Cut(rest, "#")
	return DueKey{Tenant: tenant, Key: Key{Part: part, Sort: sk.Value}}, ok && tenant != ""
}
