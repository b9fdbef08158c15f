package provision

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"guardrails/shared/resource"
	"guardrails/shared/table"
)

// activeWithin bounds the wait for a new table; an emulator's is active at once.
const activeWithin = 30 * time.Second

func (c *Creator) table(ctx context.Context, t resource.TableSpec) error {
	_, err := c.tables.CreateTable(ctx, tableInput(t))
	var exists *types.ResourceInUseException
	if errors.As(err, &exists) {
		return nil
	}
	if err != nil {
		return err
	}
	waiter := dynamodb.NewTableExistsWaiter(c.tables, func(o *dynamodb.TableExistsWaiterOptions) {
		o.MinDelay, o.MaxDelay = 20*time.Millisecond, time.Second
	})
	if err := waiter.Wait(ctx, &dynamodb.DescribeTableInput{TableName: &t.Physical}, activeWithin); err != nil {
		return fmt.Errorf("wait for it: %w", err)
	}
	_, err = c.tables.UpdateTimeToLive(ctx, &dynamodb.UpdateTimeToLiveInput{
		TableName:               &t.Physical,
		TimeToLiveSpecification: &types.TimeToLiveSpecification{AttributeName: aws.String(resource.AttrTTL), Enabled: aws.Bool(true)},
	})
	if err != nil {
		return fmt.Errorf("set its time to live: %w", err)
	}
	return nil
}

func tableInput(t resource.TableSpec) *dynamodb.CreateTableInput {
	in := &dynamodb.CreateTableInput{
		TableName:            &t.Physical,
		BillingMode:          types.BillingModePayPerRequest,
		KeySchema:            keySchema(resource.AttrPK, resource.AttrSK),
		AttributeDefinitions: attributes(t),
	}
	if t.Stream {
		in.StreamSpecification = &types.StreamSpecification{StreamEnabled: aws.Bool(true), StreamViewType: types.StreamViewTypeNewImage}
	}
	for _, x := range t.Indexes {
		in.GlobalSecondaryIndexes = append(in.GlobalSecondaryIndexes, types.GlobalSecondaryIndex{
			IndexName:  aws.String(x.Name),
			KeySchema:  keySchema(x.PK, x.SK),
			Projection: &types.Projection{ProjectionType: projection(x)},
		})
	}
	return in
}

func projection(x table.Index) types.ProjectionType {
	if x.KeysOnly {
		return types.ProjectionTypeKeysOnly
	}
	return types.ProjectionTypeAll
}

func keySchema(pk, sk string) []types.KeySchemaElement {
	keys := []types.KeySchemaElement{{AttributeName: &pk, KeyType: types.KeyTypeHash}}
	if sk != "" {
		keys = append(keys, types.KeySchemaElement{AttributeName: &sk, KeyType: types.KeyTypeRange})
	}
	return keys
}

// attributes lists each key attribute of the table and its indexes once, in order of first use.
func attributes(t resource.TableSpec) []types.AttributeDefinition {
	var out []types.AttributeDefinition
	seen := map[string]bool{}
	add := func(name string, kind types.ScalarAttributeType) {
		if name != "" && !seen[name] {
			seen[name] = true
			out = append(out, types.AttributeDefinition{AttributeName: &name, AttributeType: kind})
		}
	}
	add(resource.AttrPK, types.ScalarAttributeTypeS)
	add(resource.AttrSK, types.ScalarAttributeTypeS)
	for _, x := range t.Indexes {
		add(x.PK, types.ScalarAttributeTypeS)
		kind := types.ScalarAttributeTypeS
		if x.SortIsNumber {
			kind = types.ScalarAttributeTypeN
		}
		add(x.SK, kind)
	}
	return out
}
