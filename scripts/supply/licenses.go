package main

import (
	"context"
	_ "embed"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"text/tabwriter"
)

//go:embed licenses.json
var policyFile []byte

// policy says which licenses what ships may have.
type policy struct {
	Allowed    []string    `json:"allowed"`
	Exceptions []exception `json:"exceptions"`
}

// exception allows one module another license, for a reason.
type exception struct {
	Module  string `json:"module"`
	License string `json:"license"`
	Reason  string `json:"reason"`
}

// terms are the texts that a module comes with.
type terms struct {
	module
	// ids are the licenses by their names in SPDX.
	ids   []string
	texts []text
}

// text is one file of a module: a license, a notice, a grant of patents.
type text struct{ name, content string }

// expression is the licenses as SPDX writes several that hold together.
func (t terms) expression() string { return strings.Join(t.ids, " AND ") }

// licenses looks at the licenses of all linked modules, and at THIRD_PARTY_LICENSES.
func (s *supply) licenses(ctx context.Context) (string, error) {
	list, err := s.terms(ctx)
	if err != nil {
		return "", err
	}
	var p policy
	if err := json.Unmarshal(policyFile, &p); err != nil {
		return "", fmt.Errorf("read licenses.json: %w", err)
	}
	count := map[string]int{}
	for _, t := range list {
		count[t.expression()]++
	}
	table := tabwriter.NewWriter(s.out, 0, 0, 2, ' ', 0)
	for _, id := range sortedKeys(count) {
		fmt.Fprintf(table, "%d modules\t%s\n", count[id], id)
	}
	for _, e := range p.Exceptions {
		fmt.Fprintf(table, "exception\t%s\t%s: %s\n", e.License, e.Module, e.Reason)
	}
	if err := table.Flush(); err != nil {
		return "", err
	}
	faults := p.faults(list)
	want, err := os.ReadFile(filepath.Join(s.root, noticesFile))
	if err != nil || string(want) != notices(list) {
		faults = append(faults, noticesFile+" is not of today: run make generate")
	}
	return fmt.Sprintf("%d linked modules have allowed licenses; %s has their texts", len(list), noticesFile), join(faults)
}

// faults names every module with a license that is not allowed, and every exception that nobody needs.
func (p policy) faults(list []terms) []string {
	var out []string
	needed := map[exception]bool{}
	for _, t := range list {
		for _, id := range t.ids {
			if slices.Contains(p.Allowed, id) {
				continue
			}
			i := slices.IndexFunc(p.Exceptions, func(e exception) bool { return e.Module == t.Path && e.License == id && e.Reason != "" })
			if i < 0 {
				out = append(out, fmt.Sprintf("%s has the license %s, which is not allowed", t.Path, id))
				continue
			}
			needed[p.Exceptions[i]] = true
		}
	}
	for _, e := range p.Exceptions {
		if !needed[e] {
			out = append(out, fmt.Sprintf("the exception for %s (%s) is not needed", e.Module, e.License))
		}
	}
	return out
}

// terms finds the licenses of all linked modules. A text that is not known is an error: people must read it.
func (s *supply) terms(ctx context.Context) ([]terms, error) {
	modules, err := s.linked(ctx)
	if err != nil {
		return nil, err
	}
	known, err := loadTemplates()
	if err != nil {
		return nil, err
	}
	var out []terms
	var faults []string
	for _, m := range modules {
		t, err := termsOf(known, m)
		if err != nil {
			faults = append(faults, err.Error())
		}
		out = append(out, t)
	}
	return out, join(faults)
}

func termsOf(known []template, m module) (terms, error) {
	t := terms{module: m}
	var err error
	if t.texts, err = legalTexts(m); err != nil {
		return t, err
	}
	var faults []string
	for _, x := range t.texts {
		if !isLicense(x.name) {
			continue
		}
		ids, ok := identify(known, x.content)
		if !ok {
			faults = append(faults, fmt.Sprintf("%s: %s is not the text of a known license%s", m.Path, x.name, looksLike(x.content)))
		}
		t.ids = append(t.ids, ids...)
	}
	slices.Sort(t.ids)
	t.ids = slices.Compact(t.ids)
	if len(t.ids) == 0 && len(faults) == 0 {
		faults = append(faults, m.Path+" has no license")
	}
	return t, join(faults)
}

// looksLike helps people: it names the license that a text says it is.
func looksLike(text string) string {
	for _, name := range []string{"GNU AFFERO GENERAL PUBLIC LICENSE", "GNU LESSER GENERAL PUBLIC LICENSE", "GNU GENERAL PUBLIC LICENSE", "Server Side Public License", "Business Source License"} {
		if strings.Contains(strings.ToLower(text), strings.ToLower(name)) {
			return "; it speaks of the " + name
		}
	}
	return ""
}

// isLicense tells licenses from notices, grants of patents and summaries.
func isLicense(name string) bool {
	base := strings.ToUpper(filepath.Base(name))
	return (strings.HasPrefix(base, "LICEN") || strings.HasPrefix(base, "COPYING")) && !strings.HasSuffix(base, "-SUMMARY")
}

// isLegal tells what must go with the binary.
func isLegal(name string) bool {
	base := strings.ToUpper(name)
	return isLicense(name) || strings.HasPrefix(base, "NOTICE") || strings.HasPrefix(base, "PATENTS")
}

// legalTexts reads the legal files of a module's folder, and of the folders between it and the packages that are used:
// code that was taken from elsewhere has its license beside it.
func legalTexts(m module) ([]text, error) {
	folders := map[string]bool{m.Dir: true}
	for _, dir := range m.Packages {
		for ; strings.HasPrefix(dir, m.Dir) && !folders[dir]; dir = filepath.Dir(dir) {
			folders[dir] = true
		}
	}
	var out []text
	for _, dir := range sortedKeys(folders) {
		list, err := os.ReadDir(dir)
		if err != nil {
			return nil, fmt.Errorf("read the licenses of %s: %w", m.Path, err)
		}
		for _, f := range list {
			if !f.Type().IsRegular() || !isLegal(f.Name()) || strings.HasSuffix(f.Name(), ".go") {
				continue
			}
			t, err := readText(m.Dir, filepath.Join(dir, f.Name()))
			if err != nil {
				return nil, fmt.Errorf("read the licenses of %s: %w", m.Path, err)
			}
			out = append(out, t)
		}
	}
	return out, nil
}

func readText(root, path string) (text, error) {
	raw, err := os.ReadFile(path)
	if err != nil {
		return text{}, err
	}
	name, err := filepath.Rel(root, path)
	if err != nil {
		return text{}, err
	}
	return text{filepath.ToSlash(name), string(raw)}, nil
}

// join turns lines into an error, or nil when there are none.
func join(lines []string) error {
	if len(lines) == 0 {
		return nil
	}
	return errors.New(strings.Join(lines, "\n"))
}
