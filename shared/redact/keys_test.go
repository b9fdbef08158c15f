package redact_test

import (
	"context"
	"crypto/aes"
	"crypto/cipher"
	"crypto/hkdf"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"errors"
	"testing"

	"guardrails/shared/errs"
)

// memoryKeys are a tenant's keys in memory; down makes them fail as a silent key service does.
type memoryKeys struct {
	kid  string
	mac  []byte
	aead cipher.AEAD
	down bool
}

func newKeys(t testing.TB, kid string) *memoryKeys {
	t.Helper()
	seed := sha256.Sum256([]byte(kid))
	block, err := aes.NewCipher(seed[:])
	if err != nil {
		t.Fatal(err)
	}
	aead, err := cipher.NewGCM(block)
	if err != nil {
		t.Fatal(err)
	}
	return &memoryKeys{kid: kid, mac: seed[:], aead: aead}
}

func (k *memoryKeys) MAC(_ context.Context, domain string, value []byte) ([]byte, error) {
	if k.down {
		return nil, errs.New(errs.Overloaded, "no keys")
	}
	h := hmac.New(sha256.New, k.mac)
	h.Write([]byte(domain))
	h.Write([]byte{0})
	h.Write(value)
	return h.Sum(nil), nil
}

func (k *memoryKeys) Seal(_ context.Context, plaintext, aad []byte) (string, []byte, error) {
	if k.down {
		return "", nil, errs.New(errs.Overloaded, "no keys")
	}
	nonce := make([]byte, k.aead.NonceSize())
	if _, err := rand.Read(nonce); err != nil {
		return "", nil, err
	}
	return k.kid, k.aead.Seal(nonce, nonce, plaintext, aad), nil
}

func (k *memoryKeys) Open(_ context.Context, kid string, ciphertext, aad []byte) ([]byte, error) {
	if k.down {
		return nil, errs.New(errs.Overloaded, "no keys")
	}
	if kid != k.kid || len(ciphertext) < k.aead.NonceSize() {
		return nil, errors.New("unknown key or damaged value")
	}
	return k.aead.Open(nil, ciphertext[:k.aead.NonceSize()], ciphertext[k.aead.NonceSize():], aad)
}

func (k *memoryKeys) Subkey(_ context.Context, kid, purpose string) (string, []byte, error) {
	if k.down {
		return "", nil, errs.New(errs.Overloaded, "no keys")
	}
	if kid != "" && kid != k.kid {
		return "", nil, errors.New("unknown key")
	}
	secret, err := hkdf.Expand(sha256.New, k.mac, purpose, 64)
	return k.kid, secret, err
}
