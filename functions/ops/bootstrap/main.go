// Command bootstrap runs one function of the ops context on Lambda; GUARDRAILS_FUNCTION names it.
package main

import (
	"guardrails/functions"
	"guardrails/functions/ops"
	"guardrails/shared/fn"
)

func main() { fn.Main(functions.Catalog(), ops.Bindings()) }
