// Package gotool builds programs of other modules at pinned versions, outside go.mod, whose versions the product ships with.
package gotool

import (
	"cmp"
	"context"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path"
	"path/filepath"
)

// Tool is a program of another module at one version. Name is what it is called here; empty means as its package.
type Tool struct{ Package, Version, Name string }

// Install builds a tool into .tools/<name>@<version> below root, once, and returns the path of its binary. Progress is
// told before that takes its time.
func Install(ctx context.Context, root string, t Tool, progress io.Writer) (string, error) {
	name := cmp.Or(t.Name, path.Base(t.Package))
	dir := filepath.Join(root, ".tools", name+"@"+t.Version)
	bin := filepath.Join(dir, path.Base(t.Package))
	if _, err := os.Stat(bin); err == nil {
		return bin, nil
	}
	fmt.Fprintf(progress, "building %s %s once; this takes a few minutes on a small machine\n", name, t.Version)
	cmd := exec.CommandContext(ctx, "go", "install", t.Package+"@"+t.Version)
	cmd.Env = append(os.Environ(), "GOBIN="+dir)
	if out, err := cmd.CombinedOutput(); err != nil {
		return "", fmt.Errorf("build %s: %w\n%s", name, err, out)
	}
	return bin, nil
}
