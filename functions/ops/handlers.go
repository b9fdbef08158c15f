package ops

import (
	"github.com/danielgtaylor/huma/v2"

	"guardrails/shared/fn"
)

// Bindings are the handlers of this context by the names of the catalogue.
func Bindings() fn.Bindings {
	return fn.Bindings{
		"health":  fn.Route(newHealth),
		"ready":   fn.Route(newReady),
		"metrics": fn.Route(newMetrics, fn.Describe(answers("text/plain", "string"))),
		"openapi": fn.Route(newOpenAPI, fn.Describe(answers("application/json", "object"))),
		"docs":    fn.Route(newDocs, fn.Describe(answers("text/html", "string"))),
	}
}

// answers documents a route whose answer is a file of a media type.
func answers(mediaType, schemaType string) func(*huma.Operation) {
	return func(op *huma.Operation) {
		op.Responses = map[string]*huma.Response{"200": {
			Description: "OK",
			Content:     map[string]*huma.MediaType{mediaType: {Schema: &huma.Schema{Type: schemaType}}},
		}}
	}
}
