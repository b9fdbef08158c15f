package main

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"guardrails/scripts/internal/tree"
)

func samples() []program {
	lib := library{
		ecosystem: "golang", name: "a.com/b", version: "v1.0.0+incompatible", licenses: []string{"MIT"},
		sum: "h1:aaaa", algorithm: "SHA-256", digest: sha256Hex,
	}
	lru := library{ecosystem: "golang", name: "c.com/d", version: "v2.0.0", licenses: []string{"BSD-3-Clause", "MPL-2.0"}}
	return []program{
		{name: "one", binary: sha256Hex, zip: "z1", dependencies: []library{lru, lib}},
		{name: "two", binary: sha256Hex, zip: "z2", dependencies: []library{lib}},
	}
}

// TestListIsWhole checks that each library stands once, with its license, hash and name, and that whatever depends on
// something names a part of the list.
func TestListIsWhole(t *testing.T) {
	t.Parallel()
	raw, err := newDocument(release, "c0ffee", samples()...).marshal()
	if err != nil {
		t.Fatal(err)
	}
	var d document
	if err := json.Unmarshal(raw, &d); err != nil {
		t.Fatal(err)
	}
	refs := map[string]component{d.Metadata.Component.Ref: d.Metadata.Component}
	for _, c := range d.Components {
		if _, twice := refs[c.Ref]; twice {
			t.Errorf("%s stands twice", c.Ref)
		}
		refs[c.Ref] = c
	}
	for _, x := range d.Dependencies {
		for _, ref := range append(x.On, x.Ref) {
			if refs[ref].Name == "" {
				t.Errorf("%s depends on %s, which is not in the list", x.Ref, ref)
			}
		}
	}
	if n := d.libraries(); n != 2 || len(d.Components) != 4 {
		t.Errorf("%d libraries among %d parts", n, len(d.Components))
	}
	b := refs["pkg:golang/a.com/b@v1.0.0%2Bincompatible"]
	if b.Scope != "required" || b.Licenses[0].License.ID != "MIT" || b.Hashes[0].Content != sha256Hex || b.Properties[0].Value != "h1:aaaa" {
		t.Errorf("%+v", b)
	}
	if lru := refs["pkg:golang/c.com/d@v2.0.0"]; lru.Licenses[0].Expression != "BSD-3-Clause AND MPL-2.0" {
		t.Errorf("%+v", lru)
	}
	if one := refs["guardrails/bootstrap/one"]; one.Hashes[0].Content != sha256Hex || one.Properties[0].Value != "z1" || one.Version != "c0ffee" {
		t.Errorf("%+v", one)
	}
}

func TestListIsTheSameEachTime(t *testing.T) {
	t.Parallel()
	write := func(revision string, list []program) string {
		raw, err := newDocument(release, revision, list...).marshal()
		if err != nil {
			t.Fatal(err)
		}
		return string(raw)
	}
	first := write("c0ffee", samples())
	other := samples()
	slices.Reverse(other[0].dependencies)
	if write("c0ffee", other) != first {
		t.Error("another order of the same makes another list")
	}
	if strings.Contains(first, "timestamp") {
		t.Error("the list has a time")
	}
	serial := func(s string) string {
		_, rest, _ := strings.Cut(s, `"serialNumber": "`)
		id, _, _ := strings.Cut(rest, `"`)
		return id
	}
	if a, b := serial(first), serial(write("c0ffee2", samples())); a == b || !strings.HasPrefix(a, "urn:uuid:") || len(a) != len("urn:uuid:")+36 {
		t.Errorf("serial numbers %s and %s", a, b)
	}
}

func TestToolsAreExcluded(t *testing.T) {
	t.Parallel()
	d := newTools("c0ffee", []library{{ecosystem: "npm", name: "@scope/cdk", version: "2.0.0"}, {ecosystem: "npm", name: "@scope/cdk", version: "2.0.0"}})
	if len(d.Components) != 1 || d.Components[0].Scope != "excluded" || d.Components[0].PURL != "pkg:npm/%40scope/cdk@2.0.0" {
		t.Errorf("%+v", d.Components)
	}
	if n := len(d.Dependencies[0].On); n != 1 {
		t.Errorf("the list depends on %d things", n)
	}
}

// TestToolsHoldWhatChecksBuild reads the project's own list of tools.
func TestToolsHoldWhatChecksBuild(t *testing.T) {
	t.Parallel()
	root, err := tree.Root(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	d, err := (&supply{root: root}).tools(t.Context(), "c0ffee", nil)
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{
		"golangci-lint@v", "actionlint@v", "govulncheck@v", "kubeconform@v", "pkg:npm/aws-cdk@", "pkg:pypi/cfn-lint@", "pkg:pypi/checkov@", "pkg:pypi/ministack@",
	} {
		if !slices.ContainsFunc(d.Components, func(c component) bool { return c.Scope == "excluded" && strings.Contains(c.PURL, want) }) {
			t.Errorf("%s is not among %d tools", want, len(d.Components))
		}
	}
}

func TestFetched(t *testing.T) {
	t.Parallel()
	s := &supply{root: t.TempDir()}
	for name, content := range map[string]string{
		"package-lock.json": `{"packages": {"": {}, "node_modules/@a/b": {"version": "1.0.0", "license": "MIT", "integrity": "sha512-AAEC"}}}`,
		"requirements.txt":  "A.b==1.0 \\\n    --hash=sha256:" + sha256Hex + "\n",
		"other.txt":         "a==1.0",
	} {
		if err := os.WriteFile(filepath.Join(s.root, name), []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	for name, want := range map[string]string{"package-lock.json": "npm @a/b 1.0.0 000102 [MIT]", "requirements.txt": "pypi a-b 1.0  []", "other.txt": ""} {
		list, err := s.fetched(name)
		got := ""
		for _, l := range list {
			got += fmt.Sprintf("%s %s %s %s %v", l.ecosystem, l.name, l.version, l.digest, l.licenses)
		}
		if err != nil || got != want {
			t.Errorf("%s: %q, %v, want %q", name, got, err, want)
		}
	}
}
