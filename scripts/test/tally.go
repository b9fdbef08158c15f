package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"regexp"
	"slices"
	"strings"
	"time"
)

// event is one line of `go test -json` (go doc test2json).
type event struct {
	Action     string
	Package    string
	ImportPath string // in place of Package for build events
	Test       string
	Output     string
	Elapsed    float64
}

// test names a test, or a package where Name is empty.
type test struct{ Package, Name string }

// tally counts results and prints what a person wants to see: one line per package, the output of what failed, and at
// the end why tests were skipped.
type tally struct {
	w                       io.Writer
	passed, failed, skipped int
	// output holds the lines of tests that have not ended, and of packages.
	output map[test][]string
	// failures counts the failed tests of each package, to tell a package that failed without any.
	failures map[string]int
	skips    []skip
}

// skip is one reason for which tests of a package were skipped.
type skip struct {
	pkg, reason string
	tests       []string
}

func newTally(w io.Writer) *tally {
	return &tally{w: w, output: map[test][]string{}, failures: map[string]int{}}
}

// read takes events until the stream ends.
func (t *tally) read(r io.Reader) error {
	for dec := json.NewDecoder(r); ; {
		var e event
		if err := dec.Decode(&e); errors.Is(err, io.EOF) {
			return nil
		} else if err != nil {
			return fmt.Errorf("read the output of go test: %w", err)
		}
		t.take(e)
	}
}

func (t *tally) take(e event) {
	id := test{e.Package, e.Test}
	switch {
	case e.Action == "build-output":
		fmt.Fprint(t.w, e.Output)
	case e.Action == "output":
		t.output[id] = append(t.output[id], e.Output)
	case e.Test != "":
		t.testEnded(id, e.Action)
	case e.Action == "pass", e.Action == "fail", e.Action == "skip":
		t.packageEnded(e)
	}
}

func (t *tally) testEnded(id test, action string) {
	switch action {
	case "pass":
		t.passed++
	case "skip":
		t.skipped++
		t.skip(id, reason(t.output[id]))
	case "fail":
		t.failed++
		t.failures[id.Package]++
		t.print(id)
	default:
		return
	}
	delete(t.output, id)
}

// skip notes a skipped test beside the others of its package that were skipped for the same reason.
func (t *tally) skip(id test, reason string) {
	i := slices.IndexFunc(t.skips, func(s skip) bool { return s.pkg == id.Package && s.reason == reason })
	if i < 0 {
		i, t.skips = len(t.skips), append(t.skips, skip{pkg: id.Package, reason: reason})
	}
	t.skips[i].tests = append(t.skips[i].tests, id.Name)
}

// packageEnded prints the package's line. A package that failed without a failed test did not compile, panicked or
// ran out of time: then the output of everything unfinished is printed, and it counts as one failure.
func (t *tally) packageEnded(e event) {
	switch e.Action {
	case "pass":
		fmt.Fprintf(t.w, "ok    %-44s %6.1fs\n", e.Package, e.Elapsed)
	case "fail":
		if t.failures[e.Package] == 0 {
			t.failed++
			t.printUnfinished(e.Package)
		}
		fmt.Fprintf(t.w, "FAIL  %-44s %6.1fs\n", e.Package, e.Elapsed)
	}
	delete(t.output, test{Package: e.Package})
}

func (t *tally) printUnfinished(pkg string) {
	var ids []test
	for id := range t.output {
		if id.Package == pkg {
			ids = append(ids, id)
		}
	}
	slices.SortFunc(ids, func(a, b test) int { return strings.Compare(a.Name, b.Name) })
	for _, id := range ids {
		t.print(id)
		delete(t.output, id)
	}
}

// print writes the lines of a test without the marks of its progress.
func (t *tally) print(id test) {
	for _, line := range t.output[id] {
		if !strings.HasPrefix(line, "=== ") {
			fmt.Fprint(t.w, line)
		}
	}
}

// place is where a test said something: "a_test.go:7: ".
var place = regexp.MustCompile(`^[^ ]+\.go:[0-9]+: `)

// reason returns what the test said before it was skipped.
func reason(lines []string) string {
	for _, line := range slices.Backward(lines) {
		line = strings.TrimSpace(line)
		if line != "" && !strings.HasPrefix(line, "--- ") && !strings.HasPrefix(line, "=== ") {
			return place.ReplaceAllString(line, "")
		}
	}
	return "no reason given"
}

func (t *tally) summary(took time.Duration) {
	for _, s := range t.skips {
		fmt.Fprintf(t.w, "skip  %s: %s: %s\n", s.pkg, s.reason, strings.Join(s.tests, ", "))
	}
	fmt.Fprintf(t.w, "took %.0fs\n%d passed, %d failed, %d skipped\n", took.Seconds(), t.passed, t.failed, t.skipped)
}
