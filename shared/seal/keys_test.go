package seal_test

import (
	"bytes"
	"errors"
	"testing"

	"pgregory.net/rapid"

	"guardrails/shared/fntest"
	"guardrails/shared/seal"
)

func TestSealedForOneTenantAndPurpose(t *testing.T) {
	t.Parallel()
	sys := fntest.New(t, nil, nil)
	acme, globex := sys.Tenant(t).Scope(t), sys.Tenant(t).Scope(t)
	keys := sys.Env().Keys()
	kid, sealed, err := keys.Tenant(acme).Seal(t.Context(), []byte("4111 1111 1111 1111"), []byte("card"))
	if err != nil {
		t.Fatal(err)
	}
	if bytes.Contains(sealed, []byte("4111 1111")) {
		t.Error("the ciphertext shows the text")
	}
	open := func(k seal.Tenant, kid, aad string, b []byte) error {
		_, err := k.Open(t.Context(), kid, b, []byte(aad))
		return err
	}
	if err := open(keys.Tenant(acme), kid, "card", sealed); err != nil {
		t.Errorf("own: %v", err)
	}
	damaged := bytes.Clone(sealed)
	damaged[len(damaged)-1] ^= 1
	for name, err := range map[string]error{
		"another tenant":  open(keys.Tenant(globex), kid, "card", sealed),
		"another purpose": open(keys.Tenant(acme), kid, "mail", sealed),
		"unknown key":     open(keys.Tenant(acme), "k9", "card", sealed),
		"no key id":       open(keys.Tenant(acme), "", "card", sealed),
		"damaged":         open(keys.Tenant(acme), kid, "card", damaged),
		"empty":           open(keys.Tenant(acme), kid, "card", nil),
	} {
		if !errors.Is(err, seal.ErrOpen) {
			t.Errorf("%s: %v, want ErrOpen", name, err)
		}
	}
}

func TestDigestsDifferByTenantAndDomain(t *testing.T) {
	t.Parallel()
	sys := fntest.New(t, nil, nil)
	acme, globex := sys.Tenant(t).Scope(t), sys.Tenant(t).Scope(t)
	keys := sys.Env().Keys()
	seen := map[string]string{}
	for name, f := range map[string]func() ([]byte, error){
		"acme":         func() ([]byte, error) { return keys.Tenant(acme).MAC(t.Context(), "US_SSN", []byte("v")) },
		"other domain": func() ([]byte, error) { return keys.Tenant(acme).MAC(t.Context(), "EMAIL", []byte("v")) },
		"other value":  func() ([]byte, error) { return keys.Tenant(acme).MAC(t.Context(), "US_SSN", []byte("w")) },
		"globex":       func() ([]byte, error) { return keys.Tenant(globex).MAC(t.Context(), "US_SSN", []byte("v")) },
	} {
		sum, err := f()
		if err != nil || len(sum) != 32 {
			t.Fatalf("%s: %d bytes, %v", name, len(sum), err)
		}
		if other, ok := seen[string(sum)]; ok {
			t.Errorf("%s and %s have one digest", name, other)
		}
		seen[string(sum)] = name
	}
}

// TestSubkeysDifferByTenantAndPurpose holds the keys of other ciphers apart, and to their key's id.
func TestSubkeysDifferByTenantAndPurpose(t *testing.T) {
	t.Parallel()
	sys := fntest.New(t, nil, nil)
	acme, globex := sys.Tenant(t).Scope(t), sys.Tenant(t).Scope(t)
	keys := sys.Env().Keys()
	subkey := func(k seal.Tenant, kid, purpose string) []byte {
		id, secret, err := k.Subkey(t.Context(), kid, purpose)
		if err != nil || id != "k1" || len(secret) != 64 {
			t.Fatalf("%s: %d bytes, %v", id, len(secret), err)
		}
		return secret
	}
	own := subkey(keys.Tenant(acme), "", "join")
	if !bytes.Equal(own, subkey(keys.Tenant(acme), "k1", "join")) {
		t.Error("the current key and the one of its id differ")
	}
	if bytes.Equal(own, subkey(keys.Tenant(acme), "", "format")) || bytes.Equal(own, subkey(keys.Tenant(globex), "", "join")) {
		t.Error("purposes or tenants share a subkey")
	}
	for _, kid := range []string{"k2", "k0", "1", "k01", "x"} {
		if _, _, err := keys.Tenant(acme).Subkey(t.Context(), kid, "join"); !errors.Is(err, seal.ErrOpen) {
			t.Errorf("key %s: %v, want ErrOpen", kid, err)
		}
	}
}

func TestOpenUndoesSeal(t *testing.T) {
	t.Parallel()
	sys := fntest.New(t, nil, nil)
	own := sys.Env().Keys().Tenant(sys.Tenant(t).Scope(t))
	rapid.Check(t, func(rt *rapid.T) {
		plain, aad := rapid.SliceOf(rapid.Byte()).Draw(rt, "plain"), rapid.SliceOf(rapid.Byte()).Draw(rt, "aad")
		kid, sealed, err := own.Seal(t.Context(), plain, aad)
		if err != nil {
			rt.Fatal(err)
		}
		got, err := own.Open(t.Context(), kid, sealed, aad)
		if err != nil || !bytes.Equal(got, plain) {
			rt.Fatalf("opened %x (%v), want %x", got, err, plain)
		}
	})
}
