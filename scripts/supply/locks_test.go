package main

import (
	"strings"
	"testing"
)

const (
	sha256Hex = "006870b3b4e40547232ad12c3bb4faec91bbbe0659aafaa3b7fa48a112c4ee97"
	commit    = "11bd71901bbe5b1630ceea73d27597364c9af683"
)

// TestLocks gives files with one fault each, and such without.
func TestLocks(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		file, content string
		n             int
		fault         string
	}{
		"go: as it should be":          {"go.mod", `{"Require": [{"Path": "a"}], "Replace": [{"Old": {"Path": "a"}, "New": {"Path": "b", "Version": "v1.0.0"}}]}`, 1, ""},
		"go: the product beside it":    {"x/go.mod", `{"Require": [{"Path": "guardrails"}], "Replace": [{"Old": {"Path": "guardrails"}, "New": {"Path": "../.."}}]}`, 1, ""},
		"go: replaced by a folder":     {"x/go.mod", `{"Replace": [{"Old": {"Path": "a"}, "New": {"Path": "../b"}}]}`, 0, "a is replaced by the folder ../b"},
		"npm: as it should be":         {"package-lock.json", `{"packages": {"": {}, "node_modules/a": {"integrity": "sha512-x", "resolved": "https://registry.npmjs.org/a.tgz"}}}`, 1, ""},
		"npm: no address":              {"package-lock.json", `{"packages": {"node_modules/a": {"integrity": "sha512-x"}}}`, 1, ""},
		"npm: no hash":                 {"package-lock.json", `{"packages": {"node_modules/a": {"version": "1"}}}`, 1, "node_modules/a has no SHA-512"},
		"npm: a weak hash":             {"package-lock.json", `{"packages": {"node_modules/a": {"integrity": "sha1-x"}}}`, 1, "has no SHA-512"},
		"npm: from elsewhere":          {"package-lock.json", `{"packages": {"node_modules/a": {"integrity": "sha512-x", "resolved": "https://registry.npmjs.org.example.com/a.tgz"}}}`, 1, "not from registry.npmjs.org"},
		"npm: not over TLS":            {"package-lock.json", `{"packages": {"node_modules/a": {"integrity": "sha512-x", "resolved": "http://registry.npmjs.org/a.tgz"}}}`, 1, "not from registry.npmjs.org"},
		"npm: no JSON":                 {"package-lock.json", `{`, 0, "unexpected end"},
		"python: as it should be":      {"x/requirements.txt", "# why\na==1.0 ; python_version < '3.12' \\\n    --hash=sha256:" + sha256Hex + "\n", 1, ""},
		"python: no hash":              {"requirements.txt", "a==1.0\n", 1, "a has no hash"},
		"python: a weak hash":          {"requirements.txt", "a==1.0 \\\n    --hash=md5:0123\n", 1, "is no SHA-256"},
		"python: no version":           {"requirements.txt", "a>=1.0 \\\n    --hash=sha256:" + sha256Hex + "\n", 1, "is no package with a version"},
		"python: another index":        {"requirements.txt", "--extra-index-url https://example.com\n", 1, "is no package with a version"},
		"python: from an address":      {"requirements.txt", "a @ https://example.com/a.whl\n", 1, "is no package with a version"},
		"actions: as it should be":     {".github/workflows/a.yml", "      - uses: a/b@" + commit + " # v4.2.2\n      - uses: ./local\n", 2, ""},
		"actions: by a tag":            {".github/workflows/a.yml", "    - uses: a/b@v4 # v4\n", 1, "a/b@v4 is not pinned"},
		"actions: by a short hash":     {".github/workflows/a.yml", "    - uses: a/b@11bd719 # v4\n", 1, "is not pinned"},
		"actions: without its version": {".github/workflows/a.yml", "    uses: a/b@" + commit + "\n", 1, "with its version as a comment"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, find := lockOf(c.file)
			if find == nil {
				t.Fatal("nobody looks at the file")
			}
			n, faults := find([]byte(c.content))
			if n != c.n {
				t.Errorf("it names %d, want %d", n, c.n)
			}
			got := strings.Join(faults, "; ")
			if c.fault == "" && got != "" || !strings.Contains(got, c.fault) {
				t.Errorf("faults %q, want %q", got, c.fault)
			}
		})
	}
	if _, find := lockOf("scripts/supply/locks.go"); find != nil {
		t.Error("a source file is taken for a lock")
	}
}

func TestRefused(t *testing.T) {
	t.Parallel()
	list := []denial{
		{"go", "a.com/bad", "", "abandoned"},
		{"go", "a.com/old", "v1.6.1", "a hole"},
		{"npm", "@scope/bad", "", "AGPL"},
	}
	for name, c := range map[string]struct {
		dependency
		want bool
	}{
		"denied":                      {dependency{"go", "a.com/bad", "v1.0.0"}, true},
		"in another major version":    {dependency{"go", "a.com/bad/v3", "v3.0.0"}, true},
		"another module below it":     {dependency{"go", "a.com/bad/api", "v1.0.0"}, false},
		"another name":                {dependency{"go", "a.com/badly", "v1.0.0"}, false},
		"another ecosystem":           {dependency{"pypi", "a.com/bad", "1"}, false},
		"too old":                     {dependency{"go", "a.com/old", "v1.6.0"}, true},
		"too old by two digits":       {dependency{"go", "a.com/old", "v1.5.10"}, true},
		"before the version":          {dependency{"go", "a.com/old", "v1.6.1-rc1"}, true},
		"from the version on":         {dependency{"go", "a.com/old", "v1.6.1"}, false},
		"later":                       {dependency{"go", "a.com/old", "v1.10.0"}, false},
		"npm":                         {dependency{"npm", "@scope/bad", "1.0.0"}, true},
		"a version without a version": {dependency{"go", "a.com/old", ""}, true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if got := refused(list, []dependency{c.dependency}); (len(got) == 1) != c.want {
				t.Errorf("%q, want a refusal %v", got, c.want)
			}
		})
	}
}

func TestNames(t *testing.T) {
	t.Parallel()
	if got := npmName("node_modules/a/node_modules/@scope/b"); got != "@scope/b" {
		t.Errorf("npm's name is %s", got)
	}
	if got := pythonName("Boolean.Py_x"); got != "boolean-py-x" {
		t.Errorf("Python's name is %s", got)
	}
}

func TestImagesByTag(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"FROM golang:1.26 AS build\nFROM scratch AS server\nCOPY --from=x:1 a b\n": "golang:1.26",
		"from --platform=linux/arm64 a\n\tFROM b:1 as c\nFROM c\n":                 "a b:1",
		"FROM golang:1.26@sha256:" + sha256Hex + " AS build\nFROM build\n":         "",
		"FROM golang@sha256:" + sha256Hex[1:] + "\n# FROM a\n":                     "golang@sha256:" + sha256Hex[1:],
	} {
		if got := strings.Join(imagesByTag([]byte(text)), " "); got != want {
			t.Errorf("%q: %q, want %q", text, got, want)
		}
	}
}
