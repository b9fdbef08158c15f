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
	"strings"
	"syscall"
	"time"

	"guardrails/functions"
	"guardrails/infra/plan"
	"guardrails/infra/stack"
	"guardrails/scripts/internal/tree"
)

// within bounds a whole run, with builds from nothing on a small machine.
const within = 30 * time.Minute

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	ctx, cancel := context.WithTimeout(ctx, within)
	err := run(ctx, os.Stdout, os.Args[1:])
	cancel()
	stop()
	if err != nil {
		fmt.Fprintln(os.Stderr, "supply:", err)
		os.Exit(1)
	}
}

// check is one thing that is looked at. Its run returns a note for the check's line (empty: what the check is about)
// and, as an error, everything that it found.
type check struct {
	name, about string
	run         func(context.Context, *supply) (string, error)
}

// checks are in order of what they cost.
var checks = []check{
	{"locks", "everything that is fetched is fetched by version and hash", locks},
	{"denied", "nothing that is denied is used", denied},
	{"licenses", "every linked module has an allowed license", licenses},
	{"sbom", "the lists of materials are written and valid", sbom},
	{"rebuild", "the same source makes the same zips elsewhere", rebuild},
}

// supply is what the checks share.
type supply struct {
	root string
	// contexts are the bounded contexts, each of which is a binary.
	contexts []string
	out      io.Writer
}

func run(ctx context.Context, w io.Writer, names []string) error {
	root, err := tree.Root(ctx)
	if err != nil {
		return err
	}
	p, err := plan.New("supply", "", functions.Catalog())
	if err != nil {
		return err
	}
	s := &supply{root: root, contexts: stack.Contexts(p), out: w}
	if slices.Equal(names, []string{"notices"}) {
		return s.writeNotices(ctx)
	}
	failed := 0
	chosen, err := choose(names)
	if err != nil {
		return err
	}
	for _, c := range chosen {
		begin := time.Now()
		note, err := c.run(ctx, s)
		verdict := "ok"
		if err != nil {
			verdict = "FAIL"
			failed++
		}
		fmt.Fprintf(w, "%-10s %-4s %6.1fs  %s\n", c.name, verdict, time.Since(begin).Seconds(), cmp.Or(note, c.about))
		if err != nil {
			fmt.Fprintln(w, "  "+strings.ReplaceAll(err.Error(), "\n", "\n  "))
		}
	}
	if failed > 0 {
		return fmt.Errorf("%d of %d checks failed", failed, len(chosen))
	}
	return nil
}

func choose(names []string) ([]check, error) {
	if len(names) == 0 {
		return checks, nil
	}
	var out []check
	for _, name := range names {
		i := slices.IndexFunc(checks, func(c check) bool { return c.name == name })
		if i < 0 {
			return nil, errors.New("no check " + name)
		}
		out = append(out, checks[i])
	}
	return out, nil
}
