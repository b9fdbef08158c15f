package redact

import "context"

// Keys are one tenant's keys. An implementation is bound to its tenant and safe for concurrent use.
type Keys interface {
	// MAC returns HMAC-SHA256 (32 bytes) of value under the tenant's key, a different one for each domain.
	MAC(ctx context.Context, domain string, value []byte) ([]byte, error)
	// Seal encrypts with AES-256-GCM under the tenant's current data key and a random nonce. Kid names the key, in
	// 1 to 64 ASCII letters, digits, '-' and '_'. It fails with errs.Overloaded where the key service does not answer.
	Seal(ctx context.Context, plaintext, aad []byte) (kid string, ciphertext []byte, err error)
	// Open undoes Seal. It fails as outage.OfService tells where the key service cannot; any other error means
	// that the key is unknown or that the ciphertext or aad is not what Seal made.
	Open(ctx context.Context, kid string, ciphertext, aad []byte) ([]byte, error)
	// Subkey returns 64 bytes for a purpose: of the current data key if kid is empty, else of the key named, with the key's
	// id. It fails as Seal and Open do.
	Subkey(ctx context.Context, kid, purpose string) (id string, secret []byte, err error)
}
