package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"slices"
	"syscall"
	"time"

	"guardrails/scripts/internal/tree"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	if err := run(ctx, os.Stdout, os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, "lint:", err)
		os.Exit(1)
	}
}

// run runs the named steps, or all of them. It goes on after a failing step, so that one run shows everything.
func run(ctx context.Context, w io.Writer, names []string) error {
	root, err := tree.Root(ctx)
	if err != nil {
		return err
	}
	t := &tools{root: root, progress: w}
	if slices.Equal(names, []string{"fmt"}) {
		return t.format(ctx, w)
	}
	chosen, err := choose(steps, names)
	if err != nil {
		return err
	}
	count := map[string]int{}
	for _, s := range chosen {
		count[report(ctx, w, t, s)]++
	}
	fmt.Fprintf(w, "%d steps ok, %d failed, %d skipped\n", count[ok], count[fail], count[skip])
	if count[fail] > 0 {
		return errors.New("the tree is not clean")
	}
	return nil
}

// The verdicts on a step.
const ok, fail, skip = "ok", "FAIL", "SKIP"

// report runs one step, prints its line and, unless it passed, what it found, and returns the verdict.
func report(ctx context.Context, w io.Writer, t *tools, s step) string {
	start := time.Now()
	note, err := s.run(ctx, t)
	v := verdict(err)
	fmt.Fprintf(w, "%-12s %-4s %6.1fs  %s\n", s.name, v, time.Since(start).Seconds(), cmp.Or(note, s.about))
	if err != nil {
		fmt.Fprintln(w, err)
	}
	return v
}

func verdict(err error) string {
	switch {
	case err == nil:
		return ok
	case errors.Is(err, errSkipped):
		return skip
	}
	return fail
}
