package numbertest

import (
	"math/rand/v2"
	"slices"
	"strings"

	"guardrails/shared/detect"
)

// Maker makes up values of a Number detector, in the form that its check sees: capitals and digits without separators. The
// same detector gives the same values each time.
type Maker struct {
	r     *rand.Rand
	d     detect.Detector
	masks []string
	// pool has values that the detector accepts.
	pool []string
}

const (
	digits  = "0123456789"
	letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
	maxPool = 400
)

// New returns a maker for a detector that has masks.
func New(d detect.Detector) *Maker {
	seed := [32]byte{}
	copy(seed[:], d.Name)
	return &Maker{r: rand.New(rand.NewChaCha8(seed)), d: d, masks: plainMasks(d)} //nolint:gosec // the same in each run
}

// plainMasks returns the masks of a detector without separators, each once.
func plainMasks(d detect.Detector) []string {
	var out []string
	for _, mask := range d.Number.Masks {
		if mask = withoutSeparators(mask); !slices.Contains(out, mask) {
			out = append(out, mask)
		}
	}
	return out
}

func withoutSeparators(s string) string {
	return strings.Map(func(r rune) rune {
		if strings.ContainsRune("-_./ ", r) {
			return -1
		}
		return r
	}, s)
}

// Values returns n values: some of the masks at random, and others that come from accepted ones by up to three changes,
// half of which are changed on until the detector accepts them.
func (m *Maker) Values(n int) []string {
	if m.pool == nil {
		m.pool = m.accepted()
	}
	out := make([]string, 0, n)
	for len(out) < n {
		v := m.next()
		if m.Accepts(v) {
			m.keep(v)
		}
		out = append(out, v)
	}
	return out
}

func (m *Maker) next() string {
	if len(m.pool) == 0 || m.r.IntN(10) == 0 {
		return m.fill(m.masks[m.r.IntN(len(m.masks))])
	}
	v := m.change(m.pool[m.r.IntN(len(m.pool))], 1+m.r.IntN(3))
	if m.r.IntN(2) == 0 {
		v = m.mend(v)
	}
	if m.r.IntN(20) == 0 {
		v = m.zeros(v)
	}
	return v
}

func (m *Maker) keep(v string) {
	if len(m.pool) < maxPool {
		m.pool = append(m.pool, v)
		return
	}
	m.pool[m.r.IntN(maxPool)] = v
}

// Accepts reports whether a mask of the detector fits the value, and its check does not reject it.
func (m *Maker) Accepts(v string) bool { return m.verdict(v) != detect.Reject }

// Valid reports whether a mask of the detector fits the value, and its check holds.
func (m *Maker) Valid(v string) bool { return m.verdict(v) == detect.Valid }

func (m *Maker) verdict(v string) detect.Verdict {
	switch {
	case m.maskOf(v) == "":
		return detect.Reject
	case m.d.Number.Validate == nil:
		return detect.Plausible
	}
	return m.d.Number.Validate(v)
}

// maskOf returns the first mask that fits a value, "" if none does.
func (m *Maker) maskOf(v string) string {
	if i := slices.IndexFunc(m.masks, func(mask string) bool { return fits(mask, v) }); i >= 0 {
		return m.masks[i]
	}
	return ""
}

func fits(mask, v string) bool {
	if len(mask) != len(v) {
		return false
	}
	for i := range len(v) {
		if strings.IndexByte(signs(mask[i]), v[i]) < 0 {
			return false
		}
	}
	return true
}

// signs returns what may stand where the mask has c.
func signs(c byte) string {
	switch c {
	case '9':
		return digits
	case 'A':
		return letters
	case 'X':
		return digits + letters
	}
	return string(c)
}

// accepted takes the numbers in the samples, and searches at random for more of each mask.
func (m *Maker) accepted() []string {
	const tries, wanted = 200_000, 8
	out := m.samples()
	for _, mask := range m.masks {
		found := 0
		for i := 0; i < tries && found < wanted; i++ {
			if v := m.fill(mask); m.Accepts(v) {
				out = append(out, v)
				found++
			}
		}
	}
	return out
}

// samples finds the numbers in the positive samples.
func (m *Maker) samples() []string {
	var out []string
	for _, text := range m.d.Samples.Positive {
		text = withoutSeparators(strings.ToUpper(text))
		for _, mask := range m.masks {
			for i := 0; i+len(mask) <= len(text); i++ {
				if v := text[i : i+len(mask)]; m.Accepts(v) {
					out = append(out, v)
				}
			}
		}
	}
	return out
}

func (m *Maker) fill(mask string) string {
	b := make([]byte, len(mask))
	for i := range b {
		b[i] = m.one(signs(mask[i]))
	}
	return string(b)
}

func (m *Maker) one(set string) byte { return set[m.r.IntN(len(set))] }

// change gives n places of a value another sign, where the mask leaves a choice.
func (m *Maker) change(v string, n int) string {
	mask := m.maskOf(v)
	b := []byte(v)
	for range n {
		i := m.r.IntN(len(b))
		b[i] = m.one(signs(mask[i]))
	}
	return string(b)
}

// zeros puts a few zeros in front of a value where the mask has digits.
func (m *Maker) zeros(v string) string {
	mask := m.maskOf(v)
	b := []byte(v)
	for i := range min(1+m.r.IntN(4), len(b)) {
		if mask[i] == '9' {
			b[i] = '0'
		}
	}
	return string(b)
}

// mend changes a value until the detector accepts it, and gives it back as it was where that takes too long.
func (m *Maker) mend(v string) string {
	const tries = 400
	for range tries {
		if c := m.change(v, 1+m.r.IntN(2)); m.Accepts(c) {
			return c
		}
	}
	return v
}
