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
	Body struct {
		inspect.Value
		Values []redact.Formatted `json:"values,omitempty" maxItems:"1000" doc:"Values by the operator fpe. They carry no mark and cannot be found in a text, so they are named one by one."`
	}
}

type restoreOut struct {
	Body struct {
		Restored json.RawMessage    `json:"restored" doc:"The value given with what could be opened put back."`
		Items    []redact.Item      `json:"items" nullable:"false" doc:"What was put back, with offsets in the value given."`
		Failed   []redact.Failure   `json:"failed" nullable:"false" doc:"Tokens that stay as they are: damaged, or another tenant's."`
		Values   []redact.Formatted `json:"values,omitempty" doc:"The values named, decrypted, in their order. One that fpe would not have made stays as it is."`
	}
}

// newRestore puts back what the operators encrypt, encrypt_deterministic and fpe replaced. Who asked is recorded before anything is answered.
func newRestore(env *fn.Env) (fn.Handler[restoreIn, restoreOut], error) {
	keys, trail := env.Keys(), env.Table(table.Audit)
	log := audit.New(trail, env.IDs, env.Clock)
	return func(ctx context.Context, call *fn.Call, in *restoreIn) (*restoreOut, error) {
		var out restoreOut
		restored, err := inspect.Restore(ctx, keys.Tenant(call.Scope), call.Scope, in.Body.Value)
		if err != nil {
			return nil, err
		}
		out.Body.Restored, out.Body.Items, out.Body.Failed = restored.Value, restored.Items, restored.Failed
		if out.Body.Values, err = redact.RestoreFormats(ctx, keys.Tenant(call.Scope), in.Body.Values); err != nil {
			return nil, err
		}
		entry := log.Op(call.Scope, audit.Record{Actor: call.Principal.ID(), Action: "restore", Target: "redaction", RequestID: call.RequestID, SourceIP: call.SourceIP})
		if err := table.Transact(ctx, entry); err != nil {
			return nil, err
		}
		return &out, nil
	}, nil
}
