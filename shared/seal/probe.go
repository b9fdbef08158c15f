package seal

import (
	"context"

	"github.com/aws/aws-sdk-go-v2/service/kms"
	"github.com/aws/aws-sdk-go-v2/service/kms/types"

	"guardrails/shared/internal/scope"
)

// Probe asks whether the key service answers with the tenant's credentials: it wraps a data key that nobody will use,
// and unwraps it again.
func (k *Keys) Probe(ctx context.Context, s scope.Scope) error {
	made, err := k.api.GenerateDataKeyWithoutPlaintext(ctx, &kms.GenerateDataKeyWithoutPlaintextInput{
		KeyId: &k.master, KeySpec: types.DataKeySpecAes256, EncryptionContext: encryptionContext(s),
	}, k.as(s))
	if err != nil {
		return failure("generate data key", err)
	}
	opened, err := k.api.Decrypt(ctx, &kms.DecryptInput{CiphertextBlob: made.CiphertextBlob, KeyId: &k.master, EncryptionContext: encryptionContext(s)}, k.as(s))
	if err != nil {
		return failure("unwrap data key", err)
	}
	clear(opened.Plaintext)
	return nil
}
