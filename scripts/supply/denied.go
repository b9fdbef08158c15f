package main

import (
	"cmp"
	"context"
	_ "embed"
	"encoding/json"
	"fmt"
	"path"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"guardrails/scripts/internal/gotool"
	"guardrails/scripts/internal/tree"
)

//go:embed denied.json
var deniedFile []byte

// denial is a package that nobody may use, or only from a version on, and why.
type denial struct {
	Ecosystem string `json:"ecosystem"`
	Name      string `json:"name"`
	// Below is the first version that may be used; empty means none.
	Below  string `json:"below,omitempty"`
	Reason string `json:"reason"`
}

// dependency is a package that something of ours uses, or that is only named by what it uses.
type dependency struct {
	ecosystem, name, version string
}

// denied looks for denied packages in what the tree is built, tested, checked and deployed with. Modules that others
// name without our building a package of them are told and allowed: their code is not there.
func (s *supply) denied(ctx context.Context) (string, error) {
	var list []denial
	if err := json.Unmarshal(deniedFile, &list); err != nil {
		return "", fmt.Errorf("read denied.json: %w", err)
	}
	present, err := s.dependencies(ctx)
	if err != nil {
		return "", err
	}
	named, err := s.graph(ctx)
	if err != nil {
		return "", err
	}
	hits := refused(list, present)
	for _, line := range refused(list, named) {
		if !slices.Contains(hits, line) {
			fmt.Fprintln(s.out, "only named by others, not built:", line)
		}
	}
	return fmt.Sprintf("none of %d denied packages is among %d that are used", len(list), len(present)), join(hits)
}

// refused says which packages are denied, and why.
func refused(list []denial, present []dependency) []string {
	var out []string
	for _, d := range present {
		for _, x := range list {
			if d.ecosystem == x.Ecosystem && x.names(d.name) && (x.Below == "" || older(d.version, x.Below)) {
				out = append(out, fmt.Sprintf("%s %s is denied: %s", d.name, d.version, x.Reason))
			}
		}
	}
	return out
}

// names reports whether a package is the denied one, in any major version.
func (x denial) names(name string) bool {
	rest, ok := strings.CutPrefix(name, x.Name)
	return ok && (rest == "" || major.MatchString(rest))
}

var major = regexp.MustCompile(`^/v[0-9]+$`)

// older compares versions by their numbers; whatever comes after the numbers makes a version older, as in v1.0.0-rc1.
func older(a, b string) bool {
	split := func(s string) ([]string, string) {
		numbers, rest, _ := strings.Cut(strings.TrimPrefix(s, "v"), "-")
		return strings.Split(numbers, "."), rest
	}
	x, xRest := split(a)
	y, yRest := split(b)
	for i := range max(len(x), len(y)) {
		if c := cmp.Compare(number(x, i), number(y, i)); c != 0 {
			return c < 0
		}
	}
	return xRest != "" && yRest == ""
}

func number(parts []string, i int) int {
	if i >= len(parts) {
		return 0
	}
	n, _ := strconv.Atoi(parts[i]) // no number is 0
	return n
}

// dependencies lists what the tree uses: modules of which packages are built for tests, tools or the product, whatever
// go.mod files require but the one of peers, npm's packages and Python's.
func (s *supply) dependencies(ctx context.Context) ([]dependency, error) {
	used, err := s.used(ctx)
	if err != nil {
		return nil, err
	}
	var out []dependency
	for _, m := range used {
		out = append(out, dependency{"go", m.Path, m.Version})
	}
	for _, t := range gotool.All() {
		out = append(out, dependency{"go", t.Package, t.Version})
	}
	names, err := tree.Files(ctx, s.root)
	if err != nil {
		return nil, err
	}
	for _, name := range names {
		list, err := s.listed(ctx, name)
		if err != nil {
			return nil, fmt.Errorf("read %s: %w", name, err)
		}
		out = append(out, list...)
	}
	slices.SortFunc(out, func(a, b dependency) int {
		return cmp.Or(cmp.Compare(a.ecosystem, b.ecosystem), cmp.Compare(a.name, b.name), cmp.Compare(a.version, b.version))
	})
	return slices.Compact(out), nil
}

// listed reads the packages that a file names; most files name none.
func (s *supply) listed(ctx context.Context, name string) ([]dependency, error) {
	var out []dependency
	if name == peers { // what is measured is not used
		return nil, nil
	}
	if path.Base(name) == "go.mod" {
		content, err := s.lockFile(ctx, name)
		if err != nil {
			return nil, err
		}
		var file goMod
		if err := json.Unmarshal(content, &file); err != nil {
			return nil, err
		}
		for _, r := range file.Require {
			out = append(out, dependency{"go", r.Path, r.Version})
		}
		return out, nil
	}
	list, err := s.fetched(name)
	for _, l := range list {
		out = append(out, dependency{l.ecosystem, l.name, l.version})
	}
	return out, err
}

// graph lists the modules that are named anywhere among the requirements of ours.
func (s *supply) graph(ctx context.Context) ([]dependency, error) {
	raw, err := s.output(ctx, nil, "go", "list", "-m", "-f", "{{.Path}} {{.Version}}", "all")
	if err != nil {
		return nil, err
	}
	var out []dependency
	for line := range strings.Lines(string(raw)) {
		name, version, _ := strings.Cut(strings.TrimSpace(line), " ")
		out = append(out, dependency{"go", name, version})
	}
	return out, nil
}
