package forged

import "guardrails/shared/authn"

var fromTest, _ = authn.FromContext(nil)
