package forged

import "guardrails/shared/authn"

func handle(tenant string) any {
	p, err := authn.FromContext(map[string]any{"tenant": tenant}) // want `authn.FromContext outside the edge`
	if err != nil {
		return err
	}
	return p.Scope()
}

var indirect = authn.FromContext // want `authn.FromContext outside the edge`
