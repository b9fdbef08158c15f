package python

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
)

// Venv is a virtual environment of one tool, in the project's .tools folder.
type Venv struct {
	// Root is the project's folder; Name the environment's, under .tools.
	Root, Name string
	// Requirements is the file with the exact versions and the hashes of their files, from Root.
	Requirements string
	// About says what is installed, for whoever waits.
	About string
}

// Install makes the environment, unless the one there has these very requirements, and returns its bin folder.
func (v Venv) Install(ctx context.Context, w io.Writer) (string, error) {
	requirements := filepath.Join(v.Root, v.Requirements)
	want, err := os.ReadFile(requirements)
	if err != nil {
		return "", err
	}
	dir := filepath.Join(v.Root, ".tools", v.Name)
	bin, stamp := filepath.Join(dir, "bin"), filepath.Join(dir, "installed.txt")
	if have, err := os.ReadFile(stamp); err == nil && bytes.Equal(have, want) {
		return bin, nil
	}
	base, err := Find(ctx)
	if err != nil {
		return "", err
	}
	fmt.Fprintf(w, "installing %s into .tools/%s (once)\n", v.About, v.Name)
	if err := run(ctx, w, base, "-m", "venv", "--clear", dir); err != nil {
		return "", fmt.Errorf("make %s: %w", dir, err)
	}
	err = run(ctx, w, filepath.Join(bin, "python"), "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--no-deps", "--require-hashes", "-r", requirements)
	if err != nil {
		return "", fmt.Errorf("install %s from the package index: %w", v.About, err)
	}
	return bin, os.WriteFile(stamp, want, 0o600)
}

func run(ctx context.Context, w io.Writer, name string, args ...string) error {
	cmd := exec.CommandContext(ctx, name, args...)
	cmd.Stdout, cmd.Stderr = w, w
	return cmd.Run()
}
