package analyze

import (
	"context"
	"encoding/json"

	"guardrails/shared/audit"
	"guardrails/shared/fn"
	"guardrails/shared/inspect"
	"guardrails/shared/redact"
	"guardrails/shared/table"
)

type restoreIn struct {
	Body inspect.Value
}

type restoreOut struct {
	Body struct {
		Restored json.RawMessage  `json:"restored" doc:"The value given with what could be opened put back."`
		Items    []redact.Item    `json:"items" nullable:"false" doc:"What was put back, with offsets in the value given."`
		Failed   []redact.Failure `json:"failed" nullable:"false" doc:"Tokens that stay as they are: damaged, or another tenant's."`
	}
}

// newRestore puts back what the operator encrypt replaced. Who asked is recorded before anything is answered.
func newRestore(env *fn.Env) (fn.Handler[restoreIn, restoreOut], error) {
	keys, trail := env.Keys(), env.Table(table.Audit)
	log := audit.New(trail, env.IDs, env.Clock)
	return func(ctx context.Context, call *fn.Call, in *restoreIn) (*restoreOut, error) {
		var out restoreOut
		restored, err := inspect.Restore(ctx, keys.Tenant(call.Scope), call.Scope, in.Body)
		if err != nil {
			return nil, err
		}
		out.Body.Restored, out.Body.Items, out.Body.Failed = restored.Value, restored.Items, restored.Failed
		entry := log.Op(call.Scope, audit.Record{Actor: call.Principal.ID(), Action: "restore", Target: "redaction", RequestID: call.RequestID, SourceIP: call.SourceIP})
		if err := table.Transact(ctx, entry); err != nil {
			return nil, err
		}
		return &out, nil
	}, nil
}
