// Package cursor makes the opaque cursors of lists: encrypted, and bound to tenant, route and filter.
package cursor

import (
	"context"
	"crypto/aes"
	"crypto/cipher"
	"crypto/hkdf"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"strings"

	"guardrails/shared/errs"
	"guardrails/shared/internal/scope"
	"guardrails/shared/secret"
)

// Codec encrypts positions with AES-256-GCM under a key of the platform; what they are bound to is additional data,
// so a cursor of another tenant, another list or another filter does not open.
type Codec struct {
	secrets *secret.Reader
}

// NewCodec returns a codec that reads its key from the declared secret secret.Cursor.
func NewCodec(secrets *secret.Reader) *Codec { return &Codec{secrets} }

func (c *Codec) aead(ctx context.Context) (cipher.AEAD, error) {
	root, err := c.secrets.Get(ctx, secret.Cursor)
	if err != nil {
		return nil, err
	}
	key, err := hkdf.Key(sha256.New, root.Bytes(), nil, "guardrails/cursor/v1", 32)
	if err != nil {
		return nil, fmt.Errorf("derive cursor key: %w", err)
	}
	block, err := aes.NewCipher(key)
	if err != nil {
		return nil, fmt.Errorf("make cursor cipher: %w", err)
	}
	return cipher.NewGCM(block)
}

func binding(s scope.Scope, list string, filter []string) []byte {
	return []byte(s.TenantID() + "\x00" + list + "\x00" + strings.Join(filter, "\x00"))
}

// Encode returns the cursor of a position, or nil if the position is empty: there is no next page.
func (c *Codec) Encode(ctx context.Context, s scope.Scope, list string, filter []string, position string) (*string, error) {
	if position == "" {
		return nil, nil //nolint:nilnil // null is the contract's "no next page"
	}
	aead, err := c.aead(ctx)
	if err != nil {
		return nil, err
	}
	nonce := make([]byte, aead.NonceSize())
	_, _ = rand.Read(nonce) // never fails: crypto/rand crashes the program instead
	out := base64.RawURLEncoding.EncodeToString(aead.Seal(nonce, nonce, []byte(position), binding(s, list, filter)))
	return &out, nil
}

// Decode returns the position of a cursor; the empty cursor is the empty position. It returns errs.InvalidCursor for
// one that was altered or made for another tenant, list or filter.
func (c *Codec) Decode(ctx context.Context, s scope.Scope, list string, filter []string, cur string) (string, error) {
	if cur == "" {
		return "", nil
	}
	aead, err := c.aead(ctx)
	if err != nil {
		return "", err
	}
	raw, err := base64.RawURLEncoding.DecodeString(cur)
	if err != nil || len(raw) < aead.NonceSize() {
		return "", invalid()
	}
	plain, err := aead.Open(nil, raw[:aead.NonceSize()], raw[aead.NonceSize():], binding(s, list, filter))
	if err != nil {
		return "", invalid()
	}
	return string(plain), nil
}

func invalid() error {
	e := errs.New(errs.InvalidCursor, "The cursor is not valid for this list; start again without one.")
	e.Fields = []errs.Field{{Location: "query.cursor", Message: "is altered, expired, or belongs to another list or filter"}}
	return e
}
