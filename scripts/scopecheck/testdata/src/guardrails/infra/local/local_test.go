package local

import "guardrails/shared/table"

var fromOutside = table.Raw()
