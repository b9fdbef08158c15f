package main

import (
	"bytes"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"guardrails/shared/webhook"
)

// A receiver says what came, whether it was signed, and fails when it is told to.
func TestListenChecksSignaturesAndFailsOnDemand(t *testing.T) {
	t.Parallel()
	secret, err := webhook.NewKey(webhook.HMAC, strings.NewReader(strings.Repeat("k", 64)))
	if err != nil {
		t.Fatal(err)
	}
	var out bytes.Buffer
	l := &listener{secret: secret, down: filepath.Join(t.TempDir(), "down"), out: &out, seen: map[string]int{}}
	body := `{"type":"a.b"}`
	send := func(tampered string) int {
		req := httptest.NewRequest(http.MethodPost, "/", strings.NewReader(body+tampered))
		now := time.Now()
		sig, err := webhook.Sign([]string{secret}, "dlv_1", now, []byte(body))
		if err != nil {
			t.Fatal(err)
		}
		req.Header.Set("webhook-id", "dlv_1")
		req.Header.Set("webhook-timestamp", webhook.Timestamp(now))
		req.Header.Set("webhook-signature", sig)
		w := httptest.NewRecorder()
		l.ServeHTTP(w, req)
		return w.Code
	}
	first := send("")
	if err := os.WriteFile(l.down, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	second := send(" ")
	want := "200, attempt 1, signature ok: {\"type\":\"a.b\"}\n503, attempt 2, SIGNATURE WRONG: {\"type\":\"a.b\"} \n"
	if first != 200 || second != 503 || out.String() != want {
		t.Errorf("answers %d and %d, lines\n%s", first, second, out.String())
	}
}
