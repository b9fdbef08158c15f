# Every target is one line: what it does is in scripts/, where it can be tested. Tools are pinned there too.
.DEFAULT_GOAL := help
.PHONY: help run setup need test test-short bench microbench fuzz lint fmt generate generate-check train-check contract mirror synth supply startup monitoring drill e2e hosts chaos conformance

help: ## list the targets
	@awk -F ':.*## ' '/^[a-z0-9-]+:.*## / { printf "  make %-16s %s\n", $$1, $$2 }' Makefile

need:
	@command -v go >/dev/null || { echo "Go is missing: install Go 1.26 from https://go.dev/dl and try again." >&2; exit 1; }

setup: need ## install MiniStack into .venv (once)
	@go run ./scripts/ministack

run: setup ## start the whole system on this machine; PORT and GUARDRAILS_DATA move it
	@echo "building the local host" >&2; go build -o dist/guardrails-local ./infra/local/serve && exec dist/guardrails-local

test: setup ## all tests, with the race detector and MiniStack
	@go run ./scripts/test

test-short: ## the tests that need no services
	@go run ./scripts/test -short

bench: need ## the engine beside gitleaks, and on the worst texts, as tables
	@go -C scripts/bench run .

microbench: setup ## every benchmark of every package
	@go test -p 1 -run='^$$' -bench=. -benchmem ./...

fuzz: ## every fuzz target for ten seconds
	@go run ./scripts/fuzz

lint: ## everything that a machine can check
	@go run ./scripts/lint

fmt: ## put the code in the house format
	@go run ./scripts/lint fmt

generate: ## write generated files
	@go run ./scripts/generate

generate-check: ## fail when a generated file is out of date
	@go run ./scripts/generate -check

train-check: need ## train the built-in model again and compare it byte by byte
	@go run ./scripts/train-builtin -check

contract: setup ## hold the running API to its OpenAPI document
	@go run ./scripts/contracttest

mirror: ## print the size and shape of the code beside our aims
	@go run ./scripts/mirror

synth: ## write and check the deployment of every environment
	@go run ./scripts/synth

supply: ## what ships: licenses, lists of materials, pins, and the same bytes when built elsewhere
	@go run ./scripts/supply

startup: ## size and start of each bootstrap, as a table
	@go run ./scripts/startup

monitoring: need ## check rules, dashboard and metrics with Prometheus' own tools
	@go run ./scripts/monitoring

drill: setup ## release good and broken versions under load on MiniStack
	@go run ./scripts/e2e -drill

e2e: setup ## deploy to MiniStack with the real CDK CLI and drive the API
	@go run ./scripts/e2e

hosts: setup ## check deploy/ and run its image without an engine, over MiniStack
	@go run ./scripts/hosts

chaos: setup ## kill the local host again and again while events are published; nothing may be lost
	@go run ./scripts/chaos

conformance: need ## what the system needs of SQS, against ElasticMQ beside MiniStack
	@go run ./scripts/conformance
