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

// lockDays is how long a locked bucket of a local run keeps each version.
const lockDays = 1

func (c *Creator) bucket(ctx context.Context, b resource.BucketSpec) error {
	_, err := c.buckets.CreateBucket(ctx, &s3.CreateBucketInput{Bucket: &b.Physical, ObjectLockEnabledForBucket: aws.Bool(b.Locked)})
	var mine *types.BucketAlreadyOwnedByYou
	if err != nil && !errors.As(err, &mine) {
		return err
	}
	if b.Locked {
		return c.lock(ctx, b)
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

// lock sets for how long versions are kept.
func (c *Creator) lock(ctx context.Context, b resource.BucketSpec) error {
	_, err := c.buckets.PutObjectLockConfiguration(ctx, &s3.PutObjectLockConfigurationInput{
		Bucket: &b.Physical,
		ObjectLockConfiguration: &types.ObjectLockConfiguration{
			ObjectLockEnabled: types.ObjectLockEnabledEnabled,
			Rule: &types.ObjectLockRule{DefaultRetention: &types.DefaultRetention{
				Mode: types.ObjectLockRetentionModeGovernance, Days: aws.Int32(lockDays),
			}},
		},
	})
	if err != nil {
		return fmt.Errorf("set how long its objects are kept: %w", err)
	}
	return nil
}
