package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"path/filepath"
	"slices"
	"syscall"
	"time"

	"guardrails/scripts/internal/tree"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	err := run(ctx, os.Stdout, os.Args[1:])
	stop()
	if err != nil {
		fmt.Fprintln(os.Stderr, "hosts:", err)
		os.Exit(1)
	}
}

// step is one check. It returns a note for its line, and errSkipped with a reason where it cannot be made.
type step struct {
	name, about string
	run         func(context.Context) (string, error)
}

var errSkipped = errors.New("skipped")

// bench is where the checks work.
type bench struct {
	// root is the project, work a folder that is removed at the end.
	root, work string
	out        io.Writer
	// image is what the Dockerfile's instructions made.
	image *image
}

// run runs the named steps, or all of them. It goes on after a failing one, so that one run shows everything.
func run(ctx context.Context, w io.Writer, names []string) (err error) {
	root, err := tree.Root(ctx)
	if err != nil {
		return err
	}
	work, err := os.MkdirTemp("", "guardrails-hosts-*")
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(work)) }()
	b := &bench{root: root, work: work, out: w}
	steps := []step{
		{"kubernetes", "the manifests are valid by Kubernetes' schemas", b.kubernetes},
		{"compose", "the compose file is valid by its specification", b.compose},
		{"hadolint", "the Dockerfile holds to good practice", b.hadolint},
		{"roles", "the roles of a node are valid CloudFormation", b.roles},
		{"image", "the Dockerfile's instructions make an image, twice the same", b.makeImage},
		{"systemd", "the unit is valid, and exposes little", b.systemd},
		{"as-compose", "the image serves as compose runs it", b.asCompose},
		{"as-node", "the image serves as a node on AWS, with the node's roles alone", b.asNode},
	}
	for _, name := range names {
		if !slices.ContainsFunc(steps, func(s step) bool { return s.name == name }) {
			return fmt.Errorf("there is no check %q", name)
		}
	}
	failed := 0
	for _, s := range steps {
		if len(names) > 0 && !slices.Contains(names, s.name) {
			continue
		}
		begin := time.Now()
		note, err := s.run(ctx)
		verdict := "ok"
		switch {
		case errors.Is(err, errSkipped):
			verdict = "SKIP"
		case err != nil:
			verdict = "FAIL"
			failed++
		}
		fmt.Fprintf(w, "%-12s %-4s %6.1fs  %s\n", s.name, verdict, time.Since(begin).Seconds(), cmp.Or(note, s.about))
		if err != nil {
			fmt.Fprintln(w, err)
		}
	}
	if failed > 0 {
		return fmt.Errorf("%d checks failed", failed)
	}
	return nil
}

func (b *bench) path(elem ...string) string {
	return filepath.Join(append([]string{b.root}, elem...)...)
}
