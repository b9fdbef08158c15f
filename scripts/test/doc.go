// Command test runs the tests with the race detector, in random order, against one MiniStack of their own, and counts
// them.
//
//	go run ./scripts/test                    # everything
//	go run ./scripts/test -short             # without services, without the race detector
//	go run ./scripts/test ./shared/table/...
//
// Variables: GUARDRAILS_TEST_ENDPOINT names an AWS endpoint to use instead of MiniStack.
package main
