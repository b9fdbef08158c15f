package main

import (
	"go/ast"
	"go/token"
	"go/types"
	"strings"

	"golang.org/x/tools/go/analysis"
)

// analyzer runs the four checks on one package. It needs no facts: what it forbids shows in the types of the
// package's own expressions, however far away a value was made.
var analyzer = &analysis.Analyzer{
	Name: "scopecheck",
	Doc:  "keep AWS clients, Scope minting, principals, unsafe and reflect where tenant isolation allows them",
	Run:  run,
}

// checker collects at most one diagnostic per line, so that one call does not read as five.
type checker struct {
	pass *analysis.Pass
	// pkg is the package's path without the marks that its test variants carry.
	pkg  string
	seen map[token.Position]bool
}

func run(pass *analysis.Pass) (any, error) {
	c := &checker{pass: pass, pkg: plainPath(pass.Pkg.Path()), seen: map[token.Position]bool{}}
	for _, file := range pass.Files {
		test := strings.HasSuffix(pass.Fset.Position(file.Package).Filename, "_test.go")
		if !test && inFunctions(c.pkg) {
			c.imports(file)
		}
		if !mayHoldClients(c.pkg, test) {
			c.names(file)
			c.values(file)
		}
		if !mayMint(c.pkg, test) {
			c.uses(file, scopePackage, "Mint", "scope.Mint outside authentication: take the Scope as an argument")
		}
		if !mayReadPrincipal(c.pkg, test) {
			c.uses(file, authnPackage, "FromContext", "authn.FromContext outside the edge: whoever makes a context makes a Principal of any tenant")
		}
	}
	return nil, nil
}

// imports reports the packages that would let a handler reach the unexported fields of a Scope.
func (c *checker) imports(file *ast.File) {
	for _, spec := range file.Imports {
		switch path := strings.Trim(spec.Path.Value, `"`); path {
		case "unsafe", "reflect", "C":
			c.report(spec.Pos(), "import of %s in functions: a handler could forge another tenant's Scope with it", path)
		}
	}
}

// names reports every use of a name that a service package declares: types, functions, methods called or taken as
// values, and methods promoted from an embedded client.
func (c *checker) names(file *ast.File) {
	ast.Inspect(file, func(n ast.Node) bool {
		if id, ok := n.(*ast.Ident); ok {
			if obj := c.pass.TypesInfo.Uses[id]; obj != nil && obj.Pkg() != nil && isService(obj.Pkg().Path()) {
				c.raw(id.Pos(), obj)
			}
		}
		return true
	})
}

// values reports every expression with a type made of a service package's types. It catches what arrives without a
// name of that package in sight: results of other packages' functions, aliases, and local interfaces over them.
func (c *checker) values(file *ast.File) {
	ast.Inspect(file, func(n ast.Node) bool {
		switch expr := n.(type) {
		case *ast.InterfaceType, *ast.StructType, *ast.FuncType:
			// Their members are visited on lines of their own.
		case ast.Expr:
			if name := serviceType(c.pass.TypesInfo.TypeOf(expr)); name != nil {
				c.raw(expr.Pos(), name)
			}
		}
		return true
	})
}

// uses reports every use of a package's function, called or not: a function value is as good as a call.
func (c *checker) uses(file *ast.File, pkg, name, message string) {
	ast.Inspect(file, func(n ast.Node) bool {
		id, ok := n.(*ast.Ident)
		if !ok {
			return true
		}
		obj := c.pass.TypesInfo.Uses[id]
		if obj != nil && obj.Pkg() != nil && obj.Pkg().Path() == pkg && obj.Name() == name {
			c.report(id.Pos(), "%s", message)
		}
		return true
	})
}

func (c *checker) raw(pos token.Pos, obj types.Object) {
	c.report(pos, "raw AWS client: %s.%s is not bound to a tenant; use shared/table, queue, blob or secret", obj.Pkg().Name(), obj.Name())
}

func (c *checker) report(pos token.Pos, format string, args ...any) {
	line := c.pass.Fset.Position(pos)
	line.Column, line.Offset = 0, 0
	if c.seen[line] {
		return
	}
	c.seen[line] = true
	c.pass.Reportf(pos, format, args...)
}
