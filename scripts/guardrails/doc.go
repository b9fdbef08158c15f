// Command guardrails is the operator's tool.
//
//	guardrails functions [--format=table|tsv]            every function of the system
//	guardrails node-policy --env dev --ec2               the roles of a node, which runs every function outside Lambda
//	guardrails platform-admin --env dev --account N      the first key of a deployed environment
//	guardrails analyze [--json] [--policy ID] [file|-]   the engine alone, offline; a filter for commits and pipelines
//
// Run it with `go run ./scripts/guardrails`, or build it once with `go build -o dist/guardrails ./scripts/guardrails`.
package main
