package main

import (
	"bytes"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"path/filepath"

	"guardrails/scripts/internal/tree"
)

// figures are what the rows are made of. Lines are physical lines.
type figures struct {
	functions, files, exported, imports []int
	exportedBy                          map[string]int
	code, comments, tests               int
	packages, documented                int
	// longest names the functions above the aim.
	longest []string
}

// measure reads every hand-written Go file of the packages. The go command leaves testdata out by itself.
func measure(packages []tree.Package) (*figures, error) {
	m := &figures{exportedBy: map[string]int{}}
	for _, p := range packages {
		m.packages++
		if p.Doc != "" {
			m.documented++
		}
		if err := m.addCode(p); err != nil {
			return nil, err
		}
		for _, name := range append(append([]string{}, p.TestGoFiles...), p.XTestGoFiles...) {
			src, err := os.ReadFile(filepath.Join(p.Dir, name))
			if err != nil {
				return nil, err
			}
			m.tests += lines(src)
		}
	}
	return m, nil
}

func (m *figures) addCode(p tree.Package) error {
	exported, imports := 0, 0
	for _, path := range p.Deps {
		if ours(path) {
			imports++
		}
	}
	for _, name := range p.GoFiles {
		src, err := os.ReadFile(filepath.Join(p.Dir, name))
		if err != nil {
			return err
		}
		fset := token.NewFileSet()
		file, err := parser.ParseFile(fset, name, src, parser.ParseComments)
		if err != nil {
			return fmt.Errorf("parse %s: %w", filepath.Join(p.Path(), name), err)
		}
		if ast.IsGenerated(file) {
			continue
		}
		m.files = append(m.files, lines(src))
		m.code += lines(src)
		m.addFile(p.Path(), fset, file)
		exported += exportedNames(file)
	}
	if p.Name != "main" {
		m.exported = append(m.exported, exported)
		m.exportedBy[p.ImportPath] = exported
	}
	m.imports = append(m.imports, imports)
	return nil
}

func (m *figures) addFile(path string, fset *token.FileSet, file *ast.File) {
	for _, group := range file.Comments {
		m.comments += span(fset, group)
	}
	for _, d := range file.Decls {
		fn, ok := d.(*ast.FuncDecl)
		if !ok || fn.Body == nil {
			continue
		}
		length := span(fset, fn)
		if fn.Doc != nil {
			length = fset.Position(fn.End()).Line - fset.Position(fn.Type.Pos()).Line + 1
		}
		m.functions = append(m.functions, length)
		if length > longFunction {
			m.longest = append(m.longest, fmt.Sprintf("%s.%s (%d)", path, fn.Name.Name, length))
		}
	}
}

// exportedNames counts exported functions, types, constants and variables at the top of a file, not methods.
func exportedNames(file *ast.File) int {
	n := 0
	for _, d := range file.Decls {
		switch d := d.(type) {
		case *ast.FuncDecl:
			if d.Recv == nil && d.Name.IsExported() {
				n++
			}
		case *ast.GenDecl:
			for _, s := range d.Specs {
				n += exportedSpec(s)
			}
		}
	}
	return n
}

func exportedSpec(s ast.Spec) int {
	n := 0
	switch s := s.(type) {
	case *ast.TypeSpec:
		if s.Name.IsExported() {
			n++
		}
	case *ast.ValueSpec:
		for _, id := range s.Names {
			if id.IsExported() {
				n++
			}
		}
	}
	return n
}

func span(fset *token.FileSet, n ast.Node) int {
	return fset.Position(n.End()).Line - fset.Position(n.Pos()).Line + 1
}

func lines(src []byte) int { return bytes.Count(src, []byte("\n")) }
