package fn

import "guardrails/shared/audit"

// Actor is the caller as the audit log names them.
func (c *Call) Actor() audit.Actor {
	return audit.Actor{Principal: c.Principal, RequestID: c.RequestID, SourceIP: c.SourceIP}
}
