// Command bootstrap is the Lambda binary of the context rules.
package main

import (
	"guardrails/functions"
	"guardrails/functions/rules"
	"guardrails/shared/fn"
)

func main() { fn.Main(functions.Catalog(), rules.Bindings()) }
