package detect

import (
	"math/bits"
	"unicode/utf8"
)

// plane is a property that a byte of a text has or not.
type plane int

const (
	planeLetter plane = iota
	planeDigit
	planeWord   // may stand in a word
	planeLeet   // reads as a letter in a disguise
	planeAnchor // starts an attempt of an Anchor detector
	planeMask   // starts a mask, and is neither a letter nor a digit
	planeBreak  // a value may begin there though a letter or digit stands before it
	planesCount
)

// planes are the properties of the bytes of a text, as one bitmap each: what many stages ask of every byte is looked up
// once, and answered for 64 bytes at a time.
type planes struct {
	// bits holds the bitmaps block by block: that of plane p for bytes 64*i to 64*i+63 is bits[i*planesCount+p].
	bits []uint64
	n    int // blocks
}

// planeTable holds the properties of each byte, one bit a plane.
type planeTable [256]uint8

// newPlaneTable returns the table for a bank.
func newPlaneTable(k *bank) planeTable {
	var t planeTable
	set := func(c int, p plane, holds bool) {
		if holds {
			t[c] |= 1 << p
		}
	}
	for c := range len(t) {
		b := byte(c)
		set(c, planeLetter, isLetter(b))
		set(c, planeDigit, isDigit(b))
		set(c, planeWord, isWordByte(b))
		set(c, planeLeet, leetLetters[b] != 0)
		set(c, planeAnchor, b < utf8.RuneSelf && len(k.anchors[b]) > 0)
		set(c, planeMask, k.masks != nil && !isAlnum(b) && k.masks.next[maskStart*k.masks.classes+int(k.masks.class[b])] != 0)
	}
	return t
}

// size readies the planes for a text of n bytes.
func (p *planes) size(n int) {
	p.n = (n + 63) / 64
	p.bits = append(p.bits[:0], make([]uint64, p.n*int(planesCount))...)
}

// build fills the planes for text[from:]; from is a multiple of 64.
func (p *planes) build(text string, from int, t *planeTable) {
	for i := from; i < len(text); i += 8 {
		x := eight(text, i, t)
		row := p.bits[i>>6*int(planesCount):][:planesCount]
		for k := range row {
			row[k] |= gather(x>>k) << (i & 63)
		}
	}
}

// eight returns the properties of the eight bytes at i, or of those that are left, a byte each.
func eight(text string, i int, t *planeTable) uint64 {
	if i+8 <= len(text) {
		b := text[i : i+8]
		return uint64(t[b[0]]) | uint64(t[b[1]])<<8 | uint64(t[b[2]])<<16 | uint64(t[b[3]])<<24 |
			uint64(t[b[4]])<<32 | uint64(t[b[5]])<<40 | uint64(t[b[6]])<<48 | uint64(t[b[7]])<<56
	}
	x := uint64(0)
	for j := i; j < len(text); j++ {
		x |= uint64(t[text[j]]) << (8 * (j - i))
	}
	return x
}

// gather returns the lowest bit of each byte of x as eight bits in a row: the product puts the bit of byte j at 56+j, and
// no two bits at one place.
func gather(x uint64) uint64 { return x & 0x0101010101010101 * 0x0102040810204080 >> 56 }

// at returns the bits of a plane for block i, none beyond the ends of the text.
func (p *planes) at(k plane, i int) uint64 {
	if i < 0 || i >= p.n {
		return 0
	}
	return p.bits[i*int(planesCount)+int(k)]
}

// alnum returns where block i has letters and digits.
func (p *planes) alnum(i int) uint64 { return p.at(planeLetter, i) | p.at(planeDigit, i) }

// starts returns where in a block a run begins, of which before are the block before it and own its own.
func starts(before, own uint64) uint64 { return own &^ (own<<1 | before>>63) }

// next returns where the first byte of a plane at or behind i stands, or a place at or behind the end of the text.
func (p *planes) next(k plane, i int) int {
	block := i >> 6
	for w := p.at(k, block) >> (i & 63) << (i & 63); block < p.n; w = p.at(k, block) {
		if w != 0 {
			return block<<6 + bits.TrailingZeros64(w)
		}
		block++
	}
	return p.n << 6
}

// digitNear reports whether a digit stands in the maxRange bytes from i on.
func (p *planes) digitNear(i int) bool {
	block, off := i>>6, i&63
	return (p.at(planeDigit, block)>>off|p.at(planeDigit, block+1)<<(64-off))<<(64-maxRange) != 0
}

// set marks byte i in a plane.
func (p *planes) set(k plane, i int) { p.bits[i>>6*int(planesCount)+int(k)] |= 1 << (i & 63) }

// leet reports whether a digit or sign that reads as a letter touches a letter, as in a disguised word: between two
// letters, or a digit at either side of one.
func (p *planes) leet() bool {
	for i := range p.n {
		l := p.at(planeLetter, i)
		before, after := l<<1|p.at(planeLetter, i-1)>>63, l>>1|p.at(planeLetter, i+1)<<63
		if p.at(planeLeet, i)&(before&after|(before|after)&p.at(planeDigit, i)) != 0 {
			return true
		}
	}
	return false
}

// spaced reports whether enough letters that stand alone have another one near behind them, as in words that are spaced
// out. Of letters outside ASCII it does not know, and says yes.
func (p *planes) spaced() bool {
	single := func(i int) uint64 {
		a := p.alnum(i)
		return p.at(planeLetter, i) &^ (a<<1 | p.alnum(i-1)>>63 | a>>1 | p.alnum(i+1)<<63)
	}
	pairs := 0
	for i, here := 0, single(0); i < p.n; i++ {
		if p.at(planeWord, i)&^p.alnum(i) != 0 {
			return true
		}
		next := single(i + 1)
		pairs += bits.OnesCount64(here & within(here, next))
		here = next
	}
	return pairs >= minSpaced-1
}

// within returns the places in a block from which one of its bits, or of those of the next, is 2 to maxGap+1 bytes away.
func within(here, next uint64) uint64 {
	near, far := here>>2|next<<62, next>>2
	for k := 1; k < maxGap; k *= 2 {
		near, far = near|near>>k|far<<(64-k), far|far>>k
	}
	return near
}
