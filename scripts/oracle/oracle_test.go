package oracle_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"guardrails/scripts/internal/python"
	"guardrails/shared/detect"
	"guardrails/shared/detect/pii"
)

// perPair is how many numbers each pair judges.
const perPair = 3000

// question asks a module of python-stdnum for its verdicts on values; answer has them in the same order.
type question struct {
	Module string   `json:"module"`
	Values []string `json:"values"`
}

type answer struct {
	// Valid has null where python-stdnum itself fails on a value.
	Valid []*bool `json:"valid"`
}

// TestStdnum compares the verdicts on each kind of number: where they differ, a line of the table must say why, and each
// such line must be needed.
func TestStdnum(t *testing.T) {
	t.Parallel()
	if testing.Short() {
		t.Skip("needs python-stdnum, which -short leaves out")
	}
	detectors := map[string]detect.Detector{}
	for _, d := range pii.Detectors() {
		detectors[d.Name] = d
	}
	all := pairs()
	questions, made := make([]question, len(all)), make([][]string, len(all))
	for i, p := range all {
		d, ok := detectors[p.detector]
		if !ok || d.Number == nil {
			t.Fatalf("%s: no detector with masks", p.detector)
		}
		made[i] = append(values(d), p.examples()...)
		questions[i] = question{p.module, p.asAsked(made[i])}
	}
	answers := ask(t, questions)
	for i, p := range all {
		t.Run(p.detector+"/"+p.module, func(t *testing.T) {
			t.Parallel()
			compare(t, p, detectors[p.detector], made[i], answers[i].Valid)
		})
	}
}

func (p pair) examples() []string {
	out := make([]string, len(p.differences))
	for i, d := range p.differences {
		out[i] = d.example
	}
	return out
}

// asAsked returns the values as python-stdnum wants them.
func (p pair) asAsked(values []string) []string {
	if p.asked == nil {
		return values
	}
	out := make([]string, len(values))
	for i, v := range values {
		out[i] = p.asked(v)
	}
	return out
}

func compare(t *testing.T, p pair, d detect.Detector, values []string, theirs []*bool) {
	t.Helper()
	if len(theirs) != len(values) {
		t.Fatalf("%d verdicts on %d values", len(theirs), len(values))
	}
	m := maker{d: d, masks: plainMasks(d)}
	shown := make([]bool, len(p.differences))
	both, wrong, failed := 0, 0, 0
	for i, v := range values {
		ours := m.accepts(v)
		switch {
		case theirs[i] == nil:
			failed++
			continue
		case ours == *theirs[i]:
			if ours {
				both++
			}
			continue
		}
		n := p.explains(v, ours)
		if n < 0 {
			if wrong++; wrong <= 5 {
				t.Errorf("%s: accepted here %v, by python-stdnum %v", v, ours, !ours)
			}
			continue
		}
		shown[n] = shown[n] || v == p.differences[n].example
	}
	if both < perPair/100 {
		t.Errorf("%d values that both accept, of %d: too few to tell", both, len(values))
	}
	if failed > perPair/2 {
		t.Errorf("python-stdnum fails on %d values, of %d", failed, len(values))
	}
	for n, ok := range shown {
		if !ok {
			t.Errorf("%s: no example that %s", p.differences[n].example, p.differences[n].reason)
		}
	}
}

// values makes up numbers of a detector, in the form that its check sees: of its masks at random, and of those that it
// accepts with up to three signs changed, half of which are changed on until it accepts them.
func values(d detect.Detector) []string {
	seed := [32]byte{}
	copy(seed[:], d.Name)
	m := maker{r: rand.New(rand.NewChaCha8(seed)), d: d, masks: plainMasks(d)} //nolint:gosec // the same numbers in each run
	m.pool = m.accepted()
	out := make([]string, 0, perPair)
	for len(out) < perPair {
		v := ""
		switch {
		case len(m.pool) == 0 || m.r.IntN(10) == 0:
			v = m.fill(m.masks[m.r.IntN(len(m.masks))])
		default:
			v = m.change(m.pool[m.r.IntN(len(m.pool))], 1+m.r.IntN(3))
			if m.r.IntN(2) == 0 {
				v = m.mend(v)
			}
		}
		if m.r.IntN(20) == 0 {
			v = m.zeros(v)
		}
		if m.accepts(v) {
			m.keep(v)
		}
		out = append(out, v)
	}
	return out
}

// maker makes numbers up. Its pool has such that the detector accepts.
type maker struct {
	r     *rand.Rand
	d     detect.Detector
	masks []string
	pool  []string
}

// plainMasks returns the masks of a detector without separators, each once.
func plainMasks(d detect.Detector) []string {
	var out []string
	for _, mask := range d.Number.Masks {
		mask = withoutSeparators(mask)
		if !slices.Contains(out, mask) {
			out = append(out, mask)
		}
	}
	return out
}

const maxPool = 400

func (m *maker) keep(v string) {
	if len(m.pool) < maxPool {
		m.pool = append(m.pool, v)
		return
	}
	m.pool[m.r.IntN(maxPool)] = v
}

func withoutSeparators(s string) string {
	return strings.Map(func(r rune) rune {
		if strings.ContainsRune("-_./ ", r) {
			return -1
		}
		return r
	}, s)
}

// accepts reports whether the detector does: a mask has to fit first.
func (m *maker) accepts(v string) bool {
	fits := slices.ContainsFunc(m.masks, func(mask string) bool { return m.fits(mask, v) })
	return fits && (m.d.Number.Validate == nil || m.d.Number.Validate(v) != detect.Reject)
}

func (m *maker) fits(mask, v string) bool {
	if len(mask) != len(v) {
		return false
	}
	for i := range len(v) {
		if set := signs(mask[i]); strings.IndexByte(set, v[i]) < 0 {
			return false
		}
	}
	return true
}

const (
	digits  = "0123456789"
	letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
)

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
func (m *maker) accepted() []string {
	const tries, wanted = 200_000, 8
	out := m.samples()
	for _, mask := range m.masks {
		found := 0
		for i := 0; i < tries && found < wanted; i++ {
			if v := m.fill(mask); m.accepts(v) {
				out = append(out, v)
				found++
			}
		}
	}
	return out
}

// samples finds the numbers in the positive samples.
func (m *maker) samples() []string {
	var out []string
	for _, text := range m.d.Samples.Positive {
		text = withoutSeparators(strings.ToUpper(text))
		for _, mask := range m.masks {
			for i := 0; i+len(mask) <= len(text); i++ {
				if v := text[i : i+len(mask)]; m.accepts(v) {
					out = append(out, v)
				}
			}
		}
	}
	return out
}

func (m *maker) fill(mask string) string {
	b := make([]byte, len(mask))
	for i := range b {
		b[i] = m.one(signs(mask[i]))
	}
	return string(b)
}

func (m *maker) one(set string) byte { return set[m.r.IntN(len(set))] }

// maskOf returns the first mask that fits a value, as one always does.
func (m *maker) maskOf(v string) string {
	return m.masks[slices.IndexFunc(m.masks, func(mask string) bool { return m.fits(mask, v) })]
}

// change gives n places of a value another sign of the same kind, where a mask that fits leaves a choice.
func (m *maker) change(v string, n int) string {
	mask := m.maskOf(v)
	b := []byte(v)
	for range n {
		i := m.r.IntN(len(b))
		b[i] = m.one(signs(mask[i]))
	}
	return string(b)
}

// zeros puts a few zeros in front of a value where a mask has digits, and mends the rest.
func (m *maker) zeros(v string) string {
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
func (m *maker) mend(v string) string {
	const tries = 400
	for range tries {
		if c := m.change(v, 1+m.r.IntN(2)); m.accepts(c) {
			return c
		}
	}
	return v
}

// ask starts python-stdnum, and installs it before where it is not there yet.
func ask(t *testing.T, questions []question) []answer {
	t.Helper()
	root, err := filepath.Abs("../..")
	if err != nil {
		t.Fatal(err)
	}
	var log bytes.Buffer
	bin, err := python.Venv{Root: root, Name: "oracle", Requirements: "scripts/oracle/requirements.txt", About: "python-stdnum"}.Install(t.Context(), &log)
	if err != nil {
		t.Fatalf("%v\n%s", err, log.String())
	}
	answers, err := exchange(t.Context(), exec.CommandContext(t.Context(), filepath.Join(bin, "python"), "ask.py"), questions)
	if err != nil {
		t.Fatal(err)
	}
	return answers
}

// exchange writes the questions to a process and reads an answer to each.
func exchange(_ context.Context, cmd *exec.Cmd, questions []question) ([]answer, error) {
	var in, out, failed bytes.Buffer
	enc := json.NewEncoder(&in)
	for _, q := range questions {
		if err := enc.Encode(q); err != nil {
			return nil, fmt.Errorf("write the questions: %w", err)
		}
	}
	cmd.Stdin, cmd.Stdout, cmd.Stderr = &in, &out, &failed
	if err := cmd.Run(); err != nil {
		return nil, fmt.Errorf("python-stdnum: %w: %s", err, failed.String())
	}
	answers := make([]answer, len(questions))
	dec := json.NewDecoder(&out)
	for i := range answers {
		if err := dec.Decode(&answers[i]); err != nil {
			return nil, fmt.Errorf("answer %d of %d: %w", i+1, len(answers), err)
		}
	}
	if _, err := dec.Token(); !errors.Is(err, io.EOF) {
		return nil, errors.New("more answers than questions")
	}
	return answers, nil
}
