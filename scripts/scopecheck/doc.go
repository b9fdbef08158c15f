// Command scopecheck is a vet tool that keeps tenants apart: it forbids AWS service clients outside the packages that
// bind them to a tenant, minting a Scope outside authentication, making a Principal outside the edge, and unsafe or
// reflect in functions.
//
//	go build -o .tools/scopecheck ./scripts/scopecheck
//	go vet -vettool=.tools/scopecheck ./...
package main
