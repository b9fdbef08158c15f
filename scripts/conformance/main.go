package main

import (
	"context"
	"io"

	"guardrails/scripts/internal/command"
	"guardrails/scripts/internal/tree"
)

func main() {
	command.Main("conformance", func(ctx context.Context, w io.Writer, args []string) error {
		root, err := tree.Root(ctx)
		if err != nil {
			return err
		}
		steps := command.Steps{Tool: "conformance", All: []command.Step{
			{Name: "sqs", About: "what the system needs of SQS, against ElasticMQ " + version, Run: func(ctx context.Context) (string, error) { return "", sqs(ctx, w, root) }},
		}}
		chosen, err := steps.Choose(w, args)
		if err != nil {
			return err
		}
		return command.Run(ctx, w, chosen)
	})
}
