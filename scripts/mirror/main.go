package main

import (
	"context"
	"fmt"
	"os"
	"text/tabwriter"

	"guardrails/scripts/internal/tree"
)

func main() {
	if err := run(context.Background()); err != nil {
		fmt.Fprintln(os.Stderr, "mirror:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context) error {
	root, err := tree.Root(ctx)
	if err != nil {
		return err
	}
	packages, err := tree.Load(ctx, root)
	if err != nil {
		return err
	}
	m, err := measure(packages)
	if err != nil {
		return err
	}
	w := tabwriter.NewWriter(os.Stdout, 0, 0, 3, ' ', 0)
	fmt.Fprintln(w, "MEASURE\tOURS\tAIM")
	for _, row := range m.rows() {
		fmt.Fprintf(w, "%s\t%s\t%s\n", row.name, row.ours, row.aim)
	}
	if err := w.Flush(); err != nil {
		return err
	}
	return printWidest(packages, m)
}

// printWidest names the packages where a junk drawer would show first: those that many import for many names.
func printWidest(packages []tree.Package, m *figures) error {
	w := tabwriter.NewWriter(os.Stdout, 0, 0, 3, ' ', tabwriter.AlignRight)
	fmt.Fprintln(w, "\nimporters\texported\tpackage\t")
	for _, f := range widest(packages, m.exportedBy, 8) {
		fmt.Fprintf(w, "%d\t%d\t%s\t\n", f.importers, f.exported, f.path)
	}
	return w.Flush()
}
