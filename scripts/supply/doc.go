// Command supply looks at what the product is made of: what is linked into the binaries that ship, under which
// licenses, from where, and whether the same source makes the same bytes again. It writes CycloneDX lists of materials
// to dist/sbom.
//
//	go run ./scripts/supply                # every check
//	go run ./scripts/supply locks denied   # the named ones
//	go run ./scripts/supply notices        # write THIRD_PARTY_LICENSES, which ships in every zip
package main

//go:generate go run . notices
