package main

import (
	"context"
	"errors"
	"io"
	"os"
	"path/filepath"

	"guardrails/scripts/internal/command"
	"guardrails/scripts/internal/tree"
)

func main() { command.Main("hosts", run) }

// bench is where the checks work.
type bench struct {
	// root is the project, work a folder that is removed at the end.
	root, work string
	out        io.Writer
	// image is what the Dockerfile's instructions made.
	image *image
}

// run runs the named steps, or all of them.
func run(ctx context.Context, w io.Writer, args []string) (err error) {
	b := &bench{out: w}
	chosen, err := b.steps().Choose(w, args)
	if err != nil {
		return err
	}
	if b.root, err = tree.Root(ctx); err != nil {
		return err
	}
	if b.work, err = os.MkdirTemp("", "guardrails-hosts-*"); err != nil {
		return err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(b.work)) }()
	return command.Run(ctx, w, chosen)
}

func (b *bench) steps() command.Steps {
	return command.Steps{Tool: "hosts", All: []command.Step{
		{Name: "kubernetes", About: "the manifests are valid by Kubernetes' schemas", Run: b.kubernetes},
		{Name: "compose", About: "the compose file is valid by its specification", Run: b.compose},
		{Name: "hadolint", About: "the Dockerfile holds to good practice", Run: b.hadolint},
		{Name: "roles", About: "the roles of a node are valid CloudFormation", Run: b.roles},
		{Name: "image", About: "the Dockerfile's instructions make an image, twice the same", Run: b.makeImage},
		{Name: "systemd", About: "the unit is valid, and exposes little", Run: b.systemd},
		{Name: "as-compose", About: "the image serves as compose runs it", Run: b.asCompose},
		{Name: "as-node", About: "the image serves as a node on AWS, with the node's roles alone", Run: b.asNode},
	}}
}

func (b *bench) path(elem ...string) string {
	return filepath.Join(append([]string{b.root}, elem...)...)
}
