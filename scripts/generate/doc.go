// Command generate writes every file that is made from others: what `go generate` names, the OpenAPI document, the package list in
// CONTRIBUTING.md, the rules of monitoring, and the list of detectors.
//
//	go run ./scripts/generate                  # write
//	go run ./scripts/generate -check           # fail when writing would change something; write nothing
//	go run ./scripts/generate -check packages  # the same for one generator
package main
