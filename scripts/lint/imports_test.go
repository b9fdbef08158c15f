package main

import (
	"strings"
	"testing"

	"guardrails/scripts/internal/tree"
)

// TestTree holds this very tree to the import direction and to documented packages, so that `go test` alone says so.
func TestTree(t *testing.T) {
	t.Parallel()
	root, err := tree.Root(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	packages, err := tree.Load(t.Context(), root)
	if err != nil {
		t.Fatal(err)
	}
	for _, line := range append(wrongImports(packages), undocumented(packages)...) {
		t.Error(line)
	}
}

func TestWrongImports(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name, from, to string
		wrong          bool
	}{
		{"events take ids", "events", "shared/id", false},
		{"events take nothing else", "events", "shared/errs", true},
		{"shared takes shared", "shared/fn", "shared/errs", false},
		{"shared takes no catalogue", "shared/fn", "functions", true},
		{"shared takes no context", "shared/fn", "functions/jobs", true},
		{"a context takes itself", "functions/jobs/bootstrap", "functions/jobs", false},
		{"a context takes the catalogue", "functions/jobs", "functions", false},
		{"a context takes no other", "functions/jobs", "functions/analyze", true},
		{"not even its bootstrap", "functions/jobs/bootstrap", "functions/analyze", true},
		{"a prefix is no context", "functions/job", "functions/jobs", true},
		{"the catalogue takes no context", "functions", "functions/jobs", true},
		{"a context takes no infra", "functions/jobs", "infra/plan", true},
		{"infra takes contexts", "infra/local", "functions/jobs", false},
		{"infra takes no scripts", "infra/local", "scripts/test", true},
		{"scripts take infra", "scripts/test", "infra/local/ministack", false},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			got := wrongImports([]tree.Package{{
				ImportPath: tree.Module + "/" + c.from,
				Deps:       []string{"fmt", "github.com/x/functions", tree.Module + "/" + c.to},
			}})
			if (len(got) > 0) != c.wrong {
				t.Errorf("%s -> %s: %v, want wrong = %v", c.from, c.to, got, c.wrong)
			}
		})
	}
}

func TestTestsOfTheCatalogueMayLinkContexts(t *testing.T) {
	t.Parallel()
	link := []string{tree.Module + "/functions/jobs"}
	catalog := tree.Package{ImportPath: tree.Module + "/functions", XTestImports: link}
	if got := wrongImports([]tree.Package{catalog}); len(got) > 0 {
		t.Errorf("tests of the catalogue: %v, want none", got)
	}
	other := tree.Package{ImportPath: tree.Module + "/functions/analyze", TestImports: link}
	if got := wrongImports([]tree.Package{other}); len(got) != 1 {
		t.Errorf("tests of another context: %v, want one line", got)
	}
}

func TestUndocumented(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name, doc string
		pkg       string
		want      string
	}{
		{"said", "Package table binds tables.", "table", ""},
		{"silent", "", "table", "must open with the package"},
		{"another name", "Package tables binds tables.", "table", "must open with the package"},
		{"a main", "Command lint checks.", "main", ""},
		{"a main without a word", "", "main", "must open with the package"},
		{"a main by its package", "Package main checks.", "main", ""},
		{"a junk drawer", "Package util has things.", "util", "after the noun"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			got := strings.Join(undocumented([]tree.Package{{ImportPath: "guardrails/scripts/lint", Name: c.pkg, Doc: c.doc}}), "\n")
			if (c.want == "") != (got == "") || !strings.Contains(got, c.want) {
				t.Errorf("got %q, want it to contain %q", got, c.want)
			}
		})
	}
}
