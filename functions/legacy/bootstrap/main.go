// Command bootstrap runs one function of the legacy context.
package main

import (
	"guardrails/functions"
	"guardrails/functions/legacy"
	"guardrails/shared/fn"
)

func main() { fn.Main(functions.Catalog(), legacy.Bindings()) }
