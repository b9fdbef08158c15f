// Package sqs is a stand-in with the shapes that the analyzer looks at.
package sqs

import "context"

type SendMessageInput struct{}

type Client struct{}

func (*Client) SendMessage(context.Context, *SendMessageInput) error { return nil }
