package usage

import "guardrails/shared/internal/scope"

var scopeOfTests = scope.Mint("acme")
