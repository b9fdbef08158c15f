package bindings_test

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"guardrails/functions"
	"guardrails/infra/bindings"
	"guardrails/shared/authz"
	"guardrails/shared/fn"
)

// TestCatalogAndBindingsAgree names every function that has no handler, and every handler that no function names.
func TestCatalogAndBindingsAgree(t *testing.T) {
	t.Parallel()
	bound := bindings.All()
	for _, s := range functions.Catalog() {
		if _, ok := bound[s.Name]; !ok {
			t.Errorf("function %q of functions/catalog.go has no line in functions/%s/handlers.go", s.Name, s.Context)
		}
		delete(bound, s.Name)
	}
	for name := range bound {
		t.Errorf("a handler is bound to %q, which functions/catalog.go does not list", name)
	}
}

// TestCatalogIsConsistent holds every entry to what the rest of the system takes for granted.
func TestCatalogIsConsistent(t *testing.T) {
	t.Parallel()
	names, routes := map[string]bool{}, map[string]string{}
	for _, s := range functions.Catalog() {
		if names[s.Name] {
			t.Errorf("%s: the name is used twice", s.Name)
		}
		names[s.Name] = true
		if s.Summary == "" || s.MemoryMB < 128 || s.Timeout <= 0 {
			t.Errorf("%s: summary, memory and timeout must be set", s.Name)
		}
		if _, err := os.Stat(filepath.Join("..", "..", "functions", s.Context, "bootstrap", "main.go")); err != nil {
			t.Errorf("%s: context %s has no bootstrap", s.Name, s.Context)
		}
		if s.Trigger.Kind != fn.TriggerHTTP {
			continue
		}
		route := s.Trigger.Method + " " + s.Trigger.Path
		if other, ok := routes[route]; ok {
			t.Errorf("%s: %s is %s's already", s.Name, route, other)
		}
		routes[route] = s.Name
		if s.Permission != "" && !authz.Known(s.Permission) {
			t.Errorf("%s: no role holds %s; add it to the matrix in shared/authz", s.Name, s.Permission)
		}
		if s.Timeout.Seconds() > 29 {
			t.Errorf("%s: API Gateway gives a route 29 s, not %s", s.Name, s.Timeout)
		}
	}
}

// publicRoutes is who may be called without credentials: a new one is a decision, so it is written here too.
var publicRoutes = []string{"GET /api/v1/docs", "GET /api/v1/health", "GET /api/v1/openapi.json", "GET /api/v1/ready", "GET /v1/health"}

func TestOnlyTheseRoutesArePublic(t *testing.T) {
	t.Parallel()
	var got []string
	for _, s := range functions.Catalog() {
		if s.Public() {
			got = append(got, s.Trigger.Method+" "+s.Trigger.Path)
		}
	}
	slices.Sort(got)
	if !slices.Equal(got, publicRoutes) {
		t.Errorf("public routes are\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(publicRoutes, "\n"))
	}
}

// TestOpenAPICoversEveryRoute renders the document; each route of the catalogue is in it with its permission.
func TestOpenAPICoversEveryRoute(t *testing.T) {
	t.Parallel()
	doc, err := fn.OpenAPI(functions.Catalog(), bindings.All())
	if err != nil {
		t.Fatal(err)
	}
	for _, s := range functions.Catalog() {
		if s.Trigger.Kind == fn.TriggerHTTP && !strings.Contains(string(doc), fmt.Sprintf("%q: %q", "operationId", s.Name)) {
			t.Errorf("%s %s is not in the OpenAPI document", s.Trigger.Method, s.Trigger.Path)
		}
	}
	onDisk, err := os.ReadFile(filepath.Join("..", "..", "functions", "ops", "openapi.json"))
	if err != nil {
		t.Fatal(err)
	}
	if string(onDisk) != string(doc) {
		t.Error("functions/ops/openapi.json is out of date: run `make generate`")
	}
}
