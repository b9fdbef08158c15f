package provision

import (
	"context"
	"errors"
	"fmt"

	"github.com/aws/aws-sdk-go-v2/service/kms"
	"github.com/aws/aws-sdk-go-v2/service/kms/types"

	"guardrails/shared/resource"
)

// key makes the KMS key and its alias. The alias decides whether there is one already.
func (c *Creator) key(ctx context.Context, k resource.KeySpec) error {
	_, err := c.keys.DescribeKey(ctx, &kms.DescribeKeyInput{KeyId: &k.Alias})
	var missing *types.NotFoundException
	if !errors.As(err, &missing) {
		return err
	}
	made, err := c.keys.CreateKey(ctx, &kms.CreateKeyInput{Description: &k.Description})
	if err != nil {
		return err
	}
	if _, err := c.keys.CreateAlias(ctx, &kms.CreateAliasInput{AliasName: &k.Alias, TargetKeyId: made.KeyMetadata.KeyId}); err != nil {
		return fmt.Errorf("name it: %w", err)
	}
	return nil
}
