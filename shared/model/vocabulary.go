package model

import (
	"encoding/binary"
	"math"
	"math/bits"
)

// minTexts is in how many texts of the training set a feature must stand, unless Options say more.
const minTexts = 2

// vocabulary numbers the features that count, in order of their buckets. It reads the bytes of a model's file as they
// are, so that to load a model is no work.
type vocabulary struct {
	// present has a bit for each bucket, in words of 64 bits; before counts the bits in the words before each, in 32 bits.
	present, before []byte
	// idf is by number: how rare the feature is, as a code.
	idf []byte
	// chars is the number of the first feature that is a run of characters.
	chars uint32
}

// id returns the number of a bucket, if it counts.
func (v *vocabulary) id(b uint32) (uint32, bool) {
	w := binary.LittleEndian.Uint64(v.present[b>>6<<3:])
	bit := uint64(1) << (b & 63)
	if w&bit == 0 {
		return 0, false
	}
	return binary.LittleEndian.Uint32(v.before[b>>6<<2:]) + uint32(bits.OnesCount64(w&(bit-1))), true
}

// idfStep is the difference between two codes of how rare a feature is.
const idfStep = 0.05

// idfs are the values of the codes.
var idfs = func() (t [256]float32) {
	for c := range t {
		t[c] = float32(1 + float64(c)*idfStep)
	}
	return t
}()

// newVocabulary counts the features of texts. Features that fewer than least texts have, or only one group of texts, do not
// count: a group is what was copied from one another.
func newVocabulary(texts []string, groups []int, least int) *vocabulary {
	df := make([]int32, buckets)
	last := make([]int32, buckets) // 1 + the last group
	several := make([]bool, buckets)
	seen := make([]int32, buckets) // 1 + the last text
	var x extractor
	for i, t := range texts {
		x.extract(t)
		for _, b := range x.buckets {
			if seen[b] == int32(i)+1 {
				continue
			}
			seen[b] = int32(i) + 1
			df[b]++
			several[b] = several[b] || last[b] != 0 && last[b] != int32(groups[i])+1
			last[b] = int32(groups[i]) + 1
		}
	}
	present := make([]uint64, buckets/64)
	v := &vocabulary{}
	for b, n := range df {
		if n < int32(least) || !several[b] {
			continue
		}
		present[b>>6] |= 1 << (b & 63)
		idf := math.Log(float64(len(texts)+1) / float64(n+1))
		v.idf = append(v.idf, byte(min(math.Round(idf/idfStep), 255)))
		if b < firstChars {
			v.chars = uint32(len(v.idf))
		}
	}
	v.index(present)
	return v
}

// index writes present and before.
func (v *vocabulary) index(present []uint64) {
	n := uint32(0)
	v.present, v.before = nil, nil
	for _, w := range present {
		v.present = binary.LittleEndian.AppendUint64(v.present, w)
		v.before = binary.LittleEndian.AppendUint32(v.before, n)
		n += uint32(bits.OnesCount64(w))
	}
}

// feature is one that a text has, with its value.
type feature struct {
	id    uint32
	value float32
}

// counter turns texts into features with values. It is working memory, and not safe for use by several goroutines.
type counter struct {
	x       extractor
	counts  []uint8
	touched []uint32
	out     []feature
}

// logs are 1 + ln n.
var logs = func() (t [256]float32) {
	for n := 1; n < len(t); n++ {
		t[n] = float32(1 + math.Log(float64(n)))
	}
	return t
}()

// vector returns the features of a text, in the order in which they first stand in it. It is valid until the next call.
func (c *counter) vector(v *vocabulary, text string) []feature {
	if len(c.counts) < len(v.idf) {
		c.counts = make([]uint8, len(v.idf))
	}
	c.x.extract(text)
	counts, touched := c.counts, c.touched[:0]
	for _, b := range c.x.buckets {
		id, ok := v.id(b)
		if !ok {
			continue
		}
		switch n := counts[id]; n {
		case 0:
			touched = append(touched, id)
			counts[id] = 1
		case 255:
		default:
			counts[id] = n + 1
		}
	}
	c.touched = touched
	out := c.out[:0]
	var words, chars float32
	for _, id := range touched {
		x := float32(logs[counts[id]] * idfs[v.idf[id]])
		counts[id] = 0
		if id < v.chars {
			words += float32(x * x)
		} else {
			chars += float32(x * x)
		}
		out = append(out, feature{id, x})
	}
	words, chars = inverse(words), inverse(chars)
	for i := range out {
		if out[i].id < v.chars {
			out[i].value *= words
		} else {
			out[i].value *= chars
		}
	}
	c.out = out
	return out
}

// inverse is what a vector of this squared length is multiplied with to have length 1.
func inverse(square float32) float32 {
	if square == 0 {
		return 0
	}
	return float32(1 / math.Sqrt(float64(square)))
}
