package checksum

import (
	"crypto/sha256"
	"strings"
)

// Base58Check decodes a case-sensitive base58 string of 25 bytes (one version byte, 20 of payload, 4 of double SHA-256)
// and returns its version byte. It is false if the string is not well-formed or the checksum differs.
func Base58Check(s string) (version byte, ok bool) {
	if len(s) < 25 || len(s) > 35 {
		return 0, false
	}
	raw, ok := base58(s)
	if !ok {
		return 0, false
	}
	first := sha256.Sum256(raw[:21])
	second := sha256.Sum256(first[:])
	return raw[0], [4]byte(raw[21:]) == [4]byte(second[:4])
}

// base58 decodes s into exactly 25 bytes. Each leading '1' must stand for one leading zero byte.
func base58(s string) (out [25]byte, ok bool) {
	const alphabet = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz"
	for i := range len(s) {
		carry := strings.IndexByte(alphabet, s[i])
		if carry < 0 {
			return out, false
		}
		for j := len(out) - 1; j >= 0; j-- {
			carry += int(out[j]) * 58
			out[j] = byte(carry)
			carry >>= 8
		}
		if carry != 0 {
			return out, false
		}
	}
	ones, zeros := 0, 0
	for ones < len(s) && s[ones] == '1' {
		ones++
	}
	for zeros < len(out) && out[zeros] == 0 {
		zeros++
	}
	return out, ones == zeros
}
