package apikey_test

import (
	"bytes"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"guardrails/shared/apikey"
)

func TestGeneratedKeysParse(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		test := rapid.Bool().Draw(t, "test")
		key := apikey.Generate(test)
		public, ok := apikey.Parse(key)
		if !ok || len(key) != apikey.Length || apikey.Test(key) != test || key[8:18] != public {
			t.Fatalf("a generated key does not parse: public part %q", public)
		}
		next := apikey.Rotate(public, test)
		if again, ok := apikey.Parse(next); !ok || again != public || next == key {
			t.Fatal("a rotated key has another public part, or the same secret")
		}
	})
}

// A checksum of 32 bits finds every change of one digit.
func TestOneWrongDigitIsFound(t *testing.T) {
	t.Parallel()
	const digits = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
	rapid.Check(t, func(t *rapid.T) {
		key := apikey.Generate(false)
		at := rapid.IntRange(8, len(key)-1).Draw(t, "at")
		digit := rapid.SampledFrom([]byte(digits)).Draw(t, "digit")
		if digit == key[at] {
			return
		}
		if _, ok := apikey.Parse(key[:at] + string(digit) + key[at+1:]); ok {
			t.Fatalf("a change in place %d is not found", at)
		}
	})
}

func TestMalformedKeys(t *testing.T) {
	t.Parallel()
	key := apikey.Generate(false)
	cases := map[string]string{
		"empty": "", "short": key[:66], "long": key + "0", "other prefix": "gr_prod_" + key[8:], "test for live": "gr_test_" + key[8:],
		"upper prefix": "GR_LIVE_" + key[8:], "space": key[:30] + " " + key[31:], "not ASCII": key[:30] + "é" + key[32:],
		"underscore": key[:30] + "_" + key[31:], "hyphen in the checksum": key[:66] + "-",
	}
	for name, s := range cases {
		if _, ok := apikey.Parse(s); ok {
			t.Errorf("%s: parses", name)
		}
	}
}

func FuzzParse(f *testing.F) {
	f.Add(apikey.Generate(true))
	f.Add("gr_live_")
	f.Add(strings.Repeat("0", apikey.Length))
	f.Fuzz(func(t *testing.T, s string) {
		public, ok := apikey.Parse(s)
		if ok && (len(s) != apikey.Length || s[8:18] != public) {
			t.Errorf("parsed %d bytes to %q", len(s), public)
		}
	})
}

func TestDigestDependsOnPepperAndKey(t *testing.T) {
	t.Parallel()
	a, b := apikey.Generate(false), apikey.Generate(false)
	d := apikey.Digest([]byte("pepper"), a)
	if len(d) != 32 || bytes.Equal(d, apikey.Digest([]byte("pepper"), b)) || bytes.Equal(d, apikey.Digest([]byte("salt"), a)) || !bytes.Equal(d, apikey.Digest([]byte("pepper"), a)) {
		t.Error("the digest does not tell keys or peppers apart")
	}
}

func TestAccepts(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)
	current, old := []byte("current"), []byte("old")
	ms := func(d time.Duration) int64 { return now.Add(d).UnixMilli() }
	cases := []struct {
		name   string
		r      apikey.Record
		digest []byte
		want   bool
		status apikey.Status
	}{
		{"current", apikey.Record{Digest: current}, current, true, apikey.StatusActive},
		{"another", apikey.Record{Digest: current}, old, false, apikey.StatusActive},
		{"no digest at all", apikey.Record{Digest: current}, nil, false, apikey.StatusActive},
		{"old within the overlap", apikey.Record{Digest: current, OldDigest: old, OldUntil: ms(time.Millisecond)}, old, true, apikey.StatusActive},
		{"old at its end", apikey.Record{Digest: current, OldDigest: old, OldUntil: ms(0)}, old, false, apikey.StatusActive},
		{"older within its overlap", apikey.Record{Digest: current, Older: []apikey.Expiry{{old, ms(time.Millisecond)}}}, old, true, apikey.StatusActive},
		{"older at its end", apikey.Record{Digest: current, Older: []apikey.Expiry{{old, ms(0)}}}, old, false, apikey.StatusActive},
		{"before expiry", apikey.Record{Digest: current, ExpiresAt: ms(time.Millisecond)}, current, true, apikey.StatusActive},
		{"at expiry", apikey.Record{Digest: current, ExpiresAt: ms(0)}, current, false, apikey.StatusExpired},
		{"revoked", apikey.Record{Digest: current, RevokedAt: ms(-time.Hour)}, current, false, apikey.StatusRevoked},
		{"revoked and expired", apikey.Record{Digest: current, RevokedAt: 1, ExpiresAt: 1}, current, false, apikey.StatusRevoked},
		{"the record of no key", apikey.Record{}, current, false, apikey.StatusActive},
	}
	for _, c := range cases {
		if got := c.r.Accepts(c.digest, now); got != c.want {
			t.Errorf("%s: accepted %v", c.name, got)
		}
		if got := c.r.Status(now); got != c.status {
			t.Errorf("%s: %s", c.name, got)
		}
	}
}

func TestParsePrefix(t *testing.T) {
	t.Parallel()
	for s, want := range map[string]string{
		"10.1.2.3": "10.1.2.3/32", "10.1.2.3/8": "10.0.0.0/8", "2001:db8::1": "2001:db8::1/128", "fe80::1%eth0": "fe80::1/128",
		"::ffff:10.0.0.1": "10.0.0.1/32", "0.0.0.0/0": "0.0.0.0/0",
	} {
		p, err := apikey.ParsePrefix(s)
		if err != nil || p.String() != want {
			t.Errorf("%s is %s, %v", s, p, err)
		}
	}
	for _, s := range []string{"", "10.0.0", "10.0.0.0/33", "::ffff:10.0.0.0/104", "example.com", "10.0.0.0/-1", "10.0.0.1 "} {
		if p, err := apikey.ParsePrefix(s); err == nil {
			t.Errorf("%q is %s", s, p)
		}
	}
}

func BenchmarkParse(b *testing.B) {
	key := apikey.Generate(false)
	for b.Loop() {
		apikey.Parse(key)
	}
}

func BenchmarkDigestAndAccepts(b *testing.B) {
	key, pepper := apikey.Generate(false), make([]byte, 32)
	r := apikey.Record{Digest: apikey.Digest(pepper, key)}
	now := time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)
	for b.Loop() {
		r.Accepts(apikey.Digest(pepper, key), now)
	}
}
