package oracle_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os/exec"
	"path/filepath"
	"testing"

	"guardrails/scripts/internal/python"
	"guardrails/shared/detect"
	"guardrails/shared/detect/numbertest"
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
		made[i] = append(numbertest.New(d).Values(perPair), p.examples()...)
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
	m := numbertest.New(d)
	shown := make([]bool, len(p.differences))
	both, wrong, failed := 0, 0, 0
	for i, v := range values {
		ours := m.Accepts(v)
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
	if both < 10 {
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
	answers, err := exchange(exec.CommandContext(t.Context(), filepath.Join(bin, "python"), "ask.py"), questions)
	if err != nil {
		t.Fatal(err)
	}
	return answers
}

// exchange writes the questions to a process and reads an answer to each.
func exchange(cmd *exec.Cmd, questions []question) ([]answer, error) {
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
