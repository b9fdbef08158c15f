package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"guardrails/scripts/internal/tree"
)

// The list stands between these two lines of CONTRIBUTING.md.
const (
	listBegin = "<!-- packages: written by `make generate` from the package comments -->\n"
	listEnd   = "<!-- end of packages -->\n"
)

func writePackages(ctx context.Context, root string) error {
	packages, err := tree.Load(ctx, root)
	if err != nil {
		return err
	}
	name := filepath.Join(root, "CONTRIBUTING.md")
	page, err := os.ReadFile(name)
	if err != nil {
		return err
	}
	updated, err := replaceList(string(page), packageList(packages))
	if err != nil || updated == string(page) {
		return err
	}
	return os.WriteFile(name, []byte(updated), 0o644)
}

// replaceList returns page with list between the two marks.
func replaceList(page, list string) (string, error) {
	head, rest, ok := strings.Cut(page, listBegin)
	_, tail, ok2 := strings.Cut(rest, listEnd)
	if !ok || !ok2 {
		return "", errors.New("CONTRIBUTING.md has lost the lines between which the packages are listed")
	}
	return head + listBegin + list + listEnd + tail, nil
}

// packageList is one line per package: its folder, and the first sentence of its comment without the name it opens
// with, which the folder already says.
func packageList(packages []tree.Package) string {
	var b strings.Builder
	for _, p := range packages {
		sentence := p.Doc
		for _, opening := range []string{"Package ", "Command "} {
			if rest, ok := strings.CutPrefix(p.Doc, opening); ok {
				_, sentence, _ = strings.Cut(rest, " ")
			}
		}
		fmt.Fprintf(&b, "- `%s` %s\n", p.Path(), sentence)
	}
	return b.String()
}
