package provision

import (
	"context"
	"errors"
	"fmt"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/s3/types"

	"guardrails/shared/resource"
)

func (c *Creator) bucket(ctx context.Context, b resource.BucketSpec) error {
	_, err := c.buckets.CreateBucket(ctx, &s3.CreateBucketInput{Bucket: &b.Physical})
	var mine *types.BucketAlreadyOwnedByYou
	if err != nil && !errors.As(err, &mine) {
		return err
	}
	_, err = c.buckets.PutBucketLifecycleConfiguration(ctx, &s3.PutBucketLifecycleConfigurationInput{
		Bucket: &b.Physical,
		LifecycleConfiguration: &types.BucketLifecycleConfiguration{Rules: []types.LifecycleRule{{
			ID:         aws.String("expire"),
			Status:     types.ExpirationStatusEnabled,
			Filter:     &types.LifecycleRuleFilter{Prefix: aws.String("")},
			Expiration: &types.LifecycleExpiration{Days: aws.Int32(int32(b.ExpireDays))},
		}}},
	})
	if err != nil {
		return fmt.Errorf("set when its objects expire: %w", err)
	}
	return nil
}
