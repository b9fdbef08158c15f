package main

import (
	"fmt"
	"go/ast"
	"go/importer"
	"go/parser"
	"go/token"
	"go/types"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"golang.org/x/tools/go/analysis"
)

// TestAnalyzer runs the analyzer over packages of testdata/src. A comment "// want `pattern`" says what is reported
// on its line; a line without one must stay silent.
func TestAnalyzer(t *testing.T) {
	t.Parallel()
	for pkg, findings := range map[string]int{
		"guardrails/functions/raw":      12,
		"guardrails/functions/indirect": 7,
		"guardrails/functions/unsafe":   2,
		"guardrails/functions/forged":   2,
		"guardrails/functions/good":     0,
		"guardrails/shared/usage":       2,
		"guardrails/infra/local":        1,
		"guardrails/shared/authn":       0,
		"guardrails/shared/table":       0,
	} {
		t.Run(pkg, func(t *testing.T) {
			t.Parallel()
			l := newLoader()
			got := l.analyze(t, pkg)
			if len(got) != findings {
				t.Errorf("%d findings, want %d: %v", len(got), findings, got)
			}
			matchWants(t, l.wants(pkg), got)
		})
	}
}

func TestPlainPath(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]string{
		"guardrails/shared/table":                                 "guardrails/shared/table",
		"guardrails/shared/table [guardrails/shared/table.test]":  "guardrails/shared/table",
		"guardrails/shared/table_test":                            "guardrails/shared/table",
		"guardrails/shared/fn_test [guardrails/shared/fn.test]":   "guardrails/shared/fn",
		"github.com/aws/aws-sdk-go-v2/service/dynamodb/something": "github.com/aws/aws-sdk-go-v2/service/dynamodb/something",
	} {
		if got := plainPath(in); got != want {
			t.Errorf("plainPath(%q) = %q, want %q", in, got, want)
		}
	}
}

// matchWants compares findings with wants; both are keyed by "file:line".
func matchWants(t *testing.T, want, got map[string]string) {
	t.Helper()
	for line, pattern := range want {
		if !regexp.MustCompile(pattern).MatchString(got[line]) {
			t.Errorf("%s: got %q, want a match of %q", line, got[line], pattern)
		}
	}
	for line, message := range got {
		if _, ok := want[line]; !ok {
			t.Errorf("%s: unexpected %q", line, message)
		}
	}
}

// loader type-checks packages of testdata/src, and the standard library from export data.
type loader struct {
	fset  *token.FileSet
	std   types.Importer
	done  map[string]*types.Package
	files map[string][]*ast.File
	info  *types.Info
}

func newLoader() *loader {
	fset := token.NewFileSet()
	return &loader{
		fset: fset, std: importer.ForCompiler(fset, "gc", nil),
		done: map[string]*types.Package{}, files: map[string][]*ast.File{},
		info: &types.Info{
			Types: map[ast.Expr]types.TypeAndValue{}, Defs: map[*ast.Ident]types.Object{},
			Uses: map[*ast.Ident]types.Object{}, Selections: map[*ast.SelectorExpr]*types.Selection{},
		},
	}
}

// Import implements types.Importer.
func (l *loader) Import(path string) (*types.Package, error) {
	if pkg := l.done[path]; pkg != nil {
		return pkg, nil
	}
	names, err := filepath.Glob(filepath.Join("testdata", "src", path, "*.go"))
	if err != nil || len(names) == 0 {
		return l.std.Import(path)
	}
	for _, name := range names {
		file, err := parser.ParseFile(l.fset, name, nil, parser.ParseComments)
		if err != nil {
			return nil, fmt.Errorf("parse %s: %w", name, err)
		}
		l.files[path] = append(l.files[path], file)
	}
	conf := types.Config{Importer: l}
	l.done[path], err = conf.Check(path, l.fset, l.files[path], l.info)
	return l.done[path], err
}

// analyze returns the analyzer's messages on one package by "file:line".
func (l *loader) analyze(t *testing.T, path string) map[string]string {
	t.Helper()
	pkg, err := l.Import(path)
	if err != nil {
		t.Fatal(err)
	}
	got := map[string]string{}
	pass := &analysis.Pass{
		Analyzer: analyzer, Fset: l.fset, Files: l.files[path], Pkg: pkg, TypesInfo: l.info,
		Report: func(d analysis.Diagnostic) { got[l.line(d.Pos)] = d.Message },
	}
	if _, err := analyzer.Run(pass); err != nil {
		t.Fatal(err)
	}
	return got
}

func (l *loader) wants(path string) map[string]string {
	wants := map[string]string{}
	for _, file := range l.files[path] {
		for _, group := range file.Comments {
			for _, c := range group.List {
				if _, pattern, ok := strings.Cut(c.Text, "want `"); ok {
					wants[l.line(c.Pos())] = strings.TrimSuffix(pattern, "`")
				}
			}
		}
	}
	return wants
}

func (l *loader) line(pos token.Pos) string {
	p := l.fset.Position(pos)
	return fmt.Sprintf("%s:%d", filepath.Base(p.Filename), p.Line)
}
