package webhook

import (
	"crypto/ed25519"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"strconv"
	"strings"
	"time"
)

// The headers of a signed webhook.
const (
	IDHeader        = "webhook-id"
	TimestampHeader = "webhook-timestamp"
	SignatureHeader = "webhook-signature"
)

// Tolerance is how far the time of a webhook may lie from the receiver's clock, to both sides.
const Tolerance = 5 * time.Minute

// Why a webhook is not taken.
var (
	ErrSignature = errors.New("webhook: no signature of a known key")
	ErrTimestamp = errors.New("webhook: the timestamp is missing, too old or too new")
)

// Timestamp writes the time of an attempt as its header has it: seconds since 1970.
func Timestamp(at time.Time) string { return strconv.FormatInt(at.Unix(), 10) }

// Sign returns the signatures of a webhook by every key, separated by spaces, in the order of the keys. It fails with
// ErrKey when one of them is none: a receiver that knows that key alone would refuse the webhook. id holds no dot.
func Sign(keys []string, id string, at time.Time, body []byte) (string, error) {
	content := signed(id, Timestamp(at), body)
	var out []string
	for _, key := range keys {
		scheme, err := SchemeOf(key)
		if err != nil {
			return "", err
		}
		var signature []byte
		if scheme == Ed25519 {
			private, err := privateKey(key)
			if err != nil {
				return "", err
			}
			signature = ed25519.Sign(private, content)
		} else {
			secret, err := secretBytes(key)
			if err != nil {
				return "", err
			}
			signature = mac(secret, content)
		}
		out = append(out, string(scheme)+","+base64.StdEncoding.EncodeToString(signature))
	}
	return strings.Join(out, " "), nil
}

// Verify is the receiver's side: it fails with ErrSignature, ErrTimestamp or ErrKey, unless one of the signatures is by
// one of the keys ("whsec_…", "whsk_…" or "whpk_…") and the timestamp is near now.
func Verify(keys []string, id, timestamp, signatures string, body []byte, now time.Time) error {
	seconds, err := strconv.ParseInt(timestamp, 10, 64)
	if err != nil || max(seconds-now.Unix(), now.Unix()-seconds) > int64(Tolerance/time.Second) {
		return ErrTimestamp
	}
	content := signed(id, timestamp, body)
	for _, key := range keys {
		known, err := verifier(key)
		if err != nil {
			return err
		}
		for one := range strings.FieldsSeq(signatures) {
			scheme, encoded, _ := strings.Cut(one, ",")
			signature, err := base64.StdEncoding.DecodeString(encoded)
			if err == nil && known(Scheme(scheme), content, signature) {
				return nil
			}
		}
	}
	return ErrSignature
}

// verifier returns what tells whether a signature is by the key. A signature of the other scheme never is.
func verifier(key string) (func(s Scheme, content, signature []byte) bool, error) {
	if strings.HasPrefix(key, secretPrefix) {
		secret, err := secretBytes(key)
		return func(s Scheme, content, signature []byte) bool {
			return s == HMAC && hmac.Equal(mac(secret, content), signature)
		}, err
	}
	if strings.HasPrefix(key, privatePrefix) {
		public, err := PublicKey(key)
		if err != nil {
			return nil, err
		}
		key = public
	}
	public, err := publicKey(key)
	return func(s Scheme, content, signature []byte) bool {
		return s == Ed25519 && ed25519.Verify(public, content, signature)
	}, err
}

func signed(id, timestamp string, body []byte) []byte {
	out := make([]byte, 0, len(id)+len(timestamp)+len(body)+2)
	out = append(append(out, id...), '.')
	out = append(append(out, timestamp...), '.')
	return append(out, body...)
}

func mac(secret, content []byte) []byte {
	h := hmac.New(sha256.New, secret)
	h.Write(content)
	return h.Sum(nil)
}
