package model

import "math/bits"

// A feature is a bucket: a hash of 20 bits. Words and pairs of words have the lower half of the buckets, runs of
// characters the upper one, so that a bucket tells which of the two families it is of.
const (
	bucketBits = 20
	buckets    = 1 << bucketBits
	firstChars = buckets / 2
)

// maxWord is how many bytes of a word are cut into runs: longer ones are data, not language.
const maxWord = 40

// The lengths of runs of characters.
const (
	minChars = 3
	maxChars = 5
)

// letters maps a byte to the one that features see: small letters and digits as they are, bytes outside ASCII too, and 0
// for what stands between words.
var letters = func() (t [256]byte) {
	for c := range t {
		switch b := byte(c); {
		case b >= 'A' && b <= 'Z':
			t[c] = b | 0x20
		case b >= 'a' && b <= 'z', b >= '0' && b <= '9', b >= 0x80, b == '\'':
			t[c] = b
		}
	}
	return t
}()

// Odd numbers without a pattern, to multiply hashes with.
const (
	seedWord  = 0x2545F4914F6CDD1D
	seedPair  = 0x9FB21C651E98DF25
	seedChars = 0xD6E8FEB86659FD93
	factor    = 0x9E3779B97F4A7C15
)

// mix adds a byte to a hash.
func mix(h uint64, c byte) uint64 {
	h = (h ^ uint64(c)) * factor
	return h ^ h>>29
}

func wordBucket(h uint64) uint32 { return uint32(h * seedChars >> (64 - bucketBits + 1)) }
func charBucket(h uint64) uint32 { return uint32(h>>(64-bucketBits+1)) | firstChars }

// span is a half-open range of bytes.
type span struct{ start, end int32 }

// extractor cuts texts into features. It is working memory, and not safe for use by several goroutines.
type extractor struct {
	buckets []uint32
	// spans are where the features stand, if located is set.
	spans   []span
	located bool
}

// extract fills buckets with the features of a text, and spans with the words they are of.
func (x *extractor) extract(text string) {
	x.buckets, x.spans = x.buckets[:0], x.spans[:0]
	var previous uint64
	for i := 0; i < len(text); {
		if letters[text[i]] == 0 {
			i += marker(text[i:])
			continue
		}
		start := i
		h, plain := uint64(seedWord), true
		for i < len(text) {
			c := letters[text[i]]
			if c == 0 {
				break
			}
			h = mix(h, c)
			plain = plain && c < 0x80
			i++
		}
		x.buckets = append(x.buckets, wordBucket(h))
		if previous != 0 {
			x.buckets = append(x.buckets, wordBucket(h^bits.RotateLeft64(previous, 23)^seedPair))
		}
		previous = h
		word := text[start:min(i, start+maxWord)]
		if plain {
			x.plainRuns(word)
		} else {
			x.runs(word)
		}
		if x.located {
			for len(x.spans) < len(x.buckets) {
				x.spans = append(x.spans, span{int32(start), int32(i)})
			}
		}
	}
}

// maxMarker bounds how far the end of a marker is looked for, in bytes.
const maxMarker = 256

// marker returns the length of what a redaction leaves in place of a value, such as [SECRET_AWS] or [PERSON:1f2e], at the
// start of a text, which says nothing of the text; 1 if there is none.
func marker(text string) int {
	if text[0] != '[' {
		return 1
	}
	for i := 1; i < min(len(text), maxMarker); i++ {
		switch c := text[i]; {
		case c >= 'A' && c <= 'Z', i > 1 && (c == '_' || c >= '0' && c <= '9'):
		case i > 2 && c == ']':
			return i + 1
		case i > 2 && c == ':':
			for j := i; j < min(len(text), maxMarker) && text[j] > ' '; j++ {
				if text[j] == ']' {
					return j + 1
				}
			}
			return 1
		default:
			return 1
		}
	}
	return 1
}

// plainRuns adds the runs of characters of an ASCII word with a space on both sides.
func (x *extractor) plainRuns(word string) {
	out := x.buckets
	w := uint64(' ')
	for i := 0; i <= len(word); i++ {
		c := byte(' ')
		if i < len(word) {
			c = letters[word[i]]
		}
		w = w<<8 | uint64(c)
		if i >= 1 {
			out = append(out, charBucket((w&0xFFFFFF+3<<56)*factor))
		}
		if i >= 2 {
			out = append(out, charBucket((w&0xFFFFFFFF+4<<56)*factor))
		}
		if i >= 3 {
			out = append(out, charBucket((w&0xFFFFFFFFFF+5<<56)*factor))
		}
	}
	x.buckets = out
}

// runs adds the runs of characters of any word.
func (x *extractor) runs(word string) {
	padded := make([]byte, 0, maxWord+2)
	padded = append(append(append(padded, ' '), word...), ' ')
	for p := range padded {
		if padded[p]&0xC0 == 0x80 { // no character begins here
			continue
		}
		h := uint64(seedChars)
		for q, n := p, 0; q < len(padded) && n < maxChars; q++ {
			h = mix(h, letters[padded[q]])
			if q+1 < len(padded) && padded[q+1]&0xC0 == 0x80 {
				continue
			}
			if n++; n >= minChars {
				x.buckets = append(x.buckets, charBucket(h*factor))
			}
		}
	}
}
