package model

import (
	"bytes"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"slices"
)

// Model is a set of heads over one vocabulary. It is immutable and safe for concurrent use.
type Model struct {
	header Header
	v      vocabulary
	// weights has one byte for each head and feature, the heads of a feature side by side.
	weights []byte
}

// Header is what a model says of itself.
type Header struct {
	Format int `json:"format"`
	// Name and Version tell models apart.
	Name    string `json:"name"`
	Version string `json:"version"`
	// Features is the size of the vocabulary; those from Chars on are runs of characters.
	Features int    `json:"features"`
	Chars    uint32 `json:"chars"`
	Heads    []Head `json:"heads"`
	// Data is the SHA-256 of what the model was trained on, Body that of all that follows the header, in hex.
	Data string `json:"data_sha256"`
	Body string `json:"body_sha256"`
}

// Head is one yes-or-no question.
type Head struct {
	Name string `json:"name"`
	// Bias and Scale make a margin of weights: bias + scale · Σ weight · value.
	Bias  float64 `json:"bias"`
	Scale float64 `json:"scale"`
	// A and B are Platt's sigmoid: the probability at margin m is 1/(1+exp(A·m+B)).
	A float64 `json:"a"`
	B float64 `json:"b"`
	// Threshold is the margin from which on a text is a hit.
	Threshold float64 `json:"threshold"`
	// Cost is the C that the weights were found with.
	Cost float64 `json:"cost"`
}

// Probability is how likely a text of this margin is a hit, 0..1.
func (h Head) Probability(margin float64) float64 { return sigmoid{h.A, h.B}.at(margin) }

// Score is the probability, stretched so that the threshold is at one half, 0..1.
func (h Head) Score(margin float64) float64 {
	p, t := h.Probability(margin), h.Probability(h.Threshold)
	if margin >= h.Threshold {
		return 0.5 + 0.5*(p-t)/(1-t)
	}
	return 0.5 * p / t
}

const (
	magic         = "GRML"
	format        = 1
	maxHeader     = 1 << 20
	presentLength = buckets / 8
	beforeLength  = buckets / 64 * 4
)

// ErrFile says that bytes are no model, or a damaged one.
var ErrFile = errors.New("model: not a model of this format")

// Header returns what the model says of itself.
func (m *Model) Header() Header { return m.header }

// Head returns the number of a head by name.
func (m *Model) Head(name string) (int, bool) {
	i := slices.IndexFunc(m.header.Heads, func(h Head) bool { return h.Name == name })
	return i, i >= 0
}

// Bytes is the stored form, for Open.
func (m *Model) Bytes() []byte {
	body := slices.Concat(m.v.present, m.v.before, m.v.idf, m.weights)
	header := m.header
	sum := sha256.Sum256(body)
	header.Format, header.Body = format, hex.EncodeToString(sum[:])
	head, err := json.Marshal(header)
	if err != nil {
		panic("model: " + err.Error()) // numbers and strings
	}
	// The header is filled with spaces, so that the words behind it are aligned.
	head = append(head, bytes.Repeat([]byte{' '}, 7-(len(head)+7)%8)...)
	out := binary.LittleEndian.AppendUint32([]byte(magic), uint32(len(head)))
	return slices.Concat(out, head, body)
}

// Open reads the stored form without copying it. It checks lengths; Verify checks the digest. Its error is ErrFile.
func Open(file []byte) (*Model, error) {
	if len(file) < 8 || string(file[:4]) != magic {
		return nil, ErrFile
	}
	n := int(binary.LittleEndian.Uint32(file[4:]))
	if n > maxHeader || n > len(file)-8 {
		return nil, ErrFile
	}
	m := &Model{}
	if err := json.Unmarshal(file[8:8+n], &m.header); err != nil {
		return nil, fmt.Errorf("%w: %w", ErrFile, err)
	}
	h, body := m.header, file[8+n:]
	if h.Format != format || h.Features < 0 || h.Features > buckets || len(h.Heads) == 0 || len(h.Heads) > maxHeads || int(h.Chars) > h.Features ||
		len(body) != presentLength+beforeLength+h.Features*(1+len(h.Heads)) {
		return nil, ErrFile
	}
	cut := func(length int) []byte {
		part := body[:length:length]
		body = body[length:]
		return part
	}
	m.v = vocabulary{present: cut(presentLength), before: cut(beforeLength), idf: cut(h.Features), chars: h.Chars}
	m.weights = cut(h.Features * len(h.Heads))
	return m, nil
}

// Verify checks the digest of everything behind the header, and that the vocabulary is consistent: without that, a
// damaged model could make a scan panic.
func (m *Model) Verify() error {
	sum := sha256.New()
	for _, part := range [][]byte{m.v.present, m.v.before, m.v.idf, m.weights} {
		sum.Write(part)
	}
	if hex.EncodeToString(sum.Sum(nil)) != m.header.Body {
		return ErrFile
	}
	return nil
}

// maxHeads is how many heads a model has at most.
const maxHeads = 256

// Scorer judges texts. It is working memory, and not safe for use by several goroutines; the zero value is ready.
type Scorer struct {
	c     counter
	split splitter
}

// Margins appends the margins of the first so many heads for a text in the folded form. Texts without any known feature
// have the margins of nothing, the biases.
func (s *Scorer) Margins(m *Model, text string, heads int, out []float64) []float64 {
	first := len(out)
	for range heads {
		out = append(out, 0)
	}
	sums := out[first:]
	k := len(m.header.Heads)
	for _, f := range s.c.vector(&m.v, text) {
		for i, w := range m.weights[int(f.id)*k : int(f.id)*k+heads] {
			sums[i] += float64(f.value) * float64(int8(w))
		}
	}
	for i := range sums {
		h := &m.header.Heads[i]
		sums[i] = h.Bias + h.Scale*sums[i]
	}
	return out
}

// Contribution is what a word adds to a margin; Start and End count bytes.
type Contribution struct {
	Start, End int
	Weight     float64
}

// Contributions returns what each word of a text adds to the margin of a head, in order of the text: they and the bias
// add up to the margin. What a pair of words adds counts for the second of them.
func (s *Scorer) Contributions(m *Model, head int, text string) []Contribution {
	s.c.x.located = true
	defer func() { s.c.x.located = false }()
	vector := slices.Clone(s.c.vector(&m.v, text))
	k, h := len(m.header.Heads), m.header.Heads[head]
	worth := make(map[uint32]float64, len(vector))
	for _, f := range vector {
		worth[f.id] = h.Scale * float64(f.value) * float64(int8(m.weights[int(f.id)*k+head]))
	}
	times := make(map[uint32]int, len(vector))
	for _, b := range s.c.x.buckets {
		if id, ok := m.v.id(b); ok {
			times[id]++
		}
	}
	var out []Contribution
	for i, b := range s.c.x.buckets {
		id, ok := m.v.id(b)
		if !ok {
			continue
		}
		at := s.c.x.spans[i]
		if n := len(out); n == 0 || out[n-1].Start != int(at.start) {
			out = append(out, Contribution{Start: int(at.start), End: int(at.end)})
		}
		out[len(out)-1].Weight += worth[id] / float64(times[id])
	}
	return out
}

// pack rounds weights to bytes.
func pack(heads [][]float64) (weights []byte, scales []float64) {
	k := len(heads)
	weights = make([]byte, k*len(heads[0]))
	for i, w := range heads {
		most := 0.0
		for _, x := range w {
			most = max(most, math.Abs(x))
		}
		scale := most / 127
		scales = append(scales, scale)
		if scale == 0 {
			continue
		}
		for id, x := range w {
			weights[id*k+i] = byte(int8(math.Round(x / scale)))
		}
	}
	return weights, scales
}
