package checksum

import (
	"strings"

	"golang.org/x/crypto/sha3"
)

// Address says what the letter case of a 40-digit hexadecimal account address proves.
type Address uint8

// Malformed is no address or one whose mixed case contradicts its hash. Unchecked is written in one case,
// which carries no checksum. Checked is mixed case that agrees with EIP-55.
const (
	Malformed Address = iota
	Unchecked
	Checked
)

// EIP55 judges an account address of the form 0x and 40 hexadecimal digits.
func EIP55(s string) Address {
	if len(s) != 42 || s[:2] != "0x" || !isHex(s[2:]) {
		return Malformed
	}
	body := s[2:]
	lower := strings.ToLower(body)
	if body == lower || body == strings.ToUpper(body) {
		return Unchecked
	}
	h := sha3.NewLegacyKeccak256()
	h.Write([]byte(lower))
	sum := h.Sum(nil)
	for i := range len(body) {
		nibble := sum[i/2] >> 4
		if i%2 == 1 {
			nibble = sum[i/2] & 15
		}
		upper := body[i] >= 'A' && body[i] <= 'F'
		if lower[i] >= 'a' && upper != (nibble >= 8) {
			return Malformed
		}
	}
	return Checked
}

func isHex(s string) bool {
	for i := range len(s) {
		c := s[i] | 0x20
		if (s[i] < '0' || s[i] > '9') && (c < 'a' || c > 'f') {
			return false
		}
	}
	return true
}
