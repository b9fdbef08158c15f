package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"regexp"
	"syscall"
	"time"

	"guardrails/scripts/internal/tree"
)

// declaration is how a fuzz target begins in gofmt's format.
var declaration = regexp.MustCompile(`(?m)^func (Fuzz\w+)\(`)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	each := flag.Duration("time", 10*time.Second, "how long each target runs")
	flag.Parse()
	if err := run(ctx, os.Stdout, *each); err != nil {
		fmt.Fprintln(os.Stderr, "fuzz:", err)
		os.Exit(1)
	}
}

// run goes on after a target that failed, so that one run finds all it can.
func run(ctx context.Context, w io.Writer, each time.Duration) error {
	root, err := tree.Root(ctx)
	if err != nil {
		return err
	}
	packages, err := tree.Load(ctx, root)
	if err != nil {
		return err
	}
	var failures []error
	for _, p := range packages {
		names, err := targets(p)
		if err != nil {
			return err
		}
		for _, name := range names {
			fmt.Fprintf(w, "%s %s\n", p.Path(), name)
			if err := fuzz(ctx, w, p, name, each); err != nil {
				failures = append(failures, fmt.Errorf("%s %s: %w", p.Path(), name, err))
			}
			if ctx.Err() != nil {
				return ctx.Err()
			}
		}
	}
	return errors.Join(failures...)
}

func targets(p tree.Package) ([]string, error) {
	var names []string
	for _, file := range append(append([]string{}, p.TestGoFiles...), p.XTestGoFiles...) {
		src, err := os.ReadFile(filepath.Join(p.Dir, file))
		if err != nil {
			return nil, err
		}
		for _, m := range declaration.FindAllSubmatch(src, -1) {
			names = append(names, string(m[1]))
		}
	}
	return names, nil
}

func fuzz(ctx context.Context, w io.Writer, p tree.Package, name string, each time.Duration) error {
	cmd := exec.CommandContext(ctx, "go", "test", "-run=^$", "-fuzz=^"+name+"$", "-fuzztime="+each.String(), ".")
	cmd.Dir, cmd.Stdout, cmd.Stderr = p.Dir, w, w
	return cmd.Run()
}
