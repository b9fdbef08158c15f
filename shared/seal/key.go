package seal

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/hkdf"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"errors"
	"fmt"
)

// ErrOpen is returned when a ciphertext is damaged, was sealed under another key, or for another purpose.
var ErrOpen = errors.New("seal: cannot open")

// key is one version of a tenant's data key, ready for use.
type key struct {
	id   string
	aead cipher.AEAD
	mac  []byte
	// root is what subkeys are derived from.
	root []byte
}

func newKey(id string, data []byte) (*key, error) {
	enc, err := hkdf.Key(sha256.New, data, nil, "guardrails/aes-256-gcm/v1", 32)
	if err != nil {
		return nil, fmt.Errorf("derive encryption key: %w", err)
	}
	mac, err := hkdf.Key(sha256.New, data, nil, "guardrails/hmac-sha256/v1", 32)
	if err != nil {
		return nil, fmt.Errorf("derive digest key: %w", err)
	}
	root, err := hkdf.Key(sha256.New, data, nil, "guardrails/subkeys/v1", 32)
	if err != nil {
		return nil, fmt.Errorf("derive root of subkeys: %w", err)
	}
	block, err := aes.NewCipher(enc)
	if err != nil {
		return nil, fmt.Errorf("make cipher: %w", err)
	}
	aead, err := cipher.NewGCM(block)
	if err != nil {
		return nil, fmt.Errorf("make cipher: %w", err)
	}
	return &key{id: id, aead: aead, mac: mac, root: root}, nil
}

// seal returns nonce and ciphertext.
func (k *key) seal(plaintext, aad []byte) []byte {
	nonce := make([]byte, k.aead.NonceSize(), k.aead.NonceSize()+len(plaintext)+k.aead.Overhead())
	_, _ = rand.Read(nonce) // never fails: crypto/rand crashes the program instead
	return k.aead.Seal(nonce, nonce, plaintext, aad)
}

func (k *key) open(sealed, aad []byte) ([]byte, error) {
	n := k.aead.NonceSize()
	if len(sealed) < n+k.aead.Overhead() {
		return nil, ErrOpen
	}
	plain, err := k.aead.Open(nil, sealed[:n], sealed[n:], aad)
	if err != nil {
		return nil, ErrOpen
	}
	return plain, nil
}

// digest is HMAC-SHA256 of value, kept apart by domain.
func (k *key) digest(domain string, value []byte) []byte {
	h := hmac.New(sha256.New, k.mac)
	h.Write([]byte(domain))
	h.Write([]byte{0})
	h.Write(value)
	return h.Sum(nil)
}

// subkey returns the 64 bytes of a purpose.
func (k *key) subkey(purpose string) ([]byte, error) {
	out, err := hkdf.Expand(sha256.New, k.root, purpose, 64)
	if err != nil {
		return nil, fmt.Errorf("derive subkey: %w", err)
	}
	return out, nil
}
