package redact

import (
	"context"
	"encoding/base64"
	"fmt"
	"sort"
	"strings"

	"guardrails/shared/detect"
)

const (
	// tokenVersion marks encrypted tokens and is bound into their additional data.
	tokenVersion = "gr1"
	// tokenMark stands between type and key id.
	tokenMark = ":" + tokenVersion + "."
	maxType   = 64
	maxKid    = 64
)

// aad binds a ciphertext to its tenant, type and format, so that it opens nowhere else. None of the parts can hold
// the separator.
func aad(tenant, typ string) []byte {
	return []byte("guardrails redact\x00" + tokenVersion + "\x00" + tenant + "\x00" + typ)
}

func (s *Session) encrypt(ctx context.Context, typ, value string) (string, error) {
	kid, sealed, err := s.keys.Seal(ctx, []byte(value), aad(s.tenant, typ))
	if err != nil {
		return "", fmt.Errorf("seal: %w", err)
	}
	return "[" + typ + tokenMark + kid + "." + base64.RawURLEncoding.EncodeToString(sealed) + "]", nil
}

// token is an encrypted replacement, or what is left of one, in a text.
type token struct {
	start, end int
	typ, kid   string
	sealed     []byte
	// whole says that the token has its form; only then kid and sealed are set.
	whole bool
}

// nextToken finds the first token at or after from. Everything that begins like one ([TYPE:gr1.) counts.
func nextToken(text string, from int) (token, bool) {
	for pos := from; ; {
		i := strings.Index(text[pos:], tokenMark)
		if i < 0 {
			return token{}, false
		}
		mark := pos + i
		pos = mark + len(tokenMark)
		typ := typeBefore(text[from:mark])
		if typ == "" {
			continue
		}
		t := token{start: mark - len(typ) - 1, typ: typ}
		t.read(text, pos)
		return t, true
	}
}

// unsealed drops the findings inside tokens that the tenant's keys open: they are encrypted already. A forged token
// does not open, so nothing can hide in one.
func (s *Session) unsealed(ctx context.Context, text string, findings []detect.Finding) []detect.Finding {
	if s.keys == nil || len(findings) == 0 || !strings.Contains(text, tokenMark) {
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
	_, err := s.keys.Open(ctx, t.kid, t.sealed, aad(s.tenant, t.typ))
	return err == nil
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
