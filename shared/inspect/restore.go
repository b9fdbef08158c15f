package inspect

import (
	"context"
	"encoding/json"

	"guardrails/shared/detect"
	"guardrails/shared/redact"
	"guardrails/shared/tenant"
)

// Restored is a value with its encrypted tokens put back.
type Restored struct {
	Value  json.RawMessage
	Items  []redact.Item
	Failed []redact.Failure
}

// Restore puts back what the operators encrypt and encrypt_deterministic replaced, token by token.
func Restore(ctx context.Context, keys redact.Keys, s tenant.Scope, v Value) (Restored, error) {
	value, err := v.parts(detect.SourceInput)
	if err != nil {
		return Restored{}, err
	}
	out := Restored{Items: []redact.Item{}, Failed: []redact.Failure{}}
	changes := map[string]string{}
	for _, p := range value.strings {
		text, items, failed, err := redact.Restore(ctx, keys, s.TenantID(), p.path, p.text)
		if err != nil {
			return Restored{}, err
		}
		if len(items) > 0 {
			changes[p.path] = p.encoded(text)
		}
		out.Items, out.Failed = append(out.Items, items...), append(out.Failed, failed...)
	}
	out.Value, err = v.rewrite(value.shape, changes)
	return out, err
}
