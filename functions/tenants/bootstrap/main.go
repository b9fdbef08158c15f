// Command bootstrap is the Lambda binary of the context tenants.
package main

import (
	"guardrails/functions"
	"guardrails/functions/tenants"
	"guardrails/shared/fn"
)

func main() { fn.Main(functions.Catalog(), tenants.Bindings()) }
