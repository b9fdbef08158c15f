// Package audit records who changed what, in the same transaction as the change.
package audit

import (
	"guardrails/shared/clock"
	"guardrails/shared/id"
	"guardrails/shared/table"
	"guardrails/shared/tenant"
)

// Record is one entry: who did what to which thing, with which outcome. It never holds analyzed text or key material.
type Record struct {
	ID        string   `dynamodbav:"id"`
	Time      string   `dynamodbav:"time"`
	Actor     string   `dynamodbav:"actor"`
	Action    string   `dynamodbav:"action"`
	Target    string   `dynamodbav:"target"`
	Outcome   string   `dynamodbav:"outcome"`
	RequestID string   `dynamodbav:"request_id,omitempty"`
	SourceIP  string   `dynamodbav:"source_ip,omitempty"`
	Fields    []string `dynamodbav:"fields,omitempty"`
}

// Log makes the writes of audit records.
type Log struct {
	table *table.Table
	ids   *id.Generator
	clock clock.Clock
}

// New returns a log on the audit table.
func New(t *table.Table, ids *id.Generator, c clock.Clock) *Log { return &Log{t, ids, c} }

// Op returns the write of a record, to be made in the transaction of the change. The id and time are set here;
// an empty outcome means success.
func (l *Log) Op(s tenant.Scope, r Record) table.Op {
	r.ID, r.Time = l.ids.New(id.Audit), clock.Format(l.clock.Now())
	if r.Outcome == "" {
		r.Outcome = "success"
	}
	return l.table.PutOp(s, table.AuditKey(r.ID), r, table.IfAbsent())
}
