package provision

import (
	"context"
	"encoding/base64"
	"errors"
	"fmt"
	"io"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/secretsmanager"
	"github.com/aws/aws-sdk-go-v2/service/secretsmanager/types"

	"guardrails/shared/resource"
)

const secretBytes = 32

// secret makes a secret of random bytes. An existing one is left alone: a new pepper would void every API key.
func (c *Creator) secret(ctx context.Context, s resource.SecretSpec) error {
	value := make([]byte, secretBytes)
	if _, err := io.ReadFull(c.random, value); err != nil {
		return fmt.Errorf("make its value: %w", err)
	}
	_, err := c.secrets.CreateSecret(ctx, &secretsmanager.CreateSecretInput{
		Name:         &s.Physical,
		SecretString: aws.String(base64.StdEncoding.EncodeToString(value)),
	})
	var exists *types.ResourceExistsException
	if errors.As(err, &exists) {
		return nil
	}
	return err
}
