package main

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

func known(t *testing.T) []template {
	t.Helper()
	list, err := loadTemplates()
	if err != nil {
		t.Fatal(err)
	}
	return list
}

func licenseText(t *testing.T, id string) string {
	t.Helper()
	raw, err := templates.ReadFile("licenses/" + id + ".txt")
	if err != nil {
		t.Fatal(err)
	}
	return strings.ReplaceAll(string(raw), "*", "THE NEIGHBORS AND THEIR DOG")
}

func TestIdentify(t *testing.T) {
	t.Parallel()
	text := func(id string) string { return licenseText(t, id) }
	list := known(t)
	for name, c := range map[string]struct {
		text string
		want []string
		ok   bool
	}{
		"a license":                 {text("MIT"), []string{"MIT"}, true},
		"with title and copyright":  {"The MIT License (MIT)\n\nCopyright (c) 2020 Jo\n\n" + text("MIT"), []string{"MIT"}, true},
		"wrapped otherwise":         {strings.ReplaceAll(text("ISC"), "\n", " "), []string{"ISC"}, true},
		"as a comment":              {"// " + strings.ReplaceAll(text("BSD-2-Clause"), "\n", "\n// "), []string{"BSD-2-Clause"}, true},
		"two licenses":              {text("Apache-2.0") + "\n---\n" + text("BSD-3-Clause"), []string{"Apache-2.0", "BSD-3-Clause"}, true},
		"the same twice":            {text("MIT") + text("MIT"), []string{"MIT"}, true},
		"Apache with its appendix":  {text("Apache-2.0") + "END OF TERMS AND CONDITIONS\n" + text("appendix"), []string{"Apache-2.0"}, true},
		"three clauses are not two": {text("BSD-3-Clause"), []string{"BSD-3-Clause"}, true},
		"MIT-0 is not MIT":          {text("MIT-0"), []string{"MIT-0"}, true},
		"a sentence more":           {text("MIT") + "\nThe Software shall be used for Good, not Evil.", []string{"MIT"}, false},
		"a condition in the middle": {strings.Replace(text("MIT"), "The above", "Nobody sells it. The above", 1), nil, false},
		"a word less":               {strings.Replace(text("MIT"), "sublicense", "", 1), nil, false},
		"another license beside it": {text("Apache-2.0") + "\nGNU AFFERO GENERAL PUBLIC LICENSE\nVersion 3, 19 November 2007", []string{"Apache-2.0"}, false},
		"an appendix alone":         {text("appendix"), nil, false},
		"a line of copyright alone": {"Copyright 2020 Jo. All rights reserved.", nil, false},
		"nothing":                   {"", nil, false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got, ok := identify(list, c.text)
			if !slices.Equal(got, c.want) || ok != c.ok {
				t.Errorf("%v, %v; want %v, %v", got, ok, c.want, c.ok)
			}
		})
	}
	for _, id := range []string{"Apache-2.0", "BSD-2-Clause", "BSD-3-Clause", "ISC", "MIT", "MIT-0", "MPL-2.0"} {
		if got, ok := identify(list, text(id)); !ok || !slices.Equal(got, []string{id}) {
			t.Errorf("the text of %s is identified as %v, %v", id, got, ok)
		}
	}
}

// TestTermsOfAModule gives folders as modules have them.
func TestTermsOfAModule(t *testing.T) {
	t.Parallel()
	mit, bsd := licenseText(t, "MIT"), licenseText(t, "BSD-3-Clause")
	for name, c := range map[string]struct {
		files    map[string]string
		packages []string
		want     []string
		fault    string
	}{
		"one license":            {map[string]string{"LICENSE": mit}, nil, []string{"MIT"}, ""},
		"taken from elsewhere":   {map[string]string{"LICENSE": mit, "internal/sort/LICENSE": bsd}, []string{"internal/sort/deep"}, []string{"BSD-3-Clause", "MIT"}, ""},
		"not linked":             {map[string]string{"LICENSE": mit, "other/LICENSE": "Pay me."}, []string{"internal/sort/deep"}, []string{"MIT"}, ""},
		"none":                   {map[string]string{"NOTICE": "By Jo."}, nil, nil, "has no license"},
		"one that nobody knows":  {map[string]string{"LICENSE.md": "Pay me."}, nil, nil, "LICENSE.md is not the text of a known license"},
		"one that names itself":  {map[string]string{"COPYING": "GNU Affero General Public License"}, nil, nil, "it speaks of the GNU AFFERO"},
		"a source file is none":  {map[string]string{"LICENSE": mit, "license.go": "package license"}, nil, []string{"MIT"}, ""},
		"in the usual spellings": {map[string]string{"Licence.txt": mit}, nil, []string{"MIT"}, ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			m := module{Path: "example.com/m", Version: "v1.0.0", Dir: t.TempDir()}
			for _, p := range c.packages {
				m.Packages = append(m.Packages, filepath.Join(m.Dir, p))
				if err := os.MkdirAll(filepath.Join(m.Dir, p), 0o700); err != nil {
					t.Fatal(err)
				}
			}
			for name, content := range c.files {
				path := filepath.Join(m.Dir, name)
				if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
					t.Fatal(err)
				}
				if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
					t.Fatal(err)
				}
			}
			got, err := termsOf(known(t), m)
			if c.fault != "" {
				if err == nil || !strings.Contains(err.Error(), c.fault) {
					t.Errorf("error %v, want one with %q", err, c.fault)
				}
				return
			}
			if err != nil || !slices.Equal(got.ids, c.want) {
				t.Errorf("%v, %v; want %v", got.ids, err, c.want)
			}
		})
	}
}

func TestPolicyOfLicenses(t *testing.T) {
	t.Parallel()
	of := func(path string, ids ...string) terms { return terms{module: module{Path: path}, ids: ids} }
	p := policy{Allowed: []string{"MIT"}, Exceptions: []exception{{"a", "MPL-2.0", "reason"}, {"b", "ISC", ""}}}
	for name, c := range map[string]struct {
		list []terms
		want []string
	}{
		"all is well":             {[]terms{of("a", "MIT", "MPL-2.0")}, []string{"the exception for b (ISC) is not needed"}},
		"a license not allowed":   {[]terms{of("a", "MPL-2.0"), of("c", "MIT", "MPL-2.0")}, []string{"c has the license MPL-2.0", "for b (ISC) is not needed"}},
		"an exception for naught": {[]terms{of("c", "MIT")}, []string{"for a (MPL-2.0) is not needed", "for b (ISC) is not needed"}},
		"no reason, no exception": {[]terms{of("a", "MPL-2.0"), of("b", "ISC")}, []string{"b has the license ISC", "for b (ISC) is not needed"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got := p.faults(c.list)
			if len(got) != len(c.want) {
				t.Fatalf("%q, want %q", got, c.want)
			}
			for i, w := range c.want {
				if !strings.Contains(got[i], w) {
					t.Errorf("%q, want one with %q", got[i], w)
				}
			}
		})
	}
}

// TestNotices checks that each text stands once, after all that come under it, and that the order is fixed.
func TestNotices(t *testing.T) {
	t.Parallel()
	a := terms{module: module{Path: "a.com/A", Version: "v1.0.0"}, texts: []text{{"LICENSE", "Do as you like. \r\n"}}}
	b := terms{module: module{Path: "b.com/b", Version: "v2.0.0"}, texts: []text{{"LICENSE", "Do as you like."}, {"NOTICE", "By B."}}}
	lib := terms{module: module{Path: std}, texts: []text{{"LICENSE", "Go on."}}}
	got := notices([]terms{a, b, lib})
	if n := strings.Count(got, "Do as you like."); n != 1 {
		t.Errorf("the text stands %d times", n)
	}
	last := -1
	for _, want := range []string{
		"Go's standard library, LICENSE", "Go on.",
		"a.com/A v1.0.0, LICENSE, https://proxy.golang.org/a.com/!a/@v/v1.0.0.zip\nb.com/b v2.0.0, LICENSE", "Do as you like.\n",
		"b.com/b v2.0.0, NOTICE", "By B.",
	} {
		at := strings.Index(got, want)
		if at <= last {
			t.Errorf("%q is at %d, after %d", want, at, last)
		}
		last = at
	}
}
