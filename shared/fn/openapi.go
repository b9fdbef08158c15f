package fn

import (
	"encoding/json"
	"fmt"
	"reflect"
	"strings"

	"github.com/danielgtaylor/huma/v2"
)

// namer names schemas after their types. Where two types have one name, the second is told apart by the context whose
// route is being documented, so the order of the catalogue decides and the document stays the same from run to run.
type namer struct {
	context string
	taken   map[string]reflect.Type
	names   map[reflect.Type]string
}

func newNamer() *namer {
	return &namer{taken: map[string]reflect.Type{}, names: map[reflect.Type]string{}}
}

func (n *namer) name(t reflect.Type, hint string) string {
	for t.Kind() == reflect.Pointer {
		t = t.Elem()
	}
	if known, ok := n.names[t]; ok {
		return known
	}
	name := huma.DefaultSchemaNamer(t, hint)
	if n.taken[name] != nil && n.context != "" {
		name = strings.ToUpper(n.context[:1]) + n.context[1:] + name
	}
	n.taken[name], n.names[t] = t, name
	return name
}

// Schema refers to a type's schema, for types that describe themselves as one of several. Handlers have no reflection.
func Schema[T any](r huma.Registry, hint string) *huma.Schema {
	return r.Schema(reflect.TypeFor[T](), true, hint)
}

// OpenAPI renders the OpenAPI 3.1 document of every route in the catalogue, as indented JSON. It fails for a route
// without a binding.
func OpenAPI(specs []Spec, bindings Bindings) ([]byte, error) {
	names := newNamer()
	api := newAPI(&capture{}, names)
	doc := api.OpenAPI()
	doc.Info.Description = "Finds personal data, secrets, prompt injection, toxicity and breached policy in AI traffic, and decides."
	doc.Components.SecuritySchemes = map[string]*huma.SecurityScheme{
		"bearer": {Type: "http", Scheme: "bearer", Description: "An API key or an access token."},
		"apiKey": {Type: "apiKey", In: "header", Name: "X-API-Key", Description: "An API key."},
	}
	for _, s := range specs {
		if s.Trigger.Kind != TriggerHTTP {
			continue
		}
		b, ok := bindings[s.Name]
		if !ok || b.document == nil {
			return nil, fmt.Errorf("route %q has no handler bound", s.Name)
		}
		names.context = s.Context
		b.document(api, s)
	}
	for _, item := range doc.Paths {
		for _, op := range []*huma.Operation{item.Get, item.Post, item.Put, item.Delete} {
			complete(op)
		}
	}
	out, err := json.MarshalIndent(doc, "", "  ")
	if err != nil {
		return nil, fmt.Errorf("encode OpenAPI: %w", err)
	}
	return append(out, '\n'), nil
}

// complete adds what every operation has: the idempotency key of POSTs and the request id of answers.
func complete(op *huma.Operation) {
	if op == nil {
		return
	}
	if op.Method == "POST" && len(op.Security) > 0 {
		one, most := 1, 255
		op.Parameters = append(op.Parameters, &huma.Param{
			Name: "Idempotency-Key", In: "header", Description: "Makes the request safe to repeat for 24 hours.",
			Schema: &huma.Schema{Type: "string", MinLength: &one, MaxLength: &most, Pattern: "^[ -~]+$"},
		})
	}
	for status, res := range op.Responses {
		if res.Headers == nil {
			res.Headers = map[string]*huma.Param{}
		}
		res.Headers["X-Request-Id"] = &huma.Param{Schema: &huma.Schema{Type: "string"}, Description: "The request's id."}
		if strings.HasPrefix(status, "4") || strings.HasPrefix(status, "5") {
			res.Description = strings.TrimSpace(res.Description)
		}
	}
}
