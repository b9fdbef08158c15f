package main

import (
	"context"
	"fmt"
	"os"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strings"

	"guardrails/scripts/internal/tree"
)

// targets checks that the Makefile has a rule for whatever .PHONY and the pages that people read name.
func (t *tools) targets(ctx context.Context) (string, error) {
	makefile, err := os.ReadFile(filepath.Join(t.root, "Makefile"))
	if err != nil {
		return "", err
	}
	files, err := tree.Files(ctx, t.root)
	if err != nil {
		return "", err
	}
	rules, phony := readMakefile(string(makefile))
	faults, named := missing(rules, "Makefile, .PHONY", phony), 0
	for _, name := range files {
		if !forPeople(name) {
			continue
		}
		text, err := os.ReadFile(filepath.Join(t.root, name))
		if os.IsNotExist(err) { // deleted, and still tracked
			continue
		}
		if err != nil {
			return "", err
		}
		found := namedTargets(string(text))
		named += len(found)
		faults = append(faults, missing(rules, name, found)...)
	}
	return fmt.Sprintf("%d mentions of make targets in pages, %d names without a rule", named, len(faults)), findings(faults)
}

// forPeople reports whether a file is a page that tells people what to run.
func forPeople(name string) bool {
	return path.Ext(name) == ".md" && (!strings.Contains(name, "/") || strings.HasPrefix(name, "docs/") || strings.HasPrefix(name, "deploy/"))
}

func missing(rules []string, where string, names []string) []string {
	var out []string
	for _, name := range names {
		if !slices.Contains(rules, name) {
			out = append(out, fmt.Sprintf("%s: make has no rule for %s", where, name))
		}
	}
	return out
}

var ruleHead = regexp.MustCompile(`^([a-z][a-z0-9-]*):($|[^=])`)

// readMakefile lists the targets that have a recipe, and the names after .PHONY.
func readMakefile(text string) (rules, phony []string) {
	head := ""
	for line := range strings.Lines(text) {
		if strings.HasPrefix(line, "\t") {
			if head != "" {
				rules = append(rules, head)
			}
			head = ""
			continue
		}
		head = ""
		if m := ruleHead.FindStringSubmatch(line); m != nil {
			head = m[1]
		}
		if names, ok := strings.CutPrefix(line, ".PHONY:"); ok {
			phony = append(phony, strings.Fields(names)...)
		}
	}
	return rules, phony
}

var (
	codeSpan = regexp.MustCompile("`make ([a-z][a-z0-9-]*)")
	codeLine = regexp.MustCompile(`^(?:\$ )?make ([a-z][a-z0-9-]*)`)
)

// namedTargets lists the targets that a page's code names, in its sentences and in its blocks.
func namedTargets(text string) []string {
	var out []string
	block := false
	for line := range strings.Lines(text) {
		if strings.HasPrefix(strings.TrimSpace(line), "```") {
			block = !block
			continue
		}
		if block {
			if m := codeLine.FindStringSubmatch(strings.TrimSpace(line)); m != nil {
				out = append(out, m[1])
			}
			continue
		}
		for _, m := range codeSpan.FindAllStringSubmatch(line, -1) {
			out = append(out, m[1])
		}
	}
	return out
}
