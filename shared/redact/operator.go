package redact

import (
	"context"
	"encoding/hex"
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"

	"guardrails/shared/redact/ff1"
)

// hashDomain separates digests that people see from every other use of the tenant's key, and type from type.
const hashDomain = "redact.hash/"

// apply returns what stands in place of a value, and the operator that made it: another one than the method's where that
// does not fit the value.
func (s *Session) apply(ctx context.Context, m Method, typ, value string) (string, Operator, error) {
	out, fits, err := "", true, error(nil)
	switch m.Operator {
	case Remove:
	case Keep:
		out = value
	case Mask:
		out = m.mask(value)
	case Partial:
		out = m.partial(value)
	case Hash:
		out, err = s.hash(ctx, m, typ, value)
	case Encrypt:
		out, err = s.encrypt(ctx, typ, value)
	case EncryptDeterministic:
		out, err = s.encryptAlike(ctx, typ, value)
	case Pseudonym:
		out, err = s.pseudonym(ctx, typ, value)
	case FPE:
		if out, fits, err = s.formats.apply(ctx, s.keys, typ, value, (*ff1.Cipher).Encrypt); err == nil && !fits {
			return s.apply(ctx, Method{Operator: Encrypt}, typ, value)
		}
	case Surrogate:
		out, fits, err = s.surrogate(ctx, typ, value)
	case DateShift:
		out, fits, err = s.shiftDate(ctx, m, value)
	case Generalize:
		out, fits = generalize(typ, value)
	case Replace, Token:
		fits = false
	default: // the zero value
		fits = false
	}
	if err != nil || fits {
		return out, m.Operator, err
	}
	if m.NewValue != nil {
		return *m.NewValue, Replace, nil
	}
	return "[" + typ + "]", Replace, nil
}

func (s *Session) hash(ctx context.Context, m Method, typ, value string) (string, error) {
	sum, err := s.keys.MAC(ctx, hashDomain+typ, []byte(value))
	if err != nil {
		return "", fmt.Errorf("digest: %w", err)
	}
	digits := hex.EncodeToString(sum)
	n := min(max(m.Length, minHash), maxHash, len(digits))
	return "[" + typ + ":" + digits[:n] + "]", nil
}

// pseudonym numbers the values of a type in the order in which they come; letter case makes no new value.
func (s *Session) pseudonym(ctx context.Context, typ, value string) (string, error) {
	key := typ + "\x00" + strings.ToLower(value)
	n, ok := s.numbers[key]
	switch {
	case ok:
	case s.book != nil:
		var err error
		if n, err = s.book.number(ctx, s.keys, typ, value); err != nil {
			return "", err
		}
	default:
		s.counts[typ]++
		n = s.counts[typ]
	}
	s.numbers[key] = n
	return fmt.Sprintf("[%s_%d]", typ, n), nil
}

func (m Method) mark() string {
	if m.Char == "" {
		return "*"
	}
	return m.Char
}

// mask hides all characters but those to keep; where none would be hidden, all are.
func (m Method) mask(value string) string {
	chars := graphemes(value)
	first, last := m.KeepFirst, m.KeepLast
	if first+last >= len(chars) {
		first, last = 0, 0
	}
	var b strings.Builder
	for i, c := range chars {
		if i < first || i >= len(chars)-last || m.KeepSeparators && separator(c) {
			b.WriteString(c)
		} else {
			b.WriteString(m.mark())
		}
	}
	return b.String()
}

// partial keeps the first and last character of values longer than 4.
func (m Method) partial(value string) string {
	chars := graphemes(value)
	if len(chars) <= 4 {
		return strings.Repeat(m.mark(), len(chars))
	}
	return chars[0] + strings.Repeat(m.mark(), len(chars)-2) + chars[len(chars)-1]
}

// blind returns the method with nothing of the value left visible.
func (m Method) blind() Method {
	switch m.Operator {
	case Mask, Partial:
		return Method{Operator: Mask, Char: m.Char}
	case Generalize:
		return Method{}
	default:
		return m
	}
}

// separator reports whether a character is a space or punctuation alone.
func separator(c string) bool {
	for _, r := range c {
		if !unicode.IsSpace(r) && !unicode.IsPunct(r) {
			return false
		}
	}
	return true
}

// graphemes cuts text into what people see as characters, nearly as Unicode's text segmentation does: a base with
// its marks and variation selectors, emoji joined by zero-width joiners, pairs of regional indicators, CR LF.
func graphemes(text string) []string {
	var out []string
	start, flags := 0, 0
	prev := rune(-1)
	for i, r := range text {
		if isFlag(r) {
			flags++
		} else {
			flags = 0
		}
		if i > 0 && !extends(prev, r, flags) {
			out = append(out, text[start:i])
			start = i
		}
		prev = r
	}
	if start < len(text) {
		out = append(out, text[start:])
	}
	return out
}

const (
	zeroWidthJoiner = '\u200d'
	firstSkinTone   = '\U0001f3fb'
	lastSkinTone    = '\U0001f3ff'
)

func isFlag(r rune) bool { return r >= '\U0001f1e6' && r <= '\U0001f1ff' }

// extends reports whether r belongs to the character that prev is part of; flags counts the regional indicators in
// a row up to r.
func extends(prev, r rune, flags int) bool {
	switch {
	case prev == '\r' && r == '\n', prev == zeroWidthJoiner, r == zeroWidthJoiner:
		return true
	case r == utf8.RuneError:
		return false
	case isFlag(r):
		return flags%2 == 0
	}
	return unicode.IsMark(r) || r >= firstSkinTone && r <= lastSkinTone
}
