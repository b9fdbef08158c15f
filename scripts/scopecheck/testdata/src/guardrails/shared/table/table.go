// Package table may hold a client; the exported holes are what careless code would leave.
package table

import (
	"context"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"guardrails/shared/internal/scope"
)

type (
	In  = dynamodb.GetItemInput
	Out = dynamodb.GetItemOutput
	Opt = dynamodb.Options
)

type Store struct{ raw *dynamodb.Client }

func (s Store) Get(ctx context.Context, _ scope.Scope) error {
	_, err := s.raw.GetItem(ctx, &dynamodb.GetItemInput{})
	return err
}

type Leaky struct{ *dynamodb.Client }

func Raw() *dynamodb.Client { return dynamodb.New(dynamodb.Options{}) }
