// Command lint checks everything that a machine can check about this tree and prints one line per step.
//
//	go run ./scripts/lint          # every step
//	go run ./scripts/lint imports  # one or more steps by name
//	go run ./scripts/lint -h       # names the steps
//	go run ./scripts/lint fmt      # rewrite files in the house format
package main
