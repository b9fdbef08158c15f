// Command bootstrap runs one function of the analyze context on Lambda; GUARDRAILS_FUNCTION names it.
package main

import (
	"guardrails/functions"
	"guardrails/functions/analyze"
	"guardrails/shared/fn"
)

func main() { fn.Main(functions.Catalog(), analyze.Bindings()) }
