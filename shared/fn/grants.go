package fn

import (
	"maps"
	"net/http"
	"slices"
	"strings"

	"guardrails/shared/blob"
	"guardrails/shared/queue"
	"guardrails/shared/table"
)

// Grants is everything the function may touch: what its Spec declares, and what its shape implies.
// A route with credentials uses the usage table for limits, and for idempotency if it is a POST, whose first answers are sealed
// and, if large, kept in the content bucket; data keys are stored in the tenants table. Whoever writes events sends them on
// to be matched.
func (s Spec) Grants() Access {
	g := Access{
		Tables: maps.Clone(s.Access.Tables), Queues: maps.Clone(s.Access.Queues), Buckets: maps.Clone(s.Access.Buckets),
		Secrets: slices.Clone(s.Access.Secrets), DataKeys: s.Access.DataKeys || s.Idempotent(),
		CustomerRoles: s.Access.CustomerRoles, Mail: s.Access.Mail,
	}
	if g.Tables == nil {
		g.Tables = map[string]Mode{}
	}
	if s.Trigger.Kind == TriggerHTTP && !s.Public() {
		g.Tables[table.Usage] |= ReadWrite
	}
	if s.Idempotent() {
		if g.Buckets == nil {
			g.Buckets = map[string]Mode{}
		}
		g.Buckets[blob.Content] |= ReadWrite
	}
	if g.DataKeys {
		g.Tables[table.Tenants] |= Read
	}
	if g.Tables[table.Events]&(Append|Write) != 0 {
		if g.Queues == nil {
			g.Queues = map[string]Mode{}
		}
		g.Queues[queue.Events] |= Send
	}
	return g
}

// Idempotent reports whether the route honors Idempotency-Key: every POST with credentials does.
func (s Spec) Idempotent() bool {
	return s.Trigger.Kind == TriggerHTTP && s.Trigger.Method == http.MethodPost && !s.Public()
}

// BodyLimit is the largest request body in bytes.
func (s Spec) BodyLimit() int64 {
	if s.MaxBody == 0 {
		return 1 << 20
	}
	return s.MaxBody
}

// Legacy reports whether the route belongs to the older API, whose paths are outside /api/v1 or kept there as they were.
func (s Spec) Legacy() bool { return s.Context == "legacy" }

// HasBody reports whether the route's method carries a body.
func (s Spec) HasBody() bool {
	return s.Trigger.Method == http.MethodPost || s.Trigger.Method == http.MethodPut || s.Trigger.Method == http.MethodPatch
}

// Params lists the names in the path's braces.
func (s Spec) Params() []string {
	var out []string
	for _, part := range strings.Split(s.Trigger.Path, "/") {
		if name, ok := strings.CutPrefix(part, "{"); ok {
			out = append(out, strings.TrimSuffix(name, "}"))
		}
	}
	return out
}
