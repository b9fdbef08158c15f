package main

import (
	"fmt"
	"path"
	"slices"
	"strings"

	"guardrails/scripts/internal/tree"
)

// junkDrawers are names that say nothing of what a package holds, so that everything ends up in it.
var junkDrawers = []string{"util", "utils", "common", "types", "models", "helpers", "misc", "base", "handlers"}

// undocumented returns a line for each package whose comment does not open with "Package x" (for a main also "Command
// x"), and for each whose name is a junk drawer's.
func undocumented(packages []tree.Package) []string {
	var lines []string
	for _, p := range packages {
		if !documented(p) {
			lines = append(lines, fmt.Sprintf("%s: the package comment must open with the package's name, and opens with %q", p.ImportPath, p.Doc))
		}
		if slices.Contains(junkDrawers, p.Name) {
			lines = append(lines, fmt.Sprintf("%s: name the package after the noun it holds, not %q", p.ImportPath, p.Name))
		}
	}
	return lines
}

func documented(p tree.Package) bool {
	command := "Command " + path.Base(p.ImportPath) + " "
	return strings.HasPrefix(p.Doc, "Package "+p.Name+" ") || p.Name == "main" && strings.HasPrefix(p.Doc, command)
}
