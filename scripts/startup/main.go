package main

import (
	"cmp"
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"text/tabwriter"
	"time"

	"guardrails/functions"
	"guardrails/infra/bundle"
	"guardrails/infra/plan"
	"guardrails/infra/stack"
	"guardrails/scripts/internal/command"
	"guardrails/scripts/internal/tree"
)

// within bounds a whole run, with builds from nothing on a small machine.
const within = 20 * time.Minute

func main() { command.Main("startup", run) }

// row is what is known of one function.
type row struct {
	context, function string
	binary, zip       int64
	median            start
}

func run(ctx context.Context, w io.Writer, args []string) error {
	flags := flag.NewFlagSet("startup", flag.ContinueOnError)
	all := flags.Bool("all", false, "show every function, not only the slowest of each context")
	runs := flags.Int("runs", 11, "how often each function is started")
	if err := command.Parse(w, flags, "measures how each bootstrap starts", args); err != nil {
		return err
	}
	if *runs < 1 {
		return errors.New("-runs must be at least 1")
	}
	ctx, cancel := context.WithTimeout(ctx, within)
	defer cancel()
	root, err := tree.Root(ctx)
	if err != nil {
		return err
	}
	p, err := plan.New("local", "", functions.Catalog())
	if err != nil {
		return err
	}
	here := "x86_64"
	if runtime.GOARCH == "arm64" {
		here = "arm64"
	}
	zips, err := bundle.Build(ctx, bundle.Options{Root: root, Dir: filepath.Join(root, "dist", "bootstrap"), Architecture: here}, stack.Contexts(p))
	if err != nil {
		return err
	}
	stub, err := newStub()
	if err != nil {
		return err
	}
	defer stub.close()
	var rows []row
	for _, z := range zips {
		bin := filepath.Join(filepath.Dir(z.Path), "bootstrap")
		info, err := os.Stat(bin)
		if err != nil {
			return err
		}
		for _, f := range p.Functions {
			if f.Spec.Context != z.Context {
				continue
			}
			median, err := measure(ctx, stub, bin, f.Spec.Name, *runs)
			if err != nil {
				return fmt.Errorf("start %s: %w", f.Spec.Name, err)
			}
			rows = append(rows, row{z.Context, f.Spec.Name, info.Size(), z.Bytes, median})
		}
	}
	fmt.Fprintf(w, "%s, median of %d starts\n", here, *runs)
	return show(w, rows, *all)
}

// show prints a line for each function, or for the one of each context that takes the most CPU.
func show(w io.Writer, rows []row, all bool) error {
	slices.SortStableFunc(rows, func(a, b row) int {
		return cmp.Or(cmp.Compare(a.context, b.context), cmp.Compare(b.median.cpu, a.median.cpu), cmp.Compare(a.function, b.function))
	})
	if !all {
		rows = slices.CompactFunc(rows, func(a, b row) bool { return a.context == b.context })
	}
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', tabwriter.AlignRight)
	fmt.Fprintln(t, "binary MB\tzip MB\tCPU ms\tuntil ready ms\tcontext\tfunction\t")
	for _, r := range rows {
		fmt.Fprintf(t, "%.1f\t%.1f\t%.1f\t%.1f\t%s\t%s\t\n", mega(r.binary), mega(r.zip), milli(r.median.cpu), milli(r.median.wall), r.context, r.function)
	}
	return t.Flush()
}

func mega(n int64) float64          { return float64(n) / 1e6 }
func milli(d time.Duration) float64 { return float64(d.Microseconds()) / 1e3 }
