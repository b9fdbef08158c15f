package main

import (
	"context"
	"io"

	"guardrails/scripts/internal/command"
	"guardrails/scripts/internal/tree"
)

func main() { command.Main("lint", run) }

// run runs the named steps, or all of them.
func run(ctx context.Context, w io.Writer, args []string) error {
	t := &tools{progress: w}
	chosen, err := t.steps().Choose(w, args)
	if err != nil {
		return err
	}
	if t.root, err = tree.Root(ctx); err != nil {
		return err
	}
	return command.Run(ctx, w, chosen)
}
