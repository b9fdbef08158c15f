package main

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"

	"guardrails/infra/bundle"
	"guardrails/scripts/internal/tree"
)

// std names the standard library, which is linked like a module.
const std = "std"

// module is one module of which packages are used.
type module struct {
	Path, Version string
	// Dir is where its source lies, Packages the folders of the packages that are used.
	Dir      string
	Packages []string
}

// listed is what `go list` says of a package.
type listed struct {
	Dir      string
	Standard bool
	Module   *struct{ Path, Version, Dir string }
}

// linked lists the modules that the bootstraps are linked from, for either architecture of Lambda.
func (s *supply) linked(ctx context.Context) ([]module, error) {
	all := map[string]*module{}
	for _, architecture := range []string{"arm64", "x86_64"} {
		args := []string{"-tags=" + bundle.Tags}
		for _, c := range s.contexts {
			args = append(args, "./functions/"+c+"/bootstrap")
		}
		if err := s.collect(ctx, all, bundle.Environment(architecture), args...); err != nil {
			return nil, err
		}
	}
	return sorted(all), nil
}

// used lists the modules that anything in the tree is made from, tools and tests too.
func (s *supply) used(ctx context.Context) ([]module, error) {
	all := map[string]*module{}
	if err := s.collect(ctx, all, nil, "-test", "./..."); err != nil {
		return nil, err
	}
	return sorted(all), nil
}

func sorted(all map[string]*module) []module {
	var out []module
	for _, m := range all {
		slices.Sort(m.Packages)
		m.Packages = slices.Compact(m.Packages)
		out = append(out, *m)
	}
	slices.SortFunc(out, func(a, b module) int { return cmp.Compare(a.Path, b.Path) })
	return out
}

func (s *supply) collect(ctx context.Context, into map[string]*module, variables []string, args ...string) error {
	goroot, err := s.output(ctx, nil, "go", "env", "GOROOT")
	if err != nil {
		return err
	}
	raw, err := s.output(ctx, variables, "go", append([]string{"list", "-deps", "-json=Dir,Standard,Module"}, args...)...)
	if err != nil {
		return err
	}
	for dec := json.NewDecoder(bytes.NewReader(raw)); ; {
		var p listed
		if err := dec.Decode(&p); errors.Is(err, io.EOF) {
			return nil
		} else if err != nil {
			return fmt.Errorf("read go list: %w", err)
		}
		m := module{Path: std, Dir: strings.TrimSpace(string(goroot))}
		switch {
		case p.Standard: // one license covers all of it, what it has taken in from golang.org/x too
			p.Dir = m.Dir
		case p.Module == nil || p.Module.Path == tree.Module:
			continue
		default:
			m = module{Path: p.Module.Path, Version: p.Module.Version, Dir: p.Module.Dir}
		}
		if into[m.Path] == nil {
			into[m.Path] = &m
		}
		into[m.Path].Packages = append(into[m.Path].Packages, p.Dir)
	}
}

// output runs a program in the project's folder; the error has what it printed.
func (s *supply) output(ctx context.Context, variables []string, name string, args ...string) ([]byte, error) {
	cmd := exec.CommandContext(ctx, name, args...)
	cmd.Dir, cmd.Env = s.root, append(os.Environ(), variables...)
	var printed, faults bytes.Buffer
	cmd.Stdout, cmd.Stderr = &printed, &faults
	if err := cmd.Run(); err != nil {
		return nil, fmt.Errorf("%s %s: %w\n%s%s", filepath.Base(name), strings.Join(args[:min(2, len(args))], " "), err, faults.Bytes(), printed.Bytes())
	}
	return printed.Bytes(), nil
}
