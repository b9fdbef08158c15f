// Command bootstrap is the Lambda binary of the context deliveries.
package main

import (
	"guardrails/functions"
	"guardrails/functions/deliveries"
	"guardrails/shared/fn"
)

func main() { fn.Main(functions.Catalog(), deliveries.Bindings()) }
