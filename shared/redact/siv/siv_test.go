package siv_test

import (
	"bytes"
	"encoding/hex"
	"errors"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"guardrails/shared/redact/siv"
)

func unhex(t testing.TB, s string) []byte {
	t.Helper()
	b, err := hex.DecodeString(strings.ReplaceAll(s, " ", ""))
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// TestVectors has the examples of RFC 5297, appendix A.
func TestVectors(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		key, plain, sealed string
		data               []string
	}{
		"A.1 deterministic": {
			key:    "fffefdfc fbfaf9f8 f7f6f5f4 f3f2f1f0 f0f1f2f3 f4f5f6f7 f8f9fafb fcfdfeff",
			data:   []string{"10111213 14151617 18191a1b 1c1d1e1f 20212223 24252627"},
			plain:  "11223344 55667788 99aabbcc ddee",
			sealed: "85632d07 c6e8f37f 950acd32 0a2ecc93 40c02b96 90c4dc04 daef7f6a fe5c",
		},
		"A.2 with a nonce": {
			key: "7f7e7d7c 7b7a7978 77767574 73727170 40414243 44454647 48494a4b 4c4d4e4f",
			data: []string{
				"00112233 44556677 8899aabb ccddeeff deaddada deaddada ffeeddcc bbaa9988 77665544 33221100",
				"10203040 50607080 90a0", "09f91102 9d74e35b d84156c5 635688c0",
			},
			plain:  "74686973 20697320 736f6d65 20706c61 696e7465 78742074 6f20656e 63727970 74207573 696e6720 5349562d 414553",
			sealed: "7bdb6e3b 432667eb 06f4d14b ff2fbd0f cb900f2f ddbe4043 26601965 c889bf17 dba77ceb 094fa663 b7a3f748 ba8af829 ea64ad54 4a272e9c 485b62a3 fd5c0d",
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			a, err := siv.New(unhex(t, c.key))
			if err != nil {
				t.Fatal(err)
			}
			var data [][]byte
			for _, d := range c.data {
				data = append(data, unhex(t, d))
			}
			sealed, err := a.Seal(unhex(t, c.plain), data...)
			if want := unhex(t, c.sealed); err != nil || !bytes.Equal(sealed, want) {
				t.Errorf("Seal = %x, %v; want %x", sealed, err, want)
			}
			plain, err := a.Open(sealed, data...)
			if want := unhex(t, c.plain); err != nil || !bytes.Equal(plain, want) {
				t.Errorf("Open = %x, %v; want %x", plain, err, want)
			}
		})
	}
}

// TestLaws holds for every length: opening undoes sealing, equal inputs seal alike, and one changed bit opens nowhere.
func TestLaws(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		key := rapid.SliceOfN(rapid.Byte(), 64, 64).Draw(t, "key")[:rapid.SampledFrom([]int{32, 48, 64}).Draw(t, "size")]
		plain, data := rapid.SliceOf(rapid.Byte()).Draw(t, "plain"), rapid.SliceOf(rapid.Byte()).Draw(t, "data")
		a, err := siv.New(key)
		if err != nil {
			t.Fatal(err)
		}
		sealed, err := a.Seal(plain, data)
		if err != nil || len(sealed) != len(plain)+siv.Overhead {
			t.Fatalf("Seal = %x, %v", sealed, err)
		}
		if again, _ := a.Seal(plain, data); !bytes.Equal(again, sealed) {
			t.Fatal("equal inputs seal differently")
		}
		if got, err := a.Open(sealed, data); err != nil || !bytes.Equal(got, plain) {
			t.Fatalf("Open = %x, %v", got, err)
		}
		if _, err := a.Open(sealed, data, nil); !errors.Is(err, siv.ErrOpen) {
			t.Fatalf("Open with other data = %v", err)
		}
		bit := rapid.IntRange(0, 8*len(sealed)-1).Draw(t, "bit")
		sealed[bit/8] ^= 1 << (bit % 8)
		if _, err := a.Open(sealed, data); !errors.Is(err, siv.ErrOpen) {
			t.Fatalf("Open of a damaged ciphertext = %v", err)
		}
	})
}

func TestRefuses(t *testing.T) {
	t.Parallel()
	for _, n := range []int{0, 16, 31, 65} {
		if _, err := siv.New(make([]byte, n)); err == nil {
			t.Errorf("a key of %d bytes is taken", n)
		}
	}
	a, err := siv.New(make([]byte, 64))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := a.Open(make([]byte, siv.Overhead-1)); !errors.Is(err, siv.ErrOpen) {
		t.Errorf("short: %v", err)
	}
	if _, err := a.Seal(nil, make([][]byte, 127)...); err == nil {
		t.Error("127 strings of data are taken")
	}
}
