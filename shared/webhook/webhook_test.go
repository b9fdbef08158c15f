package webhook_test

import (
	"bytes"
	"crypto/ed25519"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"net/http"
	"strings"
	"testing"
	"time"

	oracle "github.com/standard-webhooks/standard-webhooks/libraries/go"
	"pgregory.net/rapid"

	"guardrails/shared/webhook"
)

// TestVector is the example of the specification.
func TestVector(t *testing.T) {
	t.Parallel()
	got, err := webhook.Sign([]string{"whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"}, "msg_p5jXN8AQM9LWM0D4loKWxJek",
		time.Unix(1614265330, 0), []byte(`{"test": 2432232314}`))
	if want := "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="; got != want || err != nil {
		t.Errorf("%s, %v, not %s", got, err, want)
	}
}

func key(t testing.TB, s webhook.Scheme) string {
	t.Helper()
	k, err := webhook.NewKey(s, rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	return k
}

// TestOracle lets another implementation verify signatures by two keys, with each of them.
func TestOracle(t *testing.T) {
	t.Parallel()
	keys := []string{key(t, webhook.HMAC), key(t, webhook.HMAC)}
	rapid.Check(t, func(t *rapid.T) {
		body := rapid.SliceOf(rapid.Byte()).Draw(t, "body")
		id := rapid.StringMatching(`msg_[a-z0-9]{1,30}`).Draw(t, "id")
		at := time.Now()
		signatures, err := webhook.Sign(keys, id, at, body)
		if err != nil {
			t.Fatal(err)
		}
		header := http.Header{}
		header.Set(webhook.IDHeader, id)
		header.Set(webhook.TimestampHeader, webhook.Timestamp(at))
		header.Set(webhook.SignatureHeader, signatures)
		for _, k := range keys {
			w, err := oracle.NewWebhook(k)
			if err != nil {
				t.Fatal(err)
			}
			if err := w.Verify(body, header); err != nil {
				t.Fatal(err)
			}
			theirs, err := w.Sign(id, at, body)
			if err != nil || !strings.Contains(signatures, theirs) {
				t.Fatalf("theirs is %s, %v", theirs, err)
			}
			if err := w.Verify(append(body, 'x'), header); err == nil {
				t.Fatal("a longer body is verified")
			}
		}
	})
}

// TestEd25519 verifies with the public key alone, and with nothing but the standard library.
func TestEd25519(t *testing.T) {
	t.Parallel()
	k := key(t, webhook.Ed25519)
	public, err := webhook.PublicKey(k)
	if err != nil || !strings.HasPrefix(public, "whpk_") || !strings.HasPrefix(k, "whsk_") {
		t.Fatal(public, err)
	}
	at, body := time.Unix(1700000000, 0), []byte("{}")
	signature, err := webhook.Sign([]string{k}, "msg_1", at, body)
	if err != nil {
		t.Fatal(err)
	}
	raw, err := base64.StdEncoding.DecodeString(strings.TrimPrefix(signature, "v1a,"))
	if err != nil {
		t.Fatal(err)
	}
	b, err := base64.StdEncoding.DecodeString(strings.TrimPrefix(public, "whpk_"))
	if err != nil || !ed25519.Verify(b, []byte("msg_1.1700000000.{}"), raw) {
		t.Errorf("the signature is wrong: %v", err)
	}
	if err := webhook.Verify([]string{public}, "msg_1", "1700000000", signature, body, at); err != nil {
		t.Error(err)
	}
	// The seed alone is the same key.
	full, err := base64.StdEncoding.DecodeString(strings.TrimPrefix(k, "whsk_"))
	if err != nil {
		t.Fatal(err)
	}
	again, err := webhook.Sign([]string{"whsk_" + base64.StdEncoding.EncodeToString(full[:32])}, "msg_1", at, body)
	if err != nil || again != signature {
		t.Errorf("%s, %v", again, err)
	}
}

func TestVerify(t *testing.T) {
	t.Parallel()
	current, old, other, pair := key(t, webhook.HMAC), key(t, webhook.HMAC), key(t, webhook.HMAC), key(t, webhook.Ed25519)
	at, body := time.Unix(1700000000, 0), []byte(`{"a":1}`)
	signatures, err := webhook.Sign([]string{current, old, pair}, "msg_1", at, body)
	if err != nil || len(strings.Fields(signatures)) != 3 {
		t.Fatal(signatures, err)
	}
	first, _, _ := strings.Cut(signatures, " ")
	for name, test := range map[string]struct {
		keys                      []string
		id, timestamp, signatures string
		body                      string
		now                       time.Time
		want                      error
	}{
		"the current key":      {[]string{current}, "msg_1", "1700000000", signatures, `{"a":1}`, at, nil},
		"the old key":          {[]string{old}, "msg_1", "1700000000", signatures, `{"a":1}`, at, nil},
		"the pair":             {[]string{pair}, "msg_1", "1700000000", signatures, `{"a":1}`, at, nil},
		"one of two":           {[]string{other, old}, "msg_1", "1700000000", signatures, `{"a":1}`, at, nil},
		"another key":          {[]string{other}, "msg_1", "1700000000", signatures, `{"a":1}`, at, webhook.ErrSignature},
		"another body":         {[]string{current}, "msg_1", "1700000000", signatures, `{"a":2}`, at, webhook.ErrSignature},
		"another id":           {[]string{current}, "msg_2", "1700000000", signatures, `{"a":1}`, at, webhook.ErrSignature},
		"another time":         {[]string{current}, "msg_1", "1700000001", signatures, `{"a":1}`, at, webhook.ErrSignature},
		"no signature":         {[]string{current}, "msg_1", "1700000000", "", `{"a":1}`, at, webhook.ErrSignature},
		"the scheme is lied":   {[]string{current}, "msg_1", "1700000000", strings.Replace(first, "v1,", "v1a,", 1), `{"a":1}`, at, webhook.ErrSignature},
		"cut off":              {[]string{current}, "msg_1", "1700000000", first[:len(first)-4], `{"a":1}`, at, webhook.ErrSignature},
		"five minutes late":    {[]string{current}, "msg_1", "1700000000", signatures, `{"a":1}`, at.Add(5 * time.Minute), nil},
		"too late":             {[]string{current}, "msg_1", "1700000000", signatures, `{"a":1}`, at.Add(301 * time.Second), webhook.ErrTimestamp},
		"too early":            {[]string{current}, "msg_1", "1700000000", signatures, `{"a":1}`, at.Add(-301 * time.Second), webhook.ErrTimestamp},
		"no time":              {[]string{current}, "msg_1", "", signatures, `{"a":1}`, at, webhook.ErrTimestamp},
		"a time beyond":        {[]string{current}, "msg_1", "-9223372036854775808", signatures, `{"a":1}`, at, webhook.ErrTimestamp},
		"a key that is none":   {[]string{"whsec_short"}, "msg_1", "1700000000", signatures, `{"a":1}`, at, webhook.ErrKey},
		"a secret too short":   {[]string{"whsec_" + base64.StdEncoding.EncodeToString(make([]byte, 23))}, "msg_1", "1700000000", signatures, "", at, webhook.ErrKey},
		"a secret too long":    {[]string{"whsec_" + base64.StdEncoding.EncodeToString(make([]byte, 65))}, "msg_1", "1700000000", signatures, "", at, webhook.ErrKey},
		"a pair that is false": {[]string{"whsk_" + base64.StdEncoding.EncodeToString(make([]byte, 64))}, "msg_1", "1700000000", signatures, "", at, webhook.ErrKey},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			err := webhook.Verify(test.keys, test.id, test.timestamp, test.signatures, []byte(test.body), test.now)
			if !errors.Is(err, test.want) {
				t.Errorf("%v, not %v", err, test.want)
			}
		})
	}
}

func TestKeys(t *testing.T) {
	t.Parallel()
	for _, s := range []webhook.Scheme{webhook.HMAC, webhook.Ed25519} {
		if got, err := webhook.SchemeOf(key(t, s)); got != s || err != nil {
			t.Error(got, err)
		}
		if _, err := webhook.NewKey(s, strings.NewReader("short")); err == nil {
			t.Error("a key was made of five bytes")
		}
		same, err := webhook.NewKey(s, bytes.NewReader(make([]byte, 64)))
		again, _ := webhook.NewKey(s, bytes.NewReader(make([]byte, 64)))
		if err != nil || same != again {
			t.Error("the key is not made of the randomness that was passed in")
		}
	}
	if _, err := webhook.NewKey("v2", rand.Reader); !errors.Is(err, webhook.ErrKey) {
		t.Error(err)
	}
	if _, err := webhook.PublicKey(key(t, webhook.HMAC)); !errors.Is(err, webhook.ErrKey) {
		t.Error(err)
	}
	if _, err := webhook.Sign([]string{key(t, webhook.HMAC), "whsec_"}, "msg_1", time.Unix(0, 0), nil); !errors.Is(err, webhook.ErrKey) {
		t.Error(err)
	}
}

func TestLegacy(t *testing.T) {
	t.Parallel()
	h := hmac.New(sha256.New, []byte("secret"))
	h.Write([]byte("body"))
	if got, want := webhook.SignLegacy("secret", []byte("body")), "sha256="+hex.EncodeToString(h.Sum(nil)); got != want {
		t.Errorf("%s, not %s", got, want)
	}
}

func FuzzVerify(f *testing.F) {
	k := key(f, webhook.HMAC)
	at := time.Unix(1700000000, 0)
	good, err := webhook.Sign([]string{k}, "msg_1", at, []byte("{}"))
	if err != nil {
		f.Fatal(err)
	}
	f.Add(k, "1700000000", good)
	f.Add("whpk_AAAA", "x", "v1a,AAAA v1,=")
	f.Fuzz(func(t *testing.T, with, timestamp, signatures string) {
		err := webhook.Verify([]string{with}, "msg_1", timestamp, signatures, []byte("{}"), at)
		if err == nil && with == k && !strings.Contains(signatures, strings.TrimRight(good, "=")[:len(good)-2]) {
			t.Errorf("%q is a signature", signatures)
		}
	})
}
