package main

import (
	"slices"
	"testing"

	"guardrails/scripts/internal/tree"
)

func TestReadMakefile(t *testing.T) {
	t.Parallel()
	rules, phony := readMakefile(".PHONY: a b c d\nx := 1\na: ## about\n\t@go run .\n\tmore\nb: a\nc:\n\n\trecipe of nothing\nd-e: a\n\t@x\n")
	if !slices.Equal(rules, []string{"a", "d-e"}) || !slices.Equal(phony, []string{"a", "b", "c", "d"}) {
		t.Errorf("rules %q, phony %q", rules, phony)
	}
}

func TestNamedTargets(t *testing.T) {
	t.Parallel()
	got := namedTargets("To make it so, `make lint` (or `make fmt -s`) makes it.\n```sh\nmake run     # make noise\n  $ make e2e\nnot make that\n```\n`cmake x`, `make -j2`\n")
	if want := []string{"lint", "fmt", "run", "e2e"}; !slices.Equal(got, want) {
		t.Errorf("%q, want %q", got, want)
	}
	if lines := missing([]string{"a"}, "README.md", []string{"a", "b"}); !slices.Equal(lines, []string{"README.md: make has no rule for b"}) {
		t.Errorf("%q", lines)
	}
	for name, want := range map[string]bool{"README.md": true, "docs/a/b.md": true, "deploy/README.md": true, "shared/a/testdata/x.md": false, "docs/a.go": false} {
		if got := forPeople(name); got != want {
			t.Errorf("%s: %v", name, got)
		}
	}
}

// TestTargetsOfTheProject holds the project's own pages to its Makefile.
func TestTargetsOfTheProject(t *testing.T) {
	t.Parallel()
	root, err := tree.Root(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if note, err := (&tools{root: root}).targets(t.Context()); err != nil {
		t.Errorf("%s: %v", note, err)
	}
}
