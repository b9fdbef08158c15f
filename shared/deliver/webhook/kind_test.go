package webhook_test

import (
	"encoding/json"
	"testing"

	"guardrails/shared/clock"
	"guardrails/shared/deliver"
	"guardrails/shared/deliver/kindtest"
	"guardrails/shared/deliver/receivertest"
	"guardrails/shared/deliver/webhook"
	"guardrails/shared/destination"
)

func TestKind(t *testing.T) {
	t.Parallel()
	kindtest.Run(t, func(t testing.TB) kindtest.Fixture {
		r := receivertest.New(t, receivertest.ClientCertificates())
		certificate, key := newCertificate(t, "client")
		config, err := json.Marshal(map[string]any{
			"url": r.URL() + "/in/planted-path?key=planted-query", "signature": "v1", "timeout_seconds": 10,
			"headers":            map[string]string{"Authorization": "Bearer planted-token", "X-Team": "planted-team"},
			"client_certificate": map[string]string{"certificate": certificate, "private_key": key},
		})
		if err != nil {
			t.Fatal(err)
		}
		return kindtest.Fixture{
			Kind: sender(t, r), Config: config, Secrets: []string{"Bearer planted-token", "planted-team", key, r.URL() + "/in/planted-path?key=planted-query"},
			Keys: []deliver.SigningKey{{Secret: secretKey}},
			Sent: func() [][]byte {
				var out [][]byte
				for _, got := range r.Requests() {
					out = append(out, append([]byte(got.ID+"\n"), got.Body...))
				}
				return out
			},
			Echo: func() { r.Next(receivertest.Echo()) },
			Hang: func() { r.Next(receivertest.Hang()) },
		}
	})
}

func FuzzCheck(f *testing.F) {
	kindtest.Fuzz(f, webhook.New(nil, destination.Rules{}, clock.System()),
		`{"url":"https://hooks.example.com/in"}`,
		`{"url":"https://hooks.example.com/in","headers":{"X-A":"b","Authorization":"Bearer x"},"signature":"v1a","timeout_seconds":30}`,
		`{"url":"https://127.0.0.1/","headers":{"Host":"x","webhook-id":"y","a b":"c"},"client_certificate":{"certificate":"x","private_key":"y"}}`)
}
