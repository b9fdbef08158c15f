package main

import (
	"strings"
	"testing"
)

// TestReferenceEscapes checks that nothing in the document becomes markup of the page.
func TestReferenceEscapes(t *testing.T) {
	t.Parallel()
	page, err := renderReference([]byte(`{"info": {"title": "<script>x</script>", "version": "1"}, "paths": {"/a/{id}": {"get": {
		"operationId": "a-get", "summary": "Get <b>one</b>", "tags": ["things"], "x-guardrails-permission": "read:a",
		"parameters": [{"name": "id", "in": "path", "required": true, "schema": {"type": "string"}}],
		"responses": {"200": {"description": "Fine", "content": {"application/json": {"schema": {"$ref": "#/components/schemas/A"}}}}}}}},
		"components": {"schemas": {"A": {"properties": {"kind": {"enum": ["x", "y"]}}}}}}`))
	if err != nil {
		t.Fatal(err)
	}
	got := string(page)
	if strings.Contains(got, "<script") || strings.Contains(got, "<b>") {
		t.Error("text of the document is markup of the page")
	}
	for _, want := range []string{`<article id="a-get">`, `/a/{id}`, "read:a", "<code>kind</code> x | y", `id="not_found"`} {
		if !strings.Contains(got, want) {
			t.Errorf("the page lacks %s", want)
		}
	}
}
