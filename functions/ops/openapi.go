package ops

import (
	"context"
	_ "embed"

	"guardrails/shared/fn"
)

// document is written by `make generate` from the catalogue and the bindings of all contexts, which this context does
// not link; `make generate-check` fails when it is out of date.
//
//go:embed openapi.json
var document []byte

// page is the same for people, written together with it.
//
//go:embed docs.html
var page []byte

type fileOut struct {
	ContentType  string `header:"Content-Type"`
	CacheControl string `header:"Cache-Control"`
	Policy       string `header:"Content-Security-Policy"`
	Body         []byte
}

const cacheDocs = "public, max-age=300"

// newOpenAPI answers the OpenAPI document.
func newOpenAPI(*fn.Env) (fn.Handler[struct{}, fileOut], error) {
	return func(context.Context, *fn.Call, *struct{}) (*fileOut, error) {
		return &fileOut{ContentType: "application/json", CacheControl: cacheDocs, Body: document}, nil
	}, nil
}

// newDocs answers the reference for people.
func newDocs(*fn.Env) (fn.Handler[struct{}, fileOut], error) {
	return func(context.Context, *fn.Call, *struct{}) (*fileOut, error) {
		return &fileOut{
			ContentType: "text/html; charset=utf-8", CacheControl: cacheDocs, Body: page,
			Policy: "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; frame-ancestors 'none'",
		}, nil
	}, nil
}
