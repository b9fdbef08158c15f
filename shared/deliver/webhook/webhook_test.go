package webhook_test

import (
	"context"
	"encoding/json"
	"flag"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"guardrails/shared/clock"
	"guardrails/shared/deliver"
	"guardrails/shared/deliver/receivertest"
	"guardrails/shared/deliver/webhook"
	"guardrails/shared/destination"
	"guardrails/shared/egress"
	sign "guardrails/shared/webhook"
)

var update = flag.Bool("update", false, "rewrite the golden files")

const secretKey = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"

func message() deliver.Message {
	return deliver.Message{
		ID: "msg_1", Attempt: 1, At: time.Date(2026, 3, 4, 5, 6, 7, 0, time.UTC),
		Event: deliver.Event{ID: "evt_1", Type: "violation.created", Time: "2026-03-04T05:06:00.000Z", Version: 1},
		Data:  json.RawMessage(`{"id":"vio_1", "n":9007199254740993,"text":"<b> \u00e9 &"}`),
	}
}

// sender returns a kind that may send to the receivers, and what makes a target out of a URL.
func sender(t testing.TB, receivers ...*receivertest.Receiver) *webhook.Kind {
	t.Helper()
	o := egress.Options{Clock: clock.System()}
	for _, r := range receivers {
		o.Allowed = append(o.Allowed, r.Addr())
		if strings.HasPrefix(r.URL(), "https") {
			o.Roots = r.Roots()
		}
	}
	c := egress.New(o)
	t.Cleanup(c.Close)
	return webhook.New(c, destination.Rules{Private: true}, clock.System())
}

func target(t testing.TB, k *webhook.Kind, config string) deliver.Target {
	t.Helper()
	public, secret, err := k.Check(json.RawMessage(config), nil)
	if err != nil {
		t.Fatal(err)
	}
	return deliver.Target{ID: "dst_1", Config: public, Secret: secret, Keys: []deliver.SigningKey{{Secret: secretKey}}}
}

// TestFaults treats a webhook in every way and asks what follows.
func TestFaults(t *testing.T) {
	t.Parallel()
	type want struct {
		Class  deliver.Class
		Code   string
		Unwell bool
		After  time.Duration
	}
	const second = time.Second
	for name, test := range map[string]struct {
		fault receivertest.Fault
		want  want
	}{
		"200":             {receivertest.Status(200), want{deliver.Delivered, "", false, 0}},
		"201":             {receivertest.Status(201), want{deliver.Delivered, "", false, 0}},
		"204":             {receivertest.Answer(204, nil, ""), want{deliver.Delivered, "", false, 0}},
		"299":             {receivertest.Status(299), want{deliver.Delivered, "", false, 0}},
		"redirect 301":    {receivertest.Redirect(301, "https://x.example.com/"), want{deliver.Permanent, "redirect_refused", false, 0}},
		"redirect 307":    {receivertest.Redirect(307, "http://169.254.169.254/"), want{deliver.Permanent, "redirect_refused", false, 0}},
		"304":             {receivertest.Answer(304, nil, ""), want{deliver.Permanent, "redirect_refused", false, 0}},
		"400":             {receivertest.Status(400), want{deliver.Permanent, "http_400", false, 0}},
		"401":             {receivertest.Status(401), want{deliver.Permanent, "http_401", false, 0}},
		"404":             {receivertest.RetryAfter(404, "5"), want{deliver.Permanent, "http_404", false, 0}},
		"408":             {receivertest.Status(408), want{deliver.Retryable, "http_408", true, 0}},
		"409":             {receivertest.RetryAfter(409, "5"), want{deliver.Retryable, "http_409", false, 5 * second}},
		"410":             {receivertest.Status(410), want{deliver.Gone, "http_410", false, 0}},
		"422":             {receivertest.Status(422), want{deliver.Permanent, "http_422", false, 0}},
		"425":             {receivertest.Status(425), want{deliver.Retryable, "http_425", false, 0}},
		"429":             {receivertest.RetryAfter(429, "60"), want{deliver.Retryable, "http_429", true, 60 * second}},
		"429 rubbish":     {receivertest.RetryAfter(429, "soon"), want{deliver.Retryable, "http_429", true, 0}},
		"429 past":        {receivertest.RetryAfter(429, "Thu, 01 Jan 1970 00:00:00 GMT"), want{deliver.Retryable, "http_429", true, 0}},
		"429 huge":        {receivertest.RetryAfter(429, "99999999999"), want{deliver.Retryable, "http_429", true, 24 * time.Hour}},
		"500":             {receivertest.Status(500), want{deliver.Retryable, "http_500", true, 0}},
		"501":             {receivertest.Status(501), want{deliver.Retryable, "http_501", true, 0}},
		"503":             {receivertest.RetryAfter(503, "7"), want{deliver.Retryable, "http_503", true, 7 * second}},
		"599":             {receivertest.Status(599), want{deliver.Retryable, "http_599", true, 0}},
		"999":             {receivertest.Status(999), want{deliver.Permanent, "http_999", false, 0}},
		"reset":           {receivertest.Reset(), want{deliver.Retryable, "connection_reset", true, 0}},
		"dropped":         {receivertest.Drop(), want{deliver.Retryable, "connection_reset", true, 0}},
		"half-closed":     {receivertest.HalfClose(), want{deliver.Retryable, "connection_reset", true, 0}},
		"hangs":           {receivertest.Hang(), want{deliver.Retryable, "timeout", true, 0}},
		"1 B/s":           {receivertest.Trickle(), want{deliver.Retryable, "timeout", true, 0}},
		"slow body":       {receivertest.SlowBody(200), want{deliver.Delivered, "", false, 0}},
		"slow body 500":   {receivertest.SlowBody(500), want{deliver.Retryable, "http_500", true, 0}},
		"wrong length":    {receivertest.WrongLength(200), want{deliver.Delivered, "", false, 0}},
		"not HTTP":        {receivertest.Garbage(), want{deliver.Retryable, "protocol", true, 0}},
		"TLS":             {receivertest.TLSFailure(), want{deliver.Retryable, "tls", true, 0}},
		"huge header":     {receivertest.Answer(200, map[string]string{"X-A": strings.Repeat("a", 64<<10)}, ""), want{deliver.Retryable, "protocol", true, 0}},
		"endless answers": {receivertest.Raw(strings.Repeat("HTTP/1.1 103 Early Hints\r\nX-A: b\r\n\r\n", 5000)), want{deliver.Retryable, "protocol", true, 0}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := receivertest.New(t, receivertest.TLS())
			k := sender(t, r)
			to := target(t, k, `{"url":"`+r.URL()+`","timeout_seconds":1}`)
			r.Next(test.fault)
			got := k.Send(t.Context(), to, message())
			if d := cmp.Diff(test.want, want{got.Class, got.Code, got.Unwell, got.RetryAfter}); d != "" {
				t.Error(d)
			}
			if len(got.Response) > deliver.MaxResponse {
				t.Errorf("the response has %d bytes", len(got.Response))
			}
		})
	}
}

// TestNobody sends where the guard, or nobody, is.
func TestNobody(t *testing.T) {
	t.Parallel()
	r := receivertest.New(t)
	guarded := sender(t)
	to := target(t, guarded, `{"url":"`+r.URL()+`"}`)
	if got := guarded.Send(t.Context(), to, message()); got.Class != deliver.Permanent || got.Code != "address_refused" || got.Unwell {
		t.Errorf("%+v", got)
	}
	k := sender(t, r)
	gone, cancel := context.WithCancel(t.Context())
	cancel()
	if got := k.Send(gone, to, message()); got.Class != deliver.Retryable || got.Code != "cancelled" || got.Unwell {
		t.Errorf("%+v", got)
	}
	if len(r.Requests()) != 0 {
		t.Error("a request came in")
	}
}

// TestRequest looks at one request as it came.
func TestRequest(t *testing.T) {
	t.Parallel()
	r := receivertest.New(t)
	k := sender(t, r)
	to := target(t, k, `{"url":"`+r.URL()+`/in","headers":{"Authorization":"Bearer planted-token","X-Team":"planted-team"}}`)
	second := "whsec_" + strings.Repeat("A", 32)
	to.Keys = append(to.Keys, deliver.SigningKey{Secret: second})
	m := message()
	r.Next(receivertest.Echo())
	result := k.Send(t.Context(), to, m)
	if result.Class != deliver.Delivered {
		t.Fatalf("%+v", result)
	}
	got := r.Requests()[0]
	want := `{"type":"violation.created","timestamp":"2026-03-04T05:06:00.000Z","data":{"id":"vio_1","n":9007199254740993,"text":"<b> \u00e9 &"}}`
	if string(got.Body) != want {
		t.Errorf("the body is %s", got.Body)
	}
	h := got.Header
	for _, key := range []string{secretKey, second} {
		if err := sign.Verify([]string{key}, h.Get("webhook-id"), h.Get("webhook-timestamp"), h.Get("webhook-signature"), got.Body, m.At); err != nil {
			t.Error(err)
		}
	}
	if h.Get("User-Agent") != "Guardrails-Webhooks/1" || h.Get("Content-Type") != "application/json" || h.Get("Authorization") != "Bearer planted-token" {
		t.Errorf("the headers are %v", h)
	}
	wantHeaders := map[string]string{
		"Authorization": "[redacted]", "X-Team": "[redacted]", "webhook-signature": "[redacted]",
		"Content-Type": "application/json", "User-Agent": "Guardrails-Webhooks/1", "webhook-id": "msg_1", "webhook-timestamp": "1772600767",
	}
	if d := cmp.Diff(wantHeaders, result.Headers); d != "" {
		t.Error(d)
	}
	if strings.Contains(string(result.Response), "planted") || !strings.Contains(string(result.Response), "[redacted]") {
		t.Errorf("the response shows a secret: %s", result.Response)
	}
}

// TestAddress sends to the whole URL, also to one that was kept before URLs were sealed, and shows nobody what of it a
// receiver repeats.
func TestAddress(t *testing.T) {
	t.Parallel()
	r := receivertest.New(t)
	k := sender(t, r)
	const way = "/in/planted-path?key=planted%2Bquery"
	sealed := target(t, k, `{"url":"`+r.URL()+way+`"}`)
	plain := sealed
	plain.Config, plain.Secret = json.RawMessage(`{"url":"`+r.URL()+way+`","signature":"v1","timeout_seconds":15}`), nil
	for name, to := range map[string]deliver.Target{"sealed": sealed, "plain": plain} {
		r.Next(receivertest.Answer(404, nil, "nothing at "+way+", planted-path or planted+query"))
		got := k.Send(t.Context(), to, message())
		if got.Code != "http_404" || strings.Contains(string(got.Response), "planted") || strings.Count(string(got.Response), "[redacted]") != 3 {
			t.Errorf("%s: %s, %s", name, got.Code, got.Response)
		}
	}
	if strings.Contains(string(sealed.Config), "planted") {
		t.Errorf("the URL is shown: %s", sealed.Config)
	}
	for _, got := range r.Requests() {
		if got.Path != way {
			t.Errorf("sent to %s", got.Path)
		}
	}
}

// TestLegacy holds the older API's requests to the bytes of a file.
func TestLegacy(t *testing.T) {
	t.Parallel()
	r := receivertest.New(t)
	k := sender(t, r)
	config, err := webhook.LegacyConfig(destination.Rules{Private: true}, r.URL()+"/old", "/webhook_url")
	if err != nil {
		t.Fatal(err)
	}
	m := message()
	m.Event.Type = "job.completed"
	m.Data = json.RawMessage(`{"metadata":{"a":1},"result":{"status":"success"},"task":{"id":"tsk_1","name":"analyze","status":"SUCCESS"},"more":1}`)
	for _, keys := range [][]deliver.SigningKey{nil, {{Secret: secretKey}}} {
		if got := k.Send(t.Context(), deliver.Target{Config: config, Keys: keys}, m); got.Class != deliver.Delivered {
			t.Fatalf("%+v", got)
		}
	}
	var b strings.Builder
	for _, got := range r.Requests() {
		b.WriteString(got.Method + " " + got.Path + "\n")
		for _, name := range []string{"Content-Type", "User-Agent", "X-Guardrails-Signature", "X-Guardrails-Timestamp", "Webhook-Id", "Webhook-Signature"} {
			b.WriteString(name + ": " + got.Header.Get(name) + "\n")
		}
		b.WriteString("\n" + string(got.Body) + "\n\n")
	}
	golden(t, "testdata/legacy.http", b.String())
	if r.Requests()[1].Header.Get("X-Guardrails-Signature") != sign.SignLegacy(secretKey, r.Requests()[1].Body) {
		t.Error("the signature is wrong")
	}
	m.Data = json.RawMessage(`{"result":1}`)
	if got := k.Send(t.Context(), deliver.Target{Config: config}, m); got.Class != deliver.Permanent || got.Code != "template_error" {
		t.Errorf("%+v", got)
	}
}

func golden(t *testing.T, file, got string) {
	t.Helper()
	if *update {
		if err := os.WriteFile(file, []byte(got), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff(string(want), got); d != "" {
		t.Error(d)
	}
}

// TestOwnFailures are found before anything is sent.
func TestOwnFailures(t *testing.T) {
	t.Parallel()
	r := receivertest.New(t)
	k := sender(t, r)
	to := target(t, k, `{"url":"`+r.URL()+`"}`)
	broken, keyless, false1 := message(), to, to
	broken.Data = json.RawMessage(`{"a"`)
	keyless.Keys = nil
	false1.Keys = []deliver.SigningKey{{Secret: "planted"}}
	large := message()
	large.Data = json.RawMessage(`"` + strings.Repeat("a", 256<<10) + `"`)
	for name, test := range map[string]struct {
		to   deliver.Target
		m    deliver.Message
		code string
	}{
		"data":        {to, broken, "template_error"},
		"size":        {to, large, "payload_too_large"},
		"no key":      {keyless, message(), "signing_key"},
		"a false key": {false1, message(), "signing_key"},
		"config":      {deliver.Target{Config: json.RawMessage(`{`)}, message(), "config"},
	} {
		if got := k.Send(t.Context(), test.to, test.m); got.Class != deliver.Permanent || got.Code != test.code || got.Unwell {
			t.Errorf("%s: %+v", name, got)
		}
	}
	if len(r.Requests()) != 0 {
		t.Error("a request came in")
	}
}
