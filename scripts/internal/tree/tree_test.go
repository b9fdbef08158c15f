package tree

import (
	"path/filepath"
	"slices"
	"testing"
)

func TestLoadSeesThisPackage(t *testing.T) {
	t.Parallel()
	root, err := Root(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	packages, err := Load(t.Context(), root)
	if err != nil {
		t.Fatal(err)
	}
	i := slices.IndexFunc(packages, func(p Package) bool { return p.Path() == "scripts/internal/tree" })
	if i < 0 {
		t.Fatalf("not among %d packages", len(packages))
	}
	got := packages[i]
	if got.Doc != "Package tree reads what the go command knows of this module's packages." {
		t.Errorf("Doc = %q", got.Doc)
	}
	if got.Dir != filepath.Join(root, "scripts", "internal", "tree") {
		t.Errorf("Dir = %q", got.Dir)
	}
	if !slices.Contains(got.GoFiles, "tree.go") || !slices.Contains(got.TestGoFiles, "tree_test.go") {
		t.Errorf("files = %v and %v", got.GoFiles, got.TestGoFiles)
	}
	if !slices.Contains(got.Deps, "os/exec") || !slices.Contains(got.TestImports, "testing") {
		t.Errorf("imports = %v and %v", got.Deps, got.TestImports)
	}
}

func TestPath(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]string{"guardrails": ".", "guardrails/shared/fn": "shared/fn"} {
		if got := (Package{ImportPath: in}).Path(); got != want {
			t.Errorf("Path of %s = %q, want %q", in, got, want)
		}
	}
}

func TestDecodeRefusesBrokenOutput(t *testing.T) {
	t.Parallel()
	if _, err := decode([]byte(`{"ImportPath":"a"}{`)); err == nil {
		t.Error("cut output was read")
	}
}
