package main

import (
	"context"
	"debug/buildinfo"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"runtime/debug"
	"slices"
	"strings"

	"guardrails/infra/bundle"
	"guardrails/scripts/internal/gotool"
	"guardrails/scripts/internal/python"
	"guardrails/scripts/internal/tree"
)

// release is the name of the list of everything that ships, tools of that of everything that does not.
const release, tools = "guardrails", "tools"

// sbom writes what each bootstrap, and all of them together, are linked from, as the binaries themselves say it, and
// apart from that what they are built, tested and deployed with.
func (s *supply) sbom(ctx context.Context) (string, error) {
	zips, err := s.zips(ctx)
	if err != nil {
		return "", err
	}
	legal, err := s.terms(ctx)
	if err != nil {
		return "", err
	}
	revision, err := s.revision(ctx)
	if err != nil {
		return "", err
	}
	var programs []program
	for _, z := range zips {
		p, err := s.program(z, legal)
		if err != nil {
			return "", err
		}
		programs = append(programs, p)
	}
	dir := filepath.Join(s.root, "dist", "sbom")
	if err := errors.Join(os.RemoveAll(dir), os.MkdirAll(dir, 0o750)); err != nil {
		return "", err
	}
	all := newDocument(release, revision, programs...)
	lists := map[string]document{release: all}
	for _, p := range programs {
		lists[p.name] = newDocument(p.name, revision, p)
	}
	if lists[tools], err = s.tools(ctx, revision, programs); err != nil {
		return "", err
	}
	for name, d := range lists {
		raw, err := d.marshal()
		if err != nil {
			return "", err
		}
		if err := os.WriteFile(filepath.Join(dir, name+".cdx.json"), raw, 0o644); err != nil {
			return "", err
		}
	}
	if err := s.validate(ctx, dir); err != nil {
		return "", err
	}
	return fmt.Sprintf("%d lists in dist/sbom: %d libraries in %d programs, %d tools; all valid CycloneDX %s", len(lists), all.libraries(), len(programs), lists[tools].libraries(), specVersion), nil
}

// program is one bootstrap that ships, and what it is linked from.
type program struct {
	name         string
	binary       string
	zip          string
	dependencies []library
}

// library is a module that is linked, or a tool.
type library struct {
	ecosystem, name, version string
	licenses                 []string
	// sum is the line of go.sum; digest is the SHA-256 or SHA-512 of what was fetched, in hex.
	sum, algorithm, digest string
}

// program reads what a binary says that it was linked from.
func (s *supply) program(z bundle.Zip, legal []terms) (program, error) {
	path := filepath.Join(filepath.Dir(z.Path), "bootstrap")
	info, err := buildinfo.ReadFile(path)
	if err != nil {
		return program{}, fmt.Errorf("read what the bootstrap of %s is made of: %w", z.Context, err)
	}
	content, err := os.ReadFile(path)
	if err != nil {
		return program{}, err
	}
	p := program{name: z.Context, binary: hexSHA256(content), zip: z.Hash}
	version := strings.TrimPrefix(info.GoVersion, "go")
	for _, d := range append(info.Deps, &debug.Module{Path: std, Version: version}) {
		i := slices.IndexFunc(legal, func(t terms) bool { return t.Path == d.Path })
		if i < 0 || d.Replace != nil || (d.Path != std && legal[i].Version != d.Version) {
			return program{}, fmt.Errorf("%s is linked from %s %s, and its license was not looked at", z.Context, d.Path, d.Version)
		}
		l := library{ecosystem: "golang", name: d.Path, version: d.Version, licenses: legal[i].ids, sum: d.Sum}
		if d.Sum != "" {
			l.algorithm = "SHA-256"
			if l.digest, err = hexOfBase64(strings.TrimPrefix(d.Sum, "h1:")); err != nil {
				return program{}, fmt.Errorf("read the hash of %s: %w", d.Path, err)
			}
		}
		p.dependencies = append(p.dependencies, l)
	}
	return p, nil
}

// revision is the commit that is looked at, and whether the files differ from it.
func (s *supply) revision(ctx context.Context) (string, error) {
	commit, err := s.output(ctx, nil, "git", "rev-parse", "HEAD")
	if err != nil {
		return "", err
	}
	changes, err := s.output(ctx, nil, "git", "status", "--porcelain")
	if err != nil {
		return "", err
	}
	revision := strings.TrimSpace(string(commit))
	if len(changes) > 0 {
		revision += "-modified"
	}
	return revision, nil
}

// tools lists what is fetched to build, test, check and deploy, and does not ship.
func (s *supply) tools(ctx context.Context, revision string, shipped []program) (document, error) {
	used, err := s.used(ctx)
	if err != nil {
		return document{}, err
	}
	var list []library
	for _, m := range used {
		ships := slices.ContainsFunc(shipped, func(p program) bool {
			return slices.ContainsFunc(p.dependencies, func(l library) bool { return l.name == m.Path })
		})
		if !ships {
			list = append(list, library{ecosystem: "golang", name: m.Path, version: m.Version})
		}
	}
	for _, t := range gotool.All() {
		list = append(list, library{ecosystem: "golang", name: t.Package, version: t.Version})
	}
	names, err := tree.Files(ctx, s.root)
	if err != nil {
		return document{}, err
	}
	for _, name := range names {
		found, err := s.fetched(name)
		if err != nil {
			return document{}, fmt.Errorf("read %s: %w", name, err)
		}
		list = append(list, found...)
	}
	return newTools(revision, list), nil
}

// validate holds the lists to CycloneDX' own schema.
func (s *supply) validate(ctx context.Context, dir string) error {
	bin, err := python.Venv{
		Root: s.root, Name: "supply", Requirements: "scripts/supply/" + requirements, About: "the schema of CycloneDX, about 20 MB,",
	}.Install(ctx, s.out)
	if err != nil {
		return err
	}
	_, err = s.output(ctx, nil, filepath.Join(bin, "python"), filepath.Join("scripts", "supply", "validate.py"), dir)
	return err
}
