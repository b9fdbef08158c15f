package main

import (
	"context"
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
	failed := 0
	for _, s := range chosen {
		if !report(ctx, w, t, s) {
			failed++
		}
	}
	if failed > 0 {
		return fmt.Errorf("%d of %d steps failed", failed, len(chosen))
	}
	return nil
}

// report runs one step, prints its line and, when it failed, what it found.
func report(ctx context.Context, w io.Writer, t *tools, s step) bool {
	start := time.Now()
	note, err := s.run(ctx, t)
	verdict := "ok"
	if err != nil {
		verdict = "FAIL"
	}
	fmt.Fprintf(w, "%-12s %-4s %6.1fs  %s\n", s.name, verdict, time.Since(start).Seconds(), firstOf(note, s.about))
	if err != nil {
		fmt.Fprintf(w, "%s\n", err)
	}
	return err == nil
}

func firstOf(values ...string) string {
	for _, v := range values {
		if v != "" {
			return v
		}
	}
	return ""
}
