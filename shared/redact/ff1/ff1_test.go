package ff1_test

import (
	"bytes"
	"encoding/hex"
	"errors"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"guardrails/shared/redact/ff1"
)

const numerals = "0123456789abcdefghijklmnopqrstuvwxyz"

func parse(s string) []byte {
	var out []byte
	for _, c := range s {
		out = append(out, byte(strings.IndexRune(numerals, c)))
	}
	return out
}

// TestVectors has the nine samples that NIST publishes for FF1 (Cryptographic Standards and Guidelines, examples with
// intermediate values).
func TestVectors(t *testing.T) {
	t.Parallel()
	const (
		aes128  = "2b7e151628aed2a6abf7158809cf4f3c"
		aes192  = aes128 + "ef4359d8d580aa4f"
		aes256  = aes192 + "7f036d6f04fc6a94"
		digits  = "0123456789"
		letters = "0123456789abcdefghi"
		tweak   = "39383736353433323130"
		longer  = "3737373770717273373737"
	)
	for i, c := range []struct {
		key, tweak, plain, sealed string
		radix                     int
	}{
		{aes128, "", digits, "2433477484", 10},
		{aes128, tweak, digits, "6124200773", 10},
		{aes128, longer, letters, "a9tv40mll9kdu509eum", 36},
		{aes192, "", digits, "2830668132", 10},
		{aes192, tweak, digits, "2496655549", 10},
		{aes192, longer, letters, "xbj3kv35jrawxv32ysr", 36},
		{aes256, "", digits, "6657667009", 10},
		{aes256, tweak, digits, "1001623463", 10},
		{aes256, longer, letters, "xs8a0azh2avyalyzuwd", 36},
	} {
		key, err := hex.DecodeString(c.key)
		if err != nil {
			t.Fatal(err)
		}
		tweak, err := hex.DecodeString(c.tweak)
		if err != nil {
			t.Fatal(err)
		}
		f, err := ff1.New(key, c.radix)
		if err != nil {
			t.Fatal(err)
		}
		sealed, err := f.Encrypt(parse(c.plain), tweak)
		if err != nil || !bytes.Equal(sealed, parse(c.sealed)) {
			t.Errorf("sample %d: Encrypt = %v, %v; want %v", i+1, sealed, err, parse(c.sealed))
		}
		plain, err := f.Decrypt(parse(c.sealed), tweak)
		if err != nil || !bytes.Equal(plain, parse(c.plain)) {
			t.Errorf("sample %d: Decrypt = %v, %v; want %v", i+1, plain, err, parse(c.plain))
		}
	}
}

// TestLaws holds for every radix and length: decrypting undoes encrypting, and every numeral stays below the radix.
func TestLaws(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		radix := rapid.IntRange(2, 62).Draw(t, "radix")
		least := ff1.MinLength(radix)
		plain := rapid.SliceOfN(rapid.ByteRange(0, byte(radix-1)), least, rapid.SampledFrom([]int{least, least + 1, 40, ff1.MaxLength}).Draw(t, "most")).Draw(t, "plain")
		tweak := rapid.SliceOfN(rapid.Byte(), 0, 40).Draw(t, "tweak")
		f, err := ff1.New(rapid.SliceOfN(rapid.Byte(), 32, 32).Draw(t, "key"), radix)
		if err != nil {
			t.Fatal(err)
		}
		sealed, err := f.Encrypt(plain, tweak)
		if err != nil || len(sealed) != len(plain) || int(slices.Max(sealed)) >= radix {
			t.Fatalf("Encrypt = %v, %v", sealed, err)
		}
		if back, err := f.Decrypt(sealed, tweak); err != nil || !bytes.Equal(back, plain) {
			t.Fatalf("Decrypt = %v, %v; want %v", back, err, plain)
		}
	})
}

// TestIsPermutation encrypts a share of the smallest domain and expects no value twice.
func TestIsPermutation(t *testing.T) {
	t.Parallel()
	f, err := ff1.New(make([]byte, 32), 10)
	if err != nil {
		t.Fatal(err)
	}
	seen := map[string]bool{}
	for i := range 5000 {
		out, err := f.Encrypt([]byte{0, 0, byte(i / 1000 % 10), byte(i / 100 % 10), byte(i / 10 % 10), byte(i % 10)}, nil)
		if err != nil || seen[string(out)] {
			t.Fatalf("%v comes twice (%v)", out, err)
		}
		seen[string(out)] = true
	}
}

func TestRefuses(t *testing.T) {
	t.Parallel()
	for radix, want := range map[int]int{2: 20, 10: 6, 36: 4, 62: 4} {
		if got := ff1.MinLength(radix); got != want {
			t.Errorf("MinLength(%d) = %d, want %d", radix, got, want)
		}
	}
	f, err := ff1.New(make([]byte, 16), 10)
	if err != nil {
		t.Fatal(err)
	}
	for name, length := range map[string]int{"five digits": 5, "none": 0, "too long": ff1.MaxLength + 1} {
		if _, err := f.Encrypt(make([]byte, length), nil); !errors.Is(err, ff1.ErrDomain) {
			t.Errorf("%s: %v, want ErrDomain", name, err)
		}
	}
	if _, err := f.Decrypt([]byte{0, 0, 0, 0, 0, 10}, nil); err == nil {
		t.Error("a numeral of the radix is taken")
	}
	for _, radix := range []int{0, 1, 63} {
		if _, err := ff1.New(make([]byte, 16), radix); err == nil {
			t.Errorf("radix %d is taken", radix)
		}
	}
	if _, err := ff1.New(make([]byte, 15), 10); err == nil {
		t.Error("a key of 15 bytes is taken")
	}
}
