package tree

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os/exec"
	"strings"
)

// Module is the module's path, with which every import path of this tree begins.
const Module = "guardrails"

// Package is one package as `go list` shows it; paths are import paths.
type Package struct {
	ImportPath string
	Name       string
	// Dir is absolute; the file names below are relative to it.
	Dir string
	// Doc is the first sentence of the package comment, or empty.
	Doc          string
	GoFiles      []string
	TestGoFiles  []string
	XTestGoFiles []string
	// Deps are all transitive dependencies of the package without its tests.
	Deps []string
	// TestImports and XTestImports are direct imports of the tests.
	TestImports  []string
	XTestImports []string
}

// Path returns the package's folder below the module's root, with slashes; "." for the root itself.
func (p Package) Path() string {
	if p.ImportPath == Module {
		return "."
	}
	return strings.TrimPrefix(p.ImportPath, Module+"/")
}

// Load lists all packages below dir in the order of their paths. A package that does not compile is listed as far as
// it parses.
func Load(ctx context.Context, dir string) ([]Package, error) {
	cmd := exec.CommandContext(ctx, "go", "list", "-e",
		"-json=ImportPath,Name,Dir,Doc,GoFiles,TestGoFiles,XTestGoFiles,Deps,TestImports,XTestImports", "./...")
	cmd.Dir = dir
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	if err != nil {
		return nil, fmt.Errorf("go list: %w: %s", err, stderr.String())
	}
	return decode(out)
}

func decode(out []byte) ([]Package, error) {
	var packages []Package
	for dec := json.NewDecoder(bytes.NewReader(out)); ; {
		var p Package
		if err := dec.Decode(&p); errors.Is(err, io.EOF) {
			return packages, nil
		} else if err != nil {
			return nil, fmt.Errorf("decode go list: %w", err)
		}
		packages = append(packages, p)
	}
}

// Root returns the folder that holds go.mod, so that tools and their tests work from any folder of the tree.
func Root(ctx context.Context) (string, error) {
	out, err := exec.CommandContext(ctx, "go", "list", "-m", "-f", "{{.Dir}}").Output()
	if err != nil {
		return "", fmt.Errorf("find the module's root: %w", err)
	}
	return strings.TrimSpace(string(out)), nil
}
