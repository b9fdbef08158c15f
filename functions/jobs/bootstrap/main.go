// Command bootstrap runs one function of the jobs context.
package main

import (
	"guardrails/functions"
	"guardrails/functions/jobs"
	"guardrails/shared/fn"
)

func main() { fn.Main(functions.Catalog(), jobs.Bindings()) }
