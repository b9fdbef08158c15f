package usage

import "guardrails/shared/internal/scope"

var forge = scope.Mint // want `scope.Mint outside authentication`

func Count(tenant string) { _ = scope.Mint(tenant) } // want `scope.Mint outside authentication`

func Good(s scope.Scope) scope.Scope { return s }
