package redact

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"unicode"

	"guardrails/shared/detect"
	"guardrails/shared/redact/ff1"
)

const (
	// formatPurpose is the subkey of fpe.
	formatPurpose = "redact.ff1"
	// maxWalk bounds the steps to a ciphertext of the value's own shape; more than a few are out of reach of chance.
	maxWalk = 128

	lowerDigits = "0123456789abcdefghijklmnopqrstuvwxyz"
	upperDigits = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"
	allDigits   = upperDigits + "abcdefghijklmnopqrstuvwxyz"
)

// alphabetOf returns the smallest alphabet that the characters need: digits, digits and letters of one case, or all. A
// value and its ciphertext have the same one, because the walk below leaves the others out; so decryption knows it.
func alphabetOf(chars []byte) string {
	upper, lower := false, false
	for _, c := range chars {
		upper = upper || c >= 'A' && c <= 'Z'
		lower = lower || c >= 'a' && c <= 'z'
	}
	switch {
	case upper && lower:
		return allDigits
	case upper:
		return upperDigits
	case lower:
		return lowerDigits
	}
	return lowerDigits[:10]
}

// numerals takes the letters and digits out of a value. It fails for letters and digits beyond ASCII, which would stay
// in clear text beside the ciphertext.
func numerals(value string) ([]byte, bool) {
	var out []byte
	for _, r := range value {
		switch {
		case r < unicode.MaxASCII && (unicode.IsLetter(r) || unicode.IsDigit(r)):
			out = append(out, byte(r))
		case unicode.In(r, unicode.L, unicode.N, unicode.M, unicode.Co), r == unicode.ReplacementChar:
			return nil, false
		}
	}
	return out, true
}

// refill puts chars in the place of the letters and digits of value, of which there must be as many.
func refill(value string, chars []byte) string {
	out, n := []byte(value), 0
	for i, c := range out {
		if alphanumeric(c) {
			out[i] = chars[n]
			n++
		}
	}
	return string(out)
}

func alphanumeric(c byte) bool {
	return c >= '0' && c <= '9' || c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z'
}

// formatCiphers are the ciphers of one tenant by radix, made when they are needed.
type formatCiphers struct {
	key   []byte
	radix map[int]*ff1.Cipher
}

// formatKey is how many bytes of the subkey FF1 takes: AES-256.
const formatKey = 32

func (f *formatCiphers) cipher(ctx context.Context, keys Keys, radix int) (*ff1.Cipher, error) {
	if f.key == nil {
		_, secret, err := keys.Subkey(ctx, "", formatPurpose)
		if err != nil {
			return nil, fmt.Errorf("derive: %w", err)
		}
		f.key, f.radix = secret[:formatKey], map[int]*ff1.Cipher{}
	}
	if c := f.radix[radix]; c != nil {
		return c, nil
	}
	c, err := ff1.New(f.key, radix)
	if err != nil {
		return nil, fmt.Errorf("make cipher: %w", err)
	}
	f.radix[radix] = c
	return c, nil
}

// permutation is FF1 in one direction.
type permutation func(c *ff1.Cipher, numerals, tweak []byte) ([]byte, error)

// apply returns the value with its letters and digits permuted and all else as it is. It does not fit where fewer than a
// million values have the shape, or where letters of other scripts would stay.
func (f *formatCiphers) apply(ctx context.Context, keys Keys, typ, value string, p permutation) (out string, fits bool, err error) {
	chars, ok := numerals(value)
	if !ok {
		return "", false, nil
	}
	alphabet := alphabetOf(chars)
	c, err := f.cipher(ctx, keys, len(alphabet))
	if err != nil {
		return "", false, err
	}
	x := make([]byte, len(chars))
	for i, c := range chars {
		x[i] = byte(strings.IndexByte(alphabet, c))
	}
	// A walk until what comes out needs the same alphabet permutes the values that do.
	for range maxWalk {
		if x, err = p(c, x, []byte(typ)); errors.Is(err, ff1.ErrDomain) {
			return "", false, nil
		} else if err != nil {
			return "", false, err
		}
		for i, n := range x {
			chars[i] = alphabet[n]
		}
		if alphabetOf(chars) == alphabet {
			return refill(value, chars), true, nil
		}
	}
	return "", false, nil
}

// Formatted is a value by the operator fpe, or what it stands for.
type Formatted struct {
	Type  string `json:"type" minLength:"1" maxLength:"64" doc:"The type of the finding that was encrypted." example:"CREDIT_CARD"`
	Value string `json:"value" maxLength:"1024" doc:"The value." example:"9313 5178 6420 1195"`
}

// RestoreFormats undoes fpe for values under the tenant's current key. A value without a mark may be anything: that it
// decrypts does not say that it ever was encrypted. One that fpe would not have made stays as it is.
func RestoreFormats(ctx context.Context, keys Keys, values []Formatted) ([]Formatted, error) {
	var out []Formatted
	c := formatCiphers{}
	for _, v := range values {
		plain, ok, err := c.apply(ctx, keys, detect.Canonical(v.Type), v.Value, (*ff1.Cipher).Decrypt)
		if err != nil {
			return nil, fmt.Errorf("restore a value: %w", err)
		}
		if ok {
			v.Value = plain
		}
		out = append(out, v)
	}
	return out, nil
}
