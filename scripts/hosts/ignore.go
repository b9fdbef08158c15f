package main

import (
	"io/fs"
	"path"
	"path/filepath"
	"regexp"
	"strings"
)

// ignore is a .dockerignore: the last pattern that matches a path, or a folder above it, decides.
type ignore []rule

type rule struct {
	pattern  *regexp.Regexp
	included bool
}

func readIgnore(text string) (ignore, error) {
	var out ignore
	for line := range strings.Lines(text) {
		line = strings.TrimSpace(line)
		if line == "" || strings.HasPrefix(line, "#") {
			continue
		}
		line, included := strings.CutPrefix(line, "!")
		p, err := regexp.Compile(expression(path.Clean(line)))
		if err != nil {
			return nil, err
		}
		out = append(out, rule{p, included})
	}
	return out, nil
}

// expression is a pattern as a regular expression: * stays within a name, ** does not.
func expression(pattern string) string {
	s := regexp.QuoteMeta(strings.TrimPrefix(pattern, "/"))
	s = strings.NewReplacer(`\*\*/`, `(.*/)?`, `\*\*`, `.*`, `\*`, `[^/]*`, `\?`, `[^/]`).Replace(s)
	return "^" + s + "$"
}

func (g ignore) excludes(name string) bool {
	excluded := false
	for _, r := range g {
		for at := name; at != "."; at = path.Dir(at) {
			if r.pattern.MatchString(at) {
				excluded = !r.included
				break
			}
		}
	}
	return excluded
}

// context lists the files of a build context, by their paths from its root.
func (g ignore) context(root string) ([]string, error) {
	var out []string
	err := filepath.WalkDir(root, func(name string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		rel, err := filepath.Rel(root, name)
		if err != nil || rel == "." {
			return err
		}
		rel = filepath.ToSlash(rel)
		switch {
		case d.IsDir() && !strings.Contains(rel, "/") && g.excludes(rel+"/x") && g.excludes(rel) && !g.reaches(rel):
			return fs.SkipDir // thousands of files of tools
		case d.Type().IsRegular() && !g.excludes(rel):
			out = append(out, rel)
		}
		return nil
	})
	return out, err
}

// reaches reports whether a pattern may take something below an excluded folder back in.
func (g ignore) reaches(folder string) bool {
	for _, r := range g {
		if s := strings.TrimPrefix(r.pattern.String(), "^"); r.included && (strings.HasPrefix(s, regexp.QuoteMeta(folder)+"/") || strings.HasPrefix(s, "(.*/)?")) {
			return true
		}
	}
	return false
}
