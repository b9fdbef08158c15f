// Package siv is the deterministic authenticated encryption AES-SIV of RFC 5297: equal inputs under one key give equal
// outputs and nothing else about them shows.
package siv

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/subtle"
	"errors"
	"fmt"
)

// ErrOpen is returned for what Seal did not make of the key and the additional data.
var ErrOpen = errors.New("siv: cannot open")

// Overhead is how many bytes longer a ciphertext is than its plaintext.
const Overhead = aes.BlockSize

// maxData is how many strings of additional data one encryption may bind (RFC 5297, section 2.6, with the plaintext).
const maxData = 126

// AEAD encrypts under one key. It is safe for concurrent use.
type AEAD struct {
	mac, ctr cipher.Block
	// sub1 and sub2 are the subkeys of CMAC.
	sub1, sub2 [aes.BlockSize]byte
}

// New returns the encryption under a key of 32, 48 or 64 bytes: the first half authenticates, the second encrypts.
func New(key []byte) (*AEAD, error) {
	if n := len(key); n != 32 && n != 48 && n != 64 {
		return nil, errors.New("siv: the key must have 32, 48 or 64 bytes")
	}
	mac, err := aes.NewCipher(key[:len(key)/2])
	if err != nil {
		return nil, fmt.Errorf("siv: authentication key: %w", err)
	}
	ctr, err := aes.NewCipher(key[len(key)/2:])
	if err != nil {
		return nil, fmt.Errorf("siv: encryption key: %w", err)
	}
	a := &AEAD{mac: mac, ctr: ctr}
	mac.Encrypt(a.sub1[:], a.sub1[:])
	double(&a.sub1)
	a.sub2 = a.sub1
	double(&a.sub2)
	return a, nil
}

// Seal returns the synthetic IV and the ciphertext. At most 126 strings of data may be bound.
func (a *AEAD) Seal(plaintext []byte, data ...[]byte) ([]byte, error) {
	if len(data) > maxData {
		return nil, errors.New("siv: too many strings of additional data")
	}
	iv := a.derive(plaintext, data)
	out := make([]byte, Overhead+len(plaintext))
	copy(out, iv[:])
	a.stream(out[Overhead:], plaintext, iv)
	return out, nil
}

// Open undoes Seal, or returns ErrOpen.
func (a *AEAD) Open(sealed []byte, data ...[]byte) ([]byte, error) {
	if len(sealed) < Overhead || len(data) > maxData {
		return nil, ErrOpen
	}
	iv := [aes.BlockSize]byte(sealed[:Overhead])
	plain := make([]byte, len(sealed)-Overhead)
	a.stream(plain, sealed[Overhead:], iv)
	if want := a.derive(plain, data); subtle.ConstantTimeCompare(want[:], iv[:]) != 1 {
		return nil, ErrOpen
	}
	return plain, nil
}

// stream is AES-CTR from the IV with the top bits of its last two words cleared (section 2.5).
func (a *AEAD) stream(dst, src []byte, iv [aes.BlockSize]byte) {
	iv[8] &= 0x7f
	iv[12] &= 0x7f
	cipher.NewCTR(a.ctr, iv[:]).XORKeyStream(dst, src)
}

// derive is S2V of section 2.4.
func (a *AEAD) derive(plaintext []byte, data [][]byte) [aes.BlockSize]byte {
	var zero [aes.BlockSize]byte
	d := a.cmac(zero[:])
	for _, s := range data {
		double(&d)
		m := a.cmac(s)
		xor(d[:], m[:])
	}
	var last []byte
	if n := len(plaintext); n >= aes.BlockSize {
		last = append(last, plaintext...)
		xor(last[n-aes.BlockSize:], d[:])
		return a.cmac(last)
	}
	double(&d)
	var padded [aes.BlockSize]byte
	copy(padded[:], plaintext)
	padded[len(plaintext)] = 0x80
	xor(padded[:], d[:])
	return a.cmac(padded[:])
}

// cmac is AES-CMAC (RFC 4493).
func (a *AEAD) cmac(message []byte) [aes.BlockSize]byte {
	var sum [aes.BlockSize]byte
	for len(message) > aes.BlockSize {
		xor(sum[:], message[:aes.BlockSize])
		a.mac.Encrypt(sum[:], sum[:])
		message = message[aes.BlockSize:]
	}
	if len(message) == aes.BlockSize {
		xor(sum[:], a.sub1[:])
	} else {
		xor(sum[:], a.sub2[:])
		sum[len(message)] ^= 0x80
	}
	xor(sum[:], message)
	a.mac.Encrypt(sum[:], sum[:])
	return sum
}

// double multiplies by x in GF(2^128).
func double(b *[aes.BlockSize]byte) {
	carry := b[0] >> 7
	for i := range aes.BlockSize - 1 {
		b[i] = b[i]<<1 | b[i+1]>>7
	}
	b[aes.BlockSize-1] = b[aes.BlockSize-1]<<1 ^ 0x87*carry
}

// xor adds src to the beginning of dst.
func xor(dst, src []byte) {
	for i, c := range src {
		dst[i] ^= c
	}
}
