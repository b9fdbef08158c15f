package indirect

import (
	"context"

	"guardrails/shared/table"
)

// None of these files imports a service package: the values and names come through shared.

type getter interface {
	GetItem(context.Context, *table.In, ...func(*table.Opt)) (*table.Out, error) // want `raw AWS client: dynamodb`
}

type box[T any] struct{ v T }

func leaks(ctx context.Context, l table.Leaky) {
	c := table.Raw()           // want `raw AWS client: dynamodb.Client`
	_, _ = c.Query(ctx, nil)   // want `raw AWS client: dynamodb`
	_, _ = l.GetItem(ctx, nil) // want `raw AWS client: dynamodb`
	keep(table.Raw)            // want `raw AWS client: dynamodb.Client`
	_ = box[any]{table.Raw()}  // want `raw AWS client: dynamodb.Client`
	_ = make(chan *table.In)   // want `raw AWS client: dynamodb.GetItemInput`
}

func keep(any) {}
