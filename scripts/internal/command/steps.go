package command

import (
	"cmp"
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"
)

// Step is one thing that a tool looks at or does. Its run returns a note for the step's line (empty: what the step is
// about) and, as an error, everything that it found.
type Step struct {
	Name, About string
	Run         func(context.Context) (note string, err error)
}

// ErrSkipped is wrapped by the error of a step that cannot be made here, with the reason. It is shown, and fails nothing.
var ErrSkipped = errors.New("skipped")

// Steps are what a tool does: all of them, or those that are named.
type Steps struct {
	Tool string
	All  []Step
	// Apart are done only when they are named.
	Apart []Step
}

// Choose returns the steps that the arguments name, or all, in their order here: later ones may need what earlier ones
// made. Help goes to w, with flag.ErrHelp.
func (s Steps) Choose(w io.Writer, args []string) ([]Step, error) {
	if len(args) == 0 {
		return s.All, nil
	}
	known := slices.Concat(s.All, s.Apart)
	var names []string
	for _, k := range known {
		names = append(names, k.Name)
	}
	for _, name := range args {
		switch {
		case slices.Contains([]string{"-h", "-help", "--help", "help"}, name):
			s.usage(w)
			return nil, flag.ErrHelp
		case !slices.Contains(names, name):
			return nil, fmt.Errorf("there is no step %q; there are %s", name, strings.Join(names, ", "))
		}
	}
	return slices.DeleteFunc(known, func(k Step) bool { return !slices.Contains(args, k.Name) }), nil
}

func (s Steps) usage(w io.Writer) {
	fmt.Fprintf(w, "usage: go run ./scripts/%s [step ...]; without a step all of these:\n", s.Tool)
	show := func(list []Step) {
		for _, k := range list {
			fmt.Fprintf(w, "  %-14s %s\n", k.Name, k.About)
		}
	}
	show(s.All)
	if len(s.Apart) > 0 {
		fmt.Fprintln(w, "only when named:")
		show(s.Apart)
	}
}

// Run runs steps and prints a line for each. It goes on after a failing one, so that one run shows everything.
func Run(ctx context.Context, w io.Writer, chosen []Step) error {
	count := map[string]int{}
	for _, s := range chosen {
		count[s.report(ctx, w)]++
	}
	fmt.Fprintf(w, "%d ok, %d failed, %d skipped\n", count[ok], count[fail], count[skip])
	if count[fail] > 0 {
		return fmt.Errorf("%d of %d steps failed", count[fail], len(chosen))
	}
	return nil
}

// The verdicts on a step.
const ok, fail, skip = "ok", "FAIL", "SKIP"

// report runs a step, prints its line and, unless it passed, what it found, and returns the verdict.
func (s Step) report(ctx context.Context, w io.Writer) string {
	begin := time.Now()
	note, err := s.Run(ctx)
	verdict := ok
	switch {
	case errors.Is(err, ErrSkipped):
		verdict = skip
	case err != nil:
		verdict = fail
	}
	fmt.Fprintf(w, "%-12s %-4s %6.1fs  %s\n", s.Name, verdict, time.Since(begin).Seconds(), cmp.Or(note, s.About))
	if err != nil {
		fmt.Fprintln(w, "  "+strings.ReplaceAll(err.Error(), "\n", "\n  "))
	}
	return verdict
}
