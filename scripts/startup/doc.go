// Command startup measures how each bootstrap starts: its size, and the time until it asks Lambda for its first event.
// It runs every function of the catalogue against a stub of Lambda's runtime API on this machine, and shows the one of
// each context that takes most. A benchmark: it judges nothing.
//
//	go run ./scripts/startup            # one line for each context
//	go run ./scripts/startup -all       # one line for each function
//	go run ./scripts/startup -runs 30
package main
