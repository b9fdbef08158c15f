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

// writeOpenAPI renders the catalogue's routes into the document that the ops context embeds.
func writeOpenAPI(_ context.Context, root string) error {
	doc, err := fn.OpenAPI(functions.Catalog(), bindings.All())
	if err != nil {
		return err
	}
	if err := os.WriteFile(filepath.Join(root, "functions", "ops", "openapi.json"), doc, 0o600); err != nil {
		return fmt.Errorf("write the OpenAPI document: %w", err)
	}
	return nil
}
