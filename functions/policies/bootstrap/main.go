// Command bootstrap is the Lambda binary of the context policies.
package main

import (
	"guardrails/functions"
	"guardrails/functions/policies"
	"guardrails/shared/fn"
)

func main() { fn.Main(functions.Catalog(), policies.Bindings()) }
