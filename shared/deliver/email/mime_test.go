package email_test

import (
	"encoding/json"
	"strings"
	"testing"

	"guardrails/shared/deliver"
	"guardrails/shared/deliver/email"
	"guardrails/shared/deliver/kindtest"
	"guardrails/shared/deliver/mailtest"
	"guardrails/shared/internal/scope"
)

// TestUntemplatedText shows an event whose own data looks like a template's: a publisher cannot write the whole mail.
func TestUntemplatedText(t *testing.T) {
	t.Parallel()
	s := mailtest.New(t)
	k := email.New(email.NewSMTP(s.Address, nil), from)
	m := kindtest.Message()
	m.Data = json.RawMessage(`{"text":"Only this."}`)
	if got := k.Send(t.Context(), deliver.Target{Tenant: scope.Mint("ten_a"), Config: json.RawMessage(`{"to":["a@example.com"]}`)}, m); got.Class != deliver.Delivered {
		t.Fatalf("%+v", got)
	}
	if raw := string(s.Mails()[0].Raw); !strings.Contains(raw, "Event:") || !strings.Contains(raw, "Type:    violation.created") {
		t.Error(raw)
	}
}
