package main

import (
	"strings"
	"testing"

	"guardrails/scripts/internal/tree"
)

func TestPackageList(t *testing.T) {
	t.Parallel()
	got := packageList([]tree.Package{
		{ImportPath: "guardrails/shared/table", Doc: "Package table binds tables to a tenant."},
		{ImportPath: "guardrails/scripts/lint", Doc: "Command lint checks the tree."},
		{ImportPath: "guardrails/shared/quiet"},
	})
	want := "- `shared/table` binds tables to a tenant.\n- `scripts/lint` checks the tree.\n- `shared/quiet` \n"
	if got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}

func TestReplaceList(t *testing.T) {
	t.Parallel()
	page := "before\n" + listBegin + "- old\n" + listEnd + "after\n"
	want := "before\n" + listBegin + "- new\n" + listEnd + "after\n"
	got, err := replaceList(page, "- new\n")
	if err != nil || got != want {
		t.Errorf("got %q, %v, want %q", got, err, want)
	}
	again, err := replaceList(got, "- new\n")
	if err != nil || again != got {
		t.Errorf("a second time: %q, %v", again, err)
	}
	for name, broken := range map[string]string{
		"no marks": "text", "no end": listBegin, "end first": strings.Replace(listEnd+listBegin, "\n", "", 1),
	} {
		if _, err := replaceList(broken, ""); err == nil {
			t.Errorf("%s: no error", name)
		}
	}
}
