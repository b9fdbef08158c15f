package webhook

import (
	"crypto/ed25519"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"strings"
)

// Scheme is a way to sign, by the name that it has in a signature.
type Scheme string

// The schemes: HMAC-SHA256 with a shared secret, and ed25519, whose public key may be shown to anybody.
const (
	HMAC    Scheme = "v1"
	Ed25519 Scheme = "v1a"
)

const (
	secretPrefix  = "whsec_"
	privatePrefix = "whsk_"
	publicPrefix  = "whpk_"

	// minSecret and maxSecret bound a shared secret in bytes; new ones have newSecret.
	minSecret, newSecret, maxSecret = 24, 32, 64
)

// ErrKey says that a key is none. It never quotes the key.
var ErrKey = errors.New("webhook: not a signing key")

// NewKey makes a key: "whsec_…" for HMAC, "whsk_…" for Ed25519. random is a cryptographic source.
func NewKey(s Scheme, random io.Reader) (string, error) {
	switch s {
	case HMAC:
		b := make([]byte, newSecret)
		if _, err := io.ReadFull(random, b); err != nil {
			return "", fmt.Errorf("make a signing key: %w", err)
		}
		return secretPrefix + base64.StdEncoding.EncodeToString(b), nil
	case Ed25519:
		// The key is read by ourselves: ed25519.GenerateKey does not promise to use the source it is given.
		seed := make([]byte, ed25519.SeedSize)
		if _, err := io.ReadFull(random, seed); err != nil {
			return "", fmt.Errorf("make a signing key: %w", err)
		}
		return privatePrefix + base64.StdEncoding.EncodeToString(ed25519.NewKeyFromSeed(seed)), nil
	}
	return "", ErrKey
}

// PublicKey returns what verifies signatures of an Ed25519 key: "whpk_…". It fails with ErrKey for other keys.
func PublicKey(key string) (string, error) {
	private, err := privateKey(key)
	if err != nil {
		return "", err
	}
	public, ok := private.Public().(ed25519.PublicKey)
	if !ok {
		return "", ErrKey
	}
	return publicPrefix + base64.StdEncoding.EncodeToString(public), nil
}

// SchemeOf returns the scheme of a key that signs, or ErrKey.
func SchemeOf(key string) (Scheme, error) {
	if strings.HasPrefix(key, privatePrefix) {
		_, err := privateKey(key)
		return Ed25519, err
	}
	_, err := secretBytes(key)
	return HMAC, err
}

func secretBytes(key string) ([]byte, error) {
	b, err := decode(key, secretPrefix)
	if err != nil || len(b) < minSecret || len(b) > maxSecret {
		return nil, ErrKey
	}
	return b, nil
}

// privateKey reads a private key: the seed with the public key behind it, or the seed alone, as some libraries write it.
func privateKey(key string) (ed25519.PrivateKey, error) {
	b, err := decode(key, privatePrefix)
	if err != nil || len(b) != ed25519.SeedSize && len(b) != ed25519.PrivateKeySize {
		return nil, ErrKey
	}
	private := ed25519.NewKeyFromSeed(b[:ed25519.SeedSize])
	if len(b) == ed25519.PrivateKeySize && string(private) != string(b) {
		return nil, ErrKey
	}
	return private, nil
}

func publicKey(key string) (ed25519.PublicKey, error) {
	b, err := decode(key, publicPrefix)
	if err != nil || len(b) != ed25519.PublicKeySize {
		return nil, ErrKey
	}
	return b, nil
}

func decode(key, prefix string) ([]byte, error) {
	encoded, ok := strings.CutPrefix(key, prefix)
	if !ok {
		return nil, ErrKey
	}
	b, err := base64.StdEncoding.Strict().DecodeString(encoded)
	if err != nil {
		return nil, ErrKey
	}
	return b, nil
}
