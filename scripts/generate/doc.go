// Command generate writes every file that is made from others: what `go generate` names, the OpenAPI document, and the package list in
// CONTRIBUTING.md.
//
//	go run ./scripts/generate                  # write
//	go run ./scripts/generate -check           # fail when writing would change something; write nothing
//	go run ./scripts/generate -check packages  # the same for one generator
package main
