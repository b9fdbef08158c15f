package raw

import (
	"context"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/sqs"
)

func direct(ctx context.Context) error {
	db := dynamodb.New(dynamodb.Options{})      // want `raw AWS client: dynamodb`
	_, err := db.GetItem(ctx, nil)              // want `raw AWS client: dynamodb`
	query := db.Query                           // want `raw AWS client: dynamodb`
	_, err = query(ctx, &dynamodb.QueryInput{}) // want `raw AWS client: dynamodb`
	expr := (*dynamodb.Client).GetItem          // want `raw AWS client: dynamodb`
	_, err = expr(db, ctx, nil)                 // want `raw AWS client: dynamodb`
	return err
}

type getter interface {
	GetItem(context.Context, *dynamodb.GetItemInput, ...func(*dynamodb.Options)) (*dynamodb.GetItemOutput, error) // want `raw AWS client: dynamodb`
}

func throughInterface(ctx context.Context, g getter) {
	_, _ = g.GetItem(ctx, nil) // want `raw AWS client: dynamodb`
}

type holder struct {
	*sqs.Client                       // want `raw AWS client: sqs.Client`
	buckets     map[string]*s3.Client // want `raw AWS client: s3.Client`
}

func embedded(ctx context.Context, h holder) error {
	_ = s3.NewPresignClient(h.buckets["content"]) // want `raw AWS client: s3`
	return h.SendMessage(ctx, nil)                // want `raw AWS client: sqs.SendMessage`
}
