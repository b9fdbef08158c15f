package main

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"os"
	"path/filepath"

	"guardrails/scripts/internal/python"
)

// install makes the virtual environment with the two tools, unless it is there, and returns its bin folder.
func install(ctx context.Context, w io.Writer, root string) (string, error) {
	requirements := filepath.Join(root, "scripts", "contracttest", "requirements.txt")
	want, err := os.ReadFile(requirements)
	if err != nil {
		return "", err
	}
	venv := filepath.Join(root, ".tools", "contract")
	bin := filepath.Join(venv, "bin")
	stamp := filepath.Join(venv, "installed.txt")
	if have, err := os.ReadFile(stamp); err == nil && bytes.Equal(have, want) {
		return bin, nil
	}
	base, err := python.Find(ctx)
	if err != nil {
		return "", err
	}
	fmt.Fprintln(w, "installing schemathesis and openapi-spec-validator into .tools/contract (about 100 MB, once)")
	if err := command(ctx, w, root, base, "-m", "venv", "--clear", venv); err != nil {
		return "", fmt.Errorf("make %s: %w", venv, err)
	}
	err = command(ctx, w, root, filepath.Join(bin, "python"), "-m", "pip", "install", "--quiet",
		"--disable-pip-version-check", "--no-deps", "-r", requirements)
	if err != nil {
		return "", fmt.Errorf("install the tools from the package index: %w", err)
	}
	return bin, os.WriteFile(stamp, want, 0o644)
}
