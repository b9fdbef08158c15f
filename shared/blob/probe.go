package blob

import (
	"context"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"

	"guardrails/shared/internal/scope"
)

// ProbePath is the one prefix, below a tenant's, that functions may list. No object has it.
const ProbePath = "self-check"

// Probe asks whether the bucket answers with the tenant's credentials. It lists an empty prefix: S3 answers a read of an
// object that is not there like one that is forbidden, and no write can be tried without leaving something behind.
func (b *Store) Probe(ctx context.Context, s scope.Scope) error {
	prefix := objectKey(s, ProbePath)
	if _, err := b.api.ListObjectsV2(ctx, &s3.ListObjectsV2Input{Bucket: &b.bucket, Prefix: &prefix, MaxKeys: aws.Int32(1)}, b.as(s)); err != nil {
		return failure("list in "+b.bucket, err)
	}
	return nil
}
