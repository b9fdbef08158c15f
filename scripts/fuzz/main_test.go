package main

import (
	"os"
	"path/filepath"
	"slices"
	"testing"

	"guardrails/scripts/internal/tree"
)

func TestTargets(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	src := "package p\n\nfunc FuzzA(f *testing.F) {}\n\n// func FuzzNot(\nfunc TestFuzzB(t *testing.T) {}\n\nfunc FuzzC(f *testing.F) {}\n"
	if err := os.WriteFile(filepath.Join(dir, "p_test.go"), []byte(src), 0o600); err != nil {
		t.Fatal(err)
	}
	got, err := targets(tree.Package{Dir: dir, XTestGoFiles: []string{"p_test.go"}})
	if want := []string{"FuzzA", "FuzzC"}; err != nil || !slices.Equal(got, want) {
		t.Errorf("targets = %v, %v, want %v", got, err, want)
	}
}
