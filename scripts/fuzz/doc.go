// Command fuzz runs every fuzz target of the tree for a while each; go test itself fuzzes one target at a time.
//
//	go run ./scripts/fuzz -time=30s
package main
