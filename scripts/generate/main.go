package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"slices"
	"strings"
	"syscall"

	"guardrails/scripts/internal/tree"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	check := flag.Bool("check", false, "say what is out of date and write nothing")
	flag.Parse()
	if err := run(ctx, os.Stdout, *check, flag.Args()); err != nil {
		fmt.Fprintln(os.Stderr, "generate:", err)
		os.Exit(1)
	}
}

// generator rewrites files below root.
type generator struct {
	name string
	run  func(ctx context.Context, root string) error
}

var generators = []generator{
	{"go", goGenerate},
	{"openapi", writeOpenAPI},
	{"packages", writePackages},
	{"monitoring", writeMonitoring},
	{"detectors", writeDetectors},
}

func run(ctx context.Context, w io.Writer, check bool, names []string) error {
	root, err := tree.Root(ctx)
	if err != nil {
		return err
	}
	if !check {
		return write(ctx, root, names)
	}
	return compare(ctx, w, root, names)
}

// write runs the named generators, or all, below root.
func write(ctx context.Context, root string, names []string) error {
	for _, g := range generators {
		if len(names) > 0 && !slices.Contains(names, g.name) {
			continue
		}
		if err := g.run(ctx, root); err != nil {
			return fmt.Errorf("%s: %w", g.name, err)
		}
	}
	return nil
}

// compare runs the generators in a copy of the tree and fails when that changes a file.
func compare(ctx context.Context, w io.Writer, root string, names []string) error {
	s, err := copyTree(ctx, root)
	if err != nil {
		return err
	}
	if err := write(ctx, s.dir, names); err != nil {
		return errors.Join(err, s.remove())
	}
	changed, err := s.changed()
	if err = errors.Join(err, s.remove()); err != nil {
		return err
	}
	if len(changed) > 0 {
		return fmt.Errorf("out of date, run `make generate`: %s", strings.Join(changed, ", "))
	}
	fmt.Fprintln(w, "generated files are up to date")
	return nil
}
