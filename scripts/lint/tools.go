package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os/exec"

	"guardrails/scripts/internal/gotool"
)

// tools runs programs at the root of the tree.
type tools struct {
	root string
	// progress is told before something takes minutes.
	progress io.Writer
}

// install builds a tool, once, and returns the path of its binary.
func (t *tools) install(ctx context.Context, tl gotool.Tool) (string, error) {
	return gotool.Install(ctx, t.root, tl, t.progress)
}

// command runs a program and returns its output as the error when it fails.
func (t *tools) command(ctx context.Context, name string, args ...string) error {
	cmd := exec.CommandContext(ctx, name, args...)
	cmd.Dir = t.root
	out, err := cmd.CombinedOutput()
	var exit *exec.ExitError
	if errors.As(err, &exit) && len(out) > 0 {
		return errors.New(string(bytes.TrimSpace(out)))
	}
	if err != nil {
		return fmt.Errorf("run %s: %w", name, err)
	}
	return nil
}

// format rewrites the tree's files with the formatters that .golangci.yml names.
func (t *tools) format(ctx context.Context) (string, error) {
	bin, err := t.install(ctx, gotool.GolangciLint)
	if err != nil {
		return "", err
	}
	return "", t.command(ctx, bin, "fmt", "./...")
}
