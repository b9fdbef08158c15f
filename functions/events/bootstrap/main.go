// Command bootstrap is the Lambda binary of the context events.
package main

import (
	"guardrails/functions"
	"guardrails/functions/events"
	"guardrails/shared/fn"
)

func main() { fn.Main(functions.Catalog(), events.Bindings()) }
