package redact

import (
	"context"
	"encoding/base64"
	"errors"
	"fmt"
	"sort"
	"strings"

	"guardrails/shared/detect"
	"guardrails/shared/redact/siv"
)

// The versions mark tokens and are bound into their additional data.
const (
	versionRandom = "gr1" // by encrypt
	versionAlike  = "gd1" // by encrypt_deterministic
)

const (
	// markStart begins what stands between type and key id: ":gr1." or ":gd1.".
	markStart  = ":g"
	markLength = len(markStart) + len("r1.")
	maxType    = 64
	maxKid     = 64
	// alikePurpose is the subkey of encrypt_deterministic.
	alikePurpose = "redact.siv"
)

// versionAt returns the version of the mark that the text begins with, or "".
func versionAt(text string) string {
	if len(text) < markLength || text[markLength-1] != '.' {
		return ""
	}
	if v := text[1 : markLength-1]; text[0] == ':' && (v == versionRandom || v == versionAlike) {
		return v
	}
	return ""
}

// aad binds a ciphertext to its tenant, type and format, so that it opens nowhere else. None of the parts can hold
// the separator.
func aad(version, tenant, typ string) []byte {
	return []byte("guardrails redact\x00" + version + "\x00" + tenant + "\x00" + typ)
}

func tokenOf(typ, version, kid string, sealed []byte) string {
	return "[" + typ + ":" + version + "." + kid + "." + base64.RawURLEncoding.EncodeToString(sealed) + "]"
}

func (s *Session) encrypt(ctx context.Context, typ, value string) (string, error) {
	kid, sealed, err := s.keys.Seal(ctx, []byte(value), aad(versionRandom, s.tenant, typ))
	if err != nil {
		return "", fmt.Errorf("seal: %w", err)
	}
	return tokenOf(typ, versionRandom, kid, sealed), nil
}

// cipherAlike is deterministic encryption under one key of the tenant.
type cipherAlike struct {
	kid  string
	aead *siv.AEAD
}

// newAlike returns the cipher of a key, of the current one if kid is empty.
func newAlike(ctx context.Context, keys Keys, kid string) (*cipherAlike, error) {
	kid, secret, err := keys.Subkey(ctx, kid, alikePurpose)
	if err != nil {
		return nil, fmt.Errorf("derive: %w", err)
	}
	a, err := siv.New(secret)
	if err != nil {
		return nil, fmt.Errorf("make cipher: %w", err)
	}
	return &cipherAlike{kid: kid, aead: a}, nil
}

// encryptAlike gives equal values of a type and tenant equal tokens.
func (s *Session) encryptAlike(ctx context.Context, typ, value string) (string, error) {
	if s.alike == nil {
		c, err := newAlike(ctx, s.keys, "")
		if err != nil {
			return "", err
		}
		s.alike = c
	}
	sealed, err := s.alike.aead.Seal([]byte(value), aad(versionAlike, s.tenant, typ))
	if err != nil {
		return "", fmt.Errorf("seal: %w", err)
	}
	return tokenOf(typ, versionAlike, s.alike.kid, sealed), nil
}

// token is an encrypted replacement, or what is left of one, in a text.
type token struct {
	start, end        int
	typ, version, kid string
	sealed            []byte
	// whole says that the token has its form; only then kid and sealed are set.
	whole bool
}

// nextToken finds the first token at or after from. Everything that begins like one ([TYPE:gr1.) counts.
func nextToken(text string, from int) (token, bool) {
	for pos := from; ; {
		i := strings.Index(text[pos:], markStart)
		if i < 0 {
			return token{}, false
		}
		mark := pos + i
		version := versionAt(text[mark:])
		if version == "" {
			pos = mark + len(markStart)
			continue
		}
		pos = mark + markLength
		typ := typeBefore(text[from:mark])
		if typ == "" {
			continue
		}
		t := token{start: mark - len(typ) - 1, typ: typ, version: version}
		t.read(text, pos)
		return t, true
	}
}

// unsealed drops the findings inside tokens that the tenant's keys open: they are encrypted already. A forged token
// does not open, so nothing can hide in one.
func (s *Session) unsealed(ctx context.Context, text string, findings []detect.Finding) []detect.Finding {
	if s.keys == nil || len(findings) == 0 || !strings.Contains(text, markStart) {
		return findings
	}
	var sealed []token
	for at := 0; ; {
		t, ok := nextToken(text, at)
		if !ok {
			break
		}
		at = t.end
		if t.whole && s.opens(ctx, t) {
			sealed = append(sealed, t)
		}
	}
	var out []detect.Finding
	for _, f := range findings {
		i := sort.Search(len(sealed), func(i int) bool { return sealed[i].end >= f.ByteEnd })
		if i == len(sealed) || f.ByteStart < sealed[i].start {
			out = append(out, f)
		}
	}
	return out
}

func (s *Session) opens(ctx context.Context, t token) bool {
	_, err := t.open(ctx, s.keys, s.tenant)
	return err == nil
}

var errDamaged = errors.New("the token does not have its form")

// open returns what the token stands for.
func (t *token) open(ctx context.Context, keys Keys, tenant string) ([]byte, error) {
	switch {
	case !t.whole:
		return nil, errDamaged
	case t.version == versionRandom:
		return keys.Open(ctx, t.kid, t.sealed, aad(t.version, tenant, t.typ))
	}
	c, err := newAlike(ctx, keys, t.kid)
	if err != nil {
		return nil, err
	}
	return c.aead.Open(t.sealed, aad(t.version, tenant, t.typ))
}

// operator is the one that made the token.
func (t *token) operator() Operator {
	if t.version == versionAlike {
		return EncryptDeterministic
	}
	return Encrypt
}

// typeBefore returns the type that ends the text, if a bracket stands before it.
func typeBefore(text string) string {
	i := len(text)
	for i > 0 && len(text)-i <= maxType && typeByte(text[i-1]) {
		i--
	}
	if i == len(text) || len(text)-i > maxType || i == 0 || text[i-1] != '[' {
		return ""
	}
	return text[i:]
}

// read takes key id, ciphertext and bracket from position pos on. A damaged token ends where its characters end.
func (t *token) read(text string, pos int) {
	end := pos
	for end < len(text) && (tokenByte(text[end]) || text[end] == '.') {
		end++
	}
	kid, body, ok := strings.Cut(text[pos:end], ".")
	closed := end < len(text) && text[end] == ']'
	if closed {
		end++
	}
	t.end = end
	if !ok || !closed || kid == "" || len(kid) > maxKid {
		return
	}
	sealed, err := base64.RawURLEncoding.Strict().DecodeString(body)
	if err != nil {
		return
	}
	t.kid, t.sealed, t.whole = kid, sealed, true
}

func typeByte(b byte) bool { return b >= 'A' && b <= 'Z' || b >= '0' && b <= '9' || b == '_' }

func tokenByte(b byte) bool { return typeByte(b) || b >= 'a' && b <= 'z' || b == '-' }
