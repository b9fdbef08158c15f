// Command bootstrap is the Lambda binary of the context keys.
package main

import (
	"guardrails/functions"
	"guardrails/functions/keys"
	"guardrails/shared/fn"
)

func main() { fn.Main(functions.Catalog(), keys.Bindings()) }
