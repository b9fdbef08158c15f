package main

import (
	"context"
	"fmt"
	"os"
	"path/filepath"

	"guardrails/functions"
	"guardrails/infra/bindings"
	"guardrails/shared/fn"
)

// writeOpenAPI renders the catalogue's routes into the document, and the page for people, that the ops context embeds.
func writeOpenAPI(_ context.Context, root string) error {
	doc, err := fn.OpenAPI(functions.Catalog(), bindings.All())
	if err != nil {
		return err
	}
	page, err := renderReference(doc)
	if err != nil {
		return err
	}
	for name, content := range map[string][]byte{"openapi.json": doc, "docs.html": page} {
		if err := os.WriteFile(filepath.Join(root, "functions", "ops", name), content, 0o600); err != nil {
			return fmt.Errorf("write %s: %w", name, err)
		}
	}
	return nil
}
