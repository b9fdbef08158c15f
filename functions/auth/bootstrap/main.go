// Command bootstrap is the Lambda binary of the context auth.
package main

import (
	"guardrails/functions"
	"guardrails/functions/auth"
	"guardrails/shared/fn"
)

func main() { fn.Main(functions.Catalog(), auth.Bindings()) }
