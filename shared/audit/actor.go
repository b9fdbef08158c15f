package audit

import (
	"guardrails/shared/authn"
	"guardrails/shared/table"
	"guardrails/shared/tenant"
)

// Actor is who makes a change, and through which request.
type Actor struct {
	Principal authn.Principal
	RequestID string
	SourceIP  string
}

// ID is the id of the key or user who makes the change.
func (a Actor) ID() string { return a.Principal.ID() }

// Record starts the record of a change by the actor; fields name what changed, without values.
func (a Actor) Record(action, target string, fields ...string) Record {
	return Record{Actor: a.ID(), Action: action, Target: target, RequestID: a.RequestID, SourceIP: a.SourceIP, Fields: fields}
}

// Ops returns the writes of the record of a change of tenant s: one in the tenant's log, and one in the actor's own
// where a platform administrator changes another tenant.
func (l *Log) Ops(s tenant.Scope, a Actor, r Record) []table.Op {
	ops := []table.Op{l.Op(s, r)}
	if own := a.Principal.Scope(); own != s {
		ops = append(ops, l.Op(own, r).ForActor())
	}
	return ops
}
