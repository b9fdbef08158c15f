package main

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"strings"

	"guardrails/scripts/internal/command"
	"guardrails/scripts/internal/gotool"
	"guardrails/scripts/internal/tree"
)

// steps are in order of what they cost.
func (t *tools) steps() command.Steps {
	return command.Steps{
		Tool: "lint",
		All: []command.Step{
			{Name: "imports", About: "packages import in the one direction that the design allows", Run: t.imports},
			{Name: "docs", About: "every package says in one sentence what it is", Run: t.docs},
			{Name: "targets", About: "every make target that the pages name is there", Run: t.targets},
			{Name: "contributing", About: "CONTRIBUTING.md has one line per package", Run: t.contributing},
			{Name: "mod", About: "go.mod and go.sum hold what the code needs", Run: t.mod},
			{Name: "vet", About: "go vet", Run: t.vet},
			{Name: "bench", About: "the module that measures the engine beside others still builds", Run: t.bench},
			{Name: "scopecheck", About: "AWS clients, Scopes, unsafe and reflect stay where tenants are kept apart", Run: t.scopecheck},
			{Name: "workflows", About: "GitHub's workflows are well formed", Run: t.workflows},
			{Name: "golangci", About: "golangci-lint and the house format", Run: t.golangci},
			{Name: "govulncheck", About: "known vulnerabilities that are reachable", Run: t.govulncheck},
		},
		Apart: []command.Step{{Name: "fmt", About: "rewrite files in the house format, by gofumpt and gci", Run: t.format}},
	}
}

func (t *tools) imports(ctx context.Context) (string, error) {
	packages, err := tree.Load(ctx, t.root)
	if err != nil {
		return "", err
	}
	return fmt.Sprintf("import direction of %d packages", len(packages)), findings(wrongImports(packages))
}

func (t *tools) docs(ctx context.Context) (string, error) {
	packages, err := tree.Load(ctx, t.root)
	if err != nil {
		return "", err
	}
	return "", findings(undocumented(packages))
}

func (t *tools) contributing(ctx context.Context) (string, error) {
	return "", t.command(ctx, "go", "run", "./scripts/generate", "-check", "packages")
}

func (t *tools) mod(ctx context.Context) (string, error) {
	return "", t.command(ctx, "go", "mod", "tidy", "-diff")
}

func (t *tools) vet(ctx context.Context) (string, error) {
	return "", t.command(ctx, "go", "vet", "./...")
}

// bench looks at the one Go module here that no other step sees.
func (t *tools) bench(ctx context.Context) (string, error) {
	return "", t.command(ctx, "go", "-C", filepath.Join("scripts", "bench"), "vet", ".")
}

func (t *tools) scopecheck(ctx context.Context) (string, error) {
	tool := filepath.Join(t.root, ".tools", "scopecheck")
	if err := t.command(ctx, "go", "build", "-o", tool, "./scripts/scopecheck"); err != nil {
		return "", err
	}
	return "", t.command(ctx, "go", "vet", "-vettool="+tool, "./...")
}

func (t *tools) golangci(ctx context.Context) (string, error) {
	path, err := t.install(ctx, gotool.GolangciLint)
	if err != nil {
		return "", err
	}
	return "", t.command(ctx, path, "run", "./...")
}

// workflows checks .github/workflows; the tool reads the shell in them too where shellcheck is installed.
func (t *tools) workflows(ctx context.Context) (string, error) {
	path, err := t.install(ctx, gotool.Actionlint)
	if err != nil {
		return "", err
	}
	files, err := filepath.Glob(filepath.Join(t.root, ".github", "workflows", "*.yml"))
	if err != nil {
		return "", err
	}
	return fmt.Sprintf("%d workflows of GitHub are well formed", len(files)), t.command(ctx, path, files...)
}

// govulncheck needs itself and the vulnerability database, both from the network. Without, it is skipped: the tree can be
// worked on behind a closed proxy, while an open pipeline runs the step.
func (t *tools) govulncheck(ctx context.Context) (string, error) {
	path, err := t.install(ctx, gotool.Govulncheck)
	if err != nil {
		return "", fmt.Errorf("%w: govulncheck %s cannot be built from here\n%w", command.ErrSkipped, gotool.Govulncheck.Version, err)
	}
	err = t.command(ctx, path, "./...")
	if err != nil && strings.Contains(err.Error(), "fetching vulnerabilities") {
		return "", fmt.Errorf("%w: the vulnerability database, vuln.go.dev, does not answer\n%w", command.ErrSkipped, err)
	}
	return "", err
}

// findings turns lines into an error, or nil when there are none.
func findings(lines []string) error {
	if len(lines) == 0 {
		return nil
	}
	return errors.New(strings.Join(lines, "\n"))
}
