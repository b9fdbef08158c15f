package main

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"strings"

	"guardrails/scripts/internal/gotool"
	"guardrails/scripts/internal/tree"
)

// step is one check. Its run returns a note for the step's line (empty: what the step is about) and, as an error,
// everything it found.
type step struct {
	name, about string
	run         func(context.Context, *tools) (string, error)
}

// steps are in order of what they cost.
var steps = []step{
	{"imports", "packages import in the one direction that the design allows", checkImports},
	{"docs", "every package says in one sentence what it is", checkDocs},
	{"contributing", "CONTRIBUTING.md has one line per package", checkContributing},
	{"mod", "go.mod and go.sum hold what the code needs", checkMod},
	{"vet", "go vet", vet},
	{"scopecheck", "AWS clients, Scopes, unsafe and reflect stay where tenants are kept apart", scopecheck},
	{"workflows", "GitHub's workflows are well formed", workflows},
	{"golangci", "golangci-lint and the house format", golangci},
	{"govulncheck", "known vulnerabilities that are reachable", govulncheck},
}

func choose(all []step, names []string) ([]step, error) {
	if len(names) == 0 {
		return all, nil
	}
	var chosen []step
	for _, name := range names {
		found := false
		for _, s := range all {
			if s.name == name {
				chosen, found = append(chosen, s), true
			}
		}
		if !found {
			return nil, fmt.Errorf("no step %q; there are %s", name, stepNames(all))
		}
	}
	return chosen, nil
}

func stepNames(all []step) string {
	names := make([]string, len(all))
	for i, s := range all {
		names[i] = s.name
	}
	return strings.Join(names, ", ")
}

func checkImports(ctx context.Context, t *tools) (string, error) {
	packages, err := tree.Load(ctx, t.root)
	if err != nil {
		return "", err
	}
	return fmt.Sprintf("import direction of %d packages", len(packages)), findings(wrongImports(packages))
}

func checkDocs(ctx context.Context, t *tools) (string, error) {
	packages, err := tree.Load(ctx, t.root)
	if err != nil {
		return "", err
	}
	return "", findings(undocumented(packages))
}

func checkContributing(ctx context.Context, t *tools) (string, error) {
	return "", t.command(ctx, "go", "run", "./scripts/generate", "-check", "packages")
}

func checkMod(ctx context.Context, t *tools) (string, error) {
	return "", t.command(ctx, "go", "mod", "tidy", "-diff")
}

func vet(ctx context.Context, t *tools) (string, error) {
	return "", t.command(ctx, "go", "vet", "./...")
}

func scopecheck(ctx context.Context, t *tools) (string, error) {
	tool := filepath.Join(t.root, ".tools", "scopecheck")
	if err := t.command(ctx, "go", "build", "-o", tool, "./scripts/scopecheck"); err != nil {
		return "", err
	}
	return "", t.command(ctx, "go", "vet", "-vettool="+tool, "./...")
}

func golangci(ctx context.Context, t *tools) (string, error) {
	path, err := t.install(ctx, gotool.GolangciLint)
	if err != nil {
		return "", err
	}
	return "", t.command(ctx, path, "run", "./...")
}

// workflows checks .github/workflows; the tool reads the shell in them too where shellcheck is installed.
func workflows(ctx context.Context, t *tools) (string, error) {
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

// errSkipped marks a step that could not run for want of the network. It is shown as such and fails nothing: the tree
// can be worked on behind a closed proxy, while an open pipeline runs the step.
var errSkipped = errors.New("skipped")

// govulncheck needs itself and the vulnerability database, both from the network.
func govulncheck(ctx context.Context, t *tools) (string, error) {
	path, err := t.install(ctx, gotool.Govulncheck)
	if err != nil {
		return "", fmt.Errorf("%w: govulncheck %s cannot be built from here\n%w", errSkipped, gotool.Govulncheck.Version, err)
	}
	err = t.command(ctx, path, "./...")
	if err != nil && strings.Contains(err.Error(), "fetching vulnerabilities") {
		return "", fmt.Errorf("%w: the vulnerability database, vuln.go.dev, does not answer\n%w", errSkipped, err)
	}
	return "", err
}

// findings turns lines into an error, or nil when there are none.
func findings(lines []string) error {
	if len(lines) == 0 {
		return nil
	}
	return errors.New("  " + strings.Join(lines, "\n  "))
}
