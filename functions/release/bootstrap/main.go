// Command bootstrap is the Lambda binary of the context release.
package main

import (
	"guardrails/functions"
	"guardrails/functions/release"
	"guardrails/shared/fn"
)

func main() { fn.Main(functions.Catalog(), release.Bindings()) }
