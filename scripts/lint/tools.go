package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path"
	"path/filepath"
)

// tool is a program of another module at one version. It stays outside go.mod, whose versions the product ships with.
type tool struct{ pkg, version string }

var (
	golangciLint = tool{"github.com/golangci/golangci-lint/v2/cmd/golangci-lint", "v2.15.0"}
	actionlint   = tool{"github.com/rhysd/actionlint/cmd/actionlint", "v1.7.7"}
	vulncheck    = tool{"golang.org/x/vuln/cmd/govulncheck", "v1.9.0"}
)

// tools runs programs at the root of the tree.
type tools struct {
	root string
	// progress is told before something takes minutes.
	progress io.Writer
}

// install builds a tool into .tools/<name>@<version>, once, and returns the path of its binary.
func (t *tools) install(ctx context.Context, tl tool) (string, error) {
	name := path.Base(tl.pkg)
	dir := filepath.Join(t.root, ".tools", name+"@"+tl.version)
	bin := filepath.Join(dir, name)
	if _, err := os.Stat(bin); err == nil {
		return bin, nil
	}
	fmt.Fprintf(t.progress, "building %s %s once; this takes a few minutes on a small machine\n", name, tl.version)
	cmd := exec.CommandContext(ctx, "go", "install", tl.pkg+"@"+tl.version)
	cmd.Env = append(os.Environ(), "GOBIN="+dir)
	if out, err := cmd.CombinedOutput(); err != nil {
		return "", fmt.Errorf("build %s: %w\n%s", name, err, out)
	}
	return bin, nil
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
func (t *tools) format(ctx context.Context, w io.Writer) error {
	bin, err := t.install(ctx, golangciLint)
	if err != nil {
		return err
	}
	fmt.Fprintln(w, "formatting with gofumpt and gci")
	return t.command(ctx, bin, "fmt", "./...")
}
