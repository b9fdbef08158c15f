// Package dynamodb is a stand-in with the shapes that the analyzer looks at.
package dynamodb

import "context"

type Options struct{}

type (
	GetItemInput  struct{ TableName *string }
	GetItemOutput struct{}
	QueryInput    struct{ TableName *string }
	QueryOutput   struct{}
)

type Client struct{}

func New(Options) *Client { return &Client{} }

func (*Client) GetItem(context.Context, *GetItemInput, ...func(*Options)) (*GetItemOutput, error) {
	return nil, nil
}

func (*Client) Query(context.Context, *QueryInput, ...func(*Options)) (*QueryOutput, error) {
	return nil, nil
}
