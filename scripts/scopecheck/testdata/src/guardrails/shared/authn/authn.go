package authn

import "guardrails/shared/internal/scope"

func Verify(tenant string) scope.Scope { return scope.Mint(tenant) }
