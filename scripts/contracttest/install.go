package main

import (
	"context"
	"io"

	"guardrails/scripts/internal/python"
)

// install makes the virtual environment with the two tools and returns its bin folder.
func install(ctx context.Context, w io.Writer, root string) (string, error) {
	return python.Venv{
		Root: root, Name: "contract", Requirements: "scripts/contracttest/requirements.txt",
		About: "schemathesis and openapi-spec-validator, about 100 MB,",
	}.Install(ctx, w)
}
