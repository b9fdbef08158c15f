package apikey

import (
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"hash/crc32"
	"math/big"
	"strings"
)

const (
	prefixLive = "gr_live_"
	prefixTest = "gr_test_"
	publicLen  = 10
	secretLen  = 43
	crcLen     = 6
	// Length is how long every key is.
	Length = len(prefixLive) + publicLen + secretLen + crcLen
)

const alphabet = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"

// Generate makes a key with fresh public and secret parts.
func Generate(test bool) string { return Rotate(randomDigits(publicLen), test) }

// Rotate makes a key with a fresh secret that the same public part looks up.
func Rotate(public string, test bool) string {
	prefix := prefixLive
	if test {
		prefix = prefixTest
	}
	body := prefix + public + randomDigits(secretLen)
	return body + checksum(body)
}

func randomDigits(n int) string {
	var b strings.Builder
	base := big.NewInt(int64(len(alphabet)))
	for range n {
		d, err := rand.Int(rand.Reader, base)
		if err != nil {
			panic("apikey: no randomness: " + err.Error()) // crypto/rand does not fail on supported systems
		}
		b.WriteByte(alphabet[d.Int64()])
	}
	return b.String()
}

func checksum(body string) string {
	n := crc32.ChecksumIEEE([]byte(body))
	out := make([]byte, crcLen)
	for i := crcLen - 1; i >= 0; i-- {
		out[i] = alphabet[n%62]
		n /= 62
	}
	return string(out)
}

// Parse checks form and checksum and returns the public part. It asks no store.
func Parse(key string) (public string, ok bool) {
	if len(key) != Length || !strings.HasPrefix(key, prefixLive) && !strings.HasPrefix(key, prefixTest) {
		return "", false
	}
	for i := len(prefixLive); i < len(key); i++ {
		if strings.IndexByte(alphabet, key[i]) < 0 {
			return "", false
		}
	}
	body := key[:Length-crcLen]
	if checksum(body) != key[Length-crcLen:] {
		return "", false
	}
	return key[len(prefixLive) : len(prefixLive)+publicLen], true
}

// Test reports whether the key is for test mode.
func Test(key string) bool { return strings.HasPrefix(key, prefixTest) }

// Digest is what is stored of a key: HMAC-SHA256 under the platform's pepper.
func Digest(pepper []byte, key string) []byte {
	h := hmac.New(sha256.New, pepper)
	h.Write([]byte(key))
	return h.Sum(nil)
}
