package main

import (
	"fmt"
	"strings"

	"guardrails/scripts/internal/tree"
)

// direction is a rule: packages below from, except those below except, do not depend on packages below deny, except
// those below allow. Paths are folders below the root; "*" as last element of both from and deny means two different
// folders of the same parent.
type direction struct {
	from, except []string
	deny, allow  []string
	reason       string
}

var directions = []direction{
	{
		from: []string{"events"}, deny: []string{"."}, allow: []string{"events", "shared/id"},
		reason: "an event is data; whoever reads it must not inherit code",
	},
	{
		from: []string{"shared"}, deny: []string{"functions", "infra", "scripts"},
		reason: "shared holds what contexts have in common; it cannot know them",
	},
	{
		from: []string{"functions/*"}, deny: []string{"functions/*"},
		reason: "contexts meet through events or through a noun in shared",
	},
	{
		from: []string{"."}, except: []string{"infra", "scripts"}, deny: []string{"infra", "scripts"},
		reason: "code must not know how it is deployed",
	},
	{
		from: []string{"infra"}, deny: []string{"scripts"},
		reason: "tools stand outside the product",
	},
}

// wrongImports returns a line for each dependency against a direction: the transitive ones of a package's code and
// the direct ones of its tests. The tests of the catalogue itself may link all contexts: they compare the two.
func wrongImports(packages []tree.Package) []string {
	var lines []string
	for _, p := range packages {
		imports := append(append(append([]string{}, p.Deps...), p.TestImports...), p.XTestImports...)
		for _, imported := range imports {
			for _, d := range directions {
				if d.forbids(p.Path(), imported) {
					lines = append(lines, fmt.Sprintf("%s depends on %s: %s", p.ImportPath, imported, d.reason))
				}
			}
		}
	}
	return append(lines, catalogLinks(packages)...)
}

// catalogLinks reports handlers that the catalogue links, other than in its tests.
func catalogLinks(packages []tree.Package) []string {
	var lines []string
	for _, p := range packages {
		for _, imported := range p.Deps {
			if p.Path() == "functions" && strings.HasPrefix(imported, tree.Module+"/functions/") {
				lines = append(lines, fmt.Sprintf("%s depends on %s: the catalogue is data and links no handler", p.ImportPath, imported))
			}
		}
	}
	return lines
}

func (d direction) forbids(from, imported string) bool {
	to, ours := strings.CutPrefix(imported, tree.Module+"/")
	if !ours || !anyBelow(from, d.from) || anyBelow(from, d.except) {
		return false
	}
	if strings.HasSuffix(d.deny[0], "/*") {
		a, b := child(from, d.from[0]), child(to, d.deny[0])
		return a != "" && b != "" && a != b
	}
	return anyBelow(to, d.deny) && !anyBelow(to, d.allow)
}

func anyBelow(path string, folders []string) bool {
	for _, f := range folders {
		f = strings.TrimSuffix(f, "/*")
		if f == "." || path == f || strings.HasPrefix(path, f+"/") {
			return true
		}
	}
	return false
}

// child returns the folder directly below the pattern's parent that holds path: child("functions/jobs/bootstrap",
// "functions/*") is "jobs".
func child(path, pattern string) string {
	rest, ok := strings.CutPrefix(path, strings.TrimSuffix(pattern, "*"))
	if !ok {
		return ""
	}
	name, _, _ := strings.Cut(rest, "/")
	return name
}
