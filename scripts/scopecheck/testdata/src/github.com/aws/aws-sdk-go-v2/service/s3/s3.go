// Package s3 is a stand-in with the shapes that the analyzer looks at.
package s3

type Client struct{}

type PresignClient struct{}

func NewPresignClient(*Client) *PresignClient { return &PresignClient{} }
