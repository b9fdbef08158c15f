package main

import (
	"context"
	"io"
	"time"

	"guardrails/functions"
	"guardrails/infra/plan"
	"guardrails/infra/stack"
	"guardrails/scripts/internal/command"
	"guardrails/scripts/internal/tree"
)

// within bounds a whole run, with builds from nothing on a small machine.
const within = 30 * time.Minute

func main() { command.Main("supply", run) }

// supply is what the checks share.
type supply struct {
	root string
	// contexts are the bounded contexts, each of which is a binary.
	contexts []string
	out      io.Writer
}

// run runs the named steps, or all of them.
func run(ctx context.Context, w io.Writer, args []string) error {
	s := &supply{out: w}
	chosen, err := s.steps().Choose(w, args)
	if err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(ctx, within)
	defer cancel()
	if s.root, err = tree.Root(ctx); err != nil {
		return err
	}
	p, err := plan.New("supply", "", functions.Catalog())
	if err != nil {
		return err
	}
	s.contexts = stack.Contexts(p)
	return command.Run(ctx, w, chosen)
}

// steps are in order of what they cost.
func (s *supply) steps() command.Steps {
	return command.Steps{
		Tool: "supply",
		All: []command.Step{
			{Name: "locks", About: "everything that is fetched is fetched by version and hash, but for the images that a Dockerfile begins with", Run: s.locks},
			{Name: "denied", About: "nothing that is denied is used", Run: s.denied},
			{Name: "licenses", About: "every linked module has an allowed license", Run: s.licenses},
			{Name: "sbom", About: "the lists of materials are written and valid", Run: s.sbom},
			{Name: "rebuild", About: "the same source makes the same zips elsewhere", Run: s.rebuild},
		},
		Apart: []command.Step{{Name: "notices", About: "write " + noticesFile + ", which ships in every zip", Run: s.writeNotices}},
	}
}
