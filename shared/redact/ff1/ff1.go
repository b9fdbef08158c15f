// Package ff1 is the format-preserving encryption FF1 of NIST SP 800-38G: a string of digits becomes another of the same
// radix and length.
package ff1

import (
	"crypto/aes"
	"crypto/cipher"
	"encoding/binary"
	"errors"
	"fmt"
	"math/big"
)

const (
	// MinDomain is how many strings of a length there must be (SP 800-38G Revision 1, section 5.1).
	MinDomain = 1_000_000
	// MaxLength bounds the strings that a Cipher takes: its work grows with the square of the length.
	MaxLength = 256
	maxRadix  = 62
	maxTweak  = 256
	rounds    = 10
)

// ErrDomain is returned for strings that are too short to hide among those of their length, or too long.
var ErrDomain = errors.New("ff1: the domain does not fit")

// Cipher permutes strings of one radix. It is safe for concurrent use.
type Cipher struct {
	block cipher.Block
	radix int
}

// New returns the encryption under an AES key of 16, 24 or 32 bytes, for a radix of 2 to 62.
func New(key []byte, radix int) (*Cipher, error) {
	if radix < 2 || radix > maxRadix {
		return nil, errors.New("ff1: the radix must be 2 to 62")
	}
	block, err := aes.NewCipher(key)
	if err != nil {
		return nil, fmt.Errorf("ff1: %w", err)
	}
	return &Cipher{block: block, radix: radix}, nil
}

// MinLength is the shortest string of a radix whose domain is large enough.
func MinLength(radix int) int {
	n := 1
	for size := radix; size < MinDomain; size *= radix {
		n++
	}
	return n
}

// Encrypt returns the image of numerals (each below the radix) under the tweak of at most 256 bytes.
func (c *Cipher) Encrypt(numerals []byte, tweak []byte) ([]byte, error) {
	f, err := c.feistel(numerals, tweak)
	if err != nil {
		return nil, err
	}
	a, b := f.number(numerals[:f.u]), f.number(numerals[f.u:])
	for i := range rounds {
		sum := f.round(i, b)
		sum.Add(sum, a)
		a, b = b, sum.Mod(sum, f.modulus(i))
	}
	return f.join(a, b), nil
}

// Decrypt undoes Encrypt.
func (c *Cipher) Decrypt(numerals []byte, tweak []byte) ([]byte, error) {
	f, err := c.feistel(numerals, tweak)
	if err != nil {
		return nil, err
	}
	a, b := f.number(numerals[:f.u]), f.number(numerals[f.u:])
	for i := rounds - 1; i >= 0; i-- {
		diff := f.round(i, a)
		diff.Sub(b, diff)
		a, b = diff.Mod(diff, f.modulus(i)), a
	}
	return f.join(a, b), nil
}

// feistel is the network for one length and tweak, in the letters of the standard: n = u + v numerals, d bytes of a
// round's output, and the message P || Q of the round function with i and NUM(B) left out.
type feistel struct {
	block      cipher.Block
	radix      int
	n, u, v    int
	d          int
	modU, modV *big.Int
	message    []byte
	// half is how many bytes NUM(B) takes at the message's end; the byte before it is the round.
	half int
}

func (c *Cipher) feistel(numerals, tweak []byte) (*feistel, error) {
	n := len(numerals)
	if n < MinLength(c.radix) || n > MaxLength || len(tweak) > maxTweak {
		return nil, ErrDomain
	}
	for _, x := range numerals {
		if int(x) >= c.radix {
			return nil, errors.New("ff1: a numeral is not below the radix")
		}
	}
	f := &feistel{block: c.block, radix: c.radix, n: n, u: n / 2, v: n - n/2}
	radix := big.NewInt(int64(c.radix))
	f.modU = new(big.Int).Exp(radix, big.NewInt(int64(f.u)), nil)
	f.modV = new(big.Int).Exp(radix, big.NewInt(int64(f.v)), nil)
	most := new(big.Int).Sub(f.modV, big.NewInt(1))
	f.half = (most.BitLen() + 7) / 8
	f.d = 4*((f.half+3)/4) + 4
	pad := (aes.BlockSize - (len(tweak)+f.half+1)%aes.BlockSize) % aes.BlockSize
	f.message = make([]byte, aes.BlockSize+len(tweak)+pad+1+f.half)
	copy(f.message, []byte{1, 2, 1, 0, 0, byte(c.radix), rounds, byte(f.u)})
	binary.BigEndian.PutUint32(f.message[8:], uint32(n))
	binary.BigEndian.PutUint32(f.message[12:], uint32(len(tweak)))
	copy(f.message[aes.BlockSize:], tweak)
	return f, nil
}

// modulus is that of the half which round i makes.
func (f *feistel) modulus(i int) *big.Int {
	if i%2 == 0 {
		return f.modU
	}
	return f.modV
}

// round returns the number y of round i for the other half.
func (f *feistel) round(i int, half *big.Int) *big.Int {
	at := len(f.message) - f.half
	f.message[at-1] = byte(i)
	half.FillBytes(f.message[at:])
	var r [aes.BlockSize]byte
	for m := f.message; len(m) > 0; m = m[aes.BlockSize:] {
		for k, c := range m[:aes.BlockSize] {
			r[k] ^= c
		}
		f.block.Encrypt(r[:], r[:])
	}
	s := make([]byte, 0, f.d+aes.BlockSize)
	s = append(s, r[:]...)
	for j := uint32(1); len(s) < f.d; j++ {
		x := r
		var count [4]byte
		binary.BigEndian.PutUint32(count[:], j)
		for k, c := range count {
			x[aes.BlockSize-4+k] ^= c
		}
		f.block.Encrypt(x[:], x[:])
		s = append(s, x[:]...)
	}
	return new(big.Int).SetBytes(s[:f.d])
}

// number reads numerals, the most significant first.
func (f *feistel) number(numerals []byte) *big.Int {
	out, radix, x := new(big.Int), big.NewInt(int64(f.radix)), new(big.Int)
	for _, d := range numerals {
		out.Mul(out, radix)
		out.Add(out, x.SetUint64(uint64(d)))
	}
	return out
}

// join writes both halves as numerals.
func (f *feistel) join(a, b *big.Int) []byte {
	out := make([]byte, f.n)
	f.write(out[:f.u], a)
	f.write(out[f.u:], b)
	return out
}

func (f *feistel) write(dst []byte, x *big.Int) {
	radix, digit := big.NewInt(int64(f.radix)), new(big.Int)
	for i := len(dst) - 1; i >= 0; i-- {
		x.DivMod(x, radix, digit)
		dst[i] = byte(digit.Uint64())
	}
}
