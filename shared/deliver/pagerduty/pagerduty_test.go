package pagerduty_test

import (
	"encoding/json"
	"flag"
	"os"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"guardrails/shared/clock"
	"guardrails/shared/deliver"
	"guardrails/shared/deliver/kindtest"
	"guardrails/shared/deliver/pagerduty"
	"guardrails/shared/deliver/receivertest"
	"guardrails/shared/destination"
	"guardrails/shared/egress"
)

var update = flag.Bool("update", false, "rewrite the golden files")

const key = "0123456789abcdef0123456789abcdef"

func sender(t testing.TB, r *receivertest.Receiver) *pagerduty.Kind {
	t.Helper()
	c := egress.New(egress.Options{Rules: destination.Rules{Private: true}, Clock: clock.System()})
	t.Cleanup(c.Close)
	return pagerduty.New(c, r.URL())
}

func TestKind(t *testing.T) {
	t.Parallel()
	kindtest.Run(t, func(t testing.TB) kindtest.Fixture {
		r := receivertest.New(t)
		return kindtest.Fixture{
			Kind: sender(t, r), Config: json.RawMessage(`{"routing_key":"` + key + `","severity":"warning"}`), Secrets: []string{key},
			Sent: func() [][]byte {
				var out [][]byte
				for _, got := range r.Requests() {
					out = append(out, got.Body)
				}
				return out
			},
			Echo: func() { r.Next(receivertest.Echo()) },
			Hang: func() { r.Next(receivertest.Hang()) },
		}
	})
}

func FuzzCheck(f *testing.F) {
	kindtest.Fuzz(f, pagerduty.New(nil, ""), `{"routing_key":"`+key+`"}`, `{"routing_key":"`+key+`","severity":"info"}`, `{"routing_key":"***"}`)
}

// TestAlerts holds what is sent to a file, for what the data says of the alert.
func TestAlerts(t *testing.T) {
	t.Parallel()
	r := receivertest.New(t)
	k := sender(t, r)
	var b strings.Builder
	for _, test := range []struct {
		config, kind, subject, data string
		templated                   bool
	}{
		{`{}`, "violation.created", "vio_1", `{"id":"vio_1","severity":"high"}`, false},
		{`{}`, "violation.resolved", "vio_1", `{"id":"vio_1"}`, false},
		{`{"severity":"info"}`, "violation.created", "", `{"severity":"critical","summary":"Too much","dedup_key":"all"}`, true},
		{`{}`, "job.failed", "job_1", `{"event_action":"acknowledge"}`, true},
		{`{}`, "violation.resolved", "vio_1", `{"event_action":"trigger","severity":7}`, true},
		{`{}`, "job.failed", strings.Repeat("x", 300), `[1]`, true},
		{`{}`, "job.failed", "job_1", `{"summary":"` + strings.Repeat("é", 1100) + `"}`, true},
		{`{}`, "orders.order.created", "order-17", `{"event_action":"resolve","dedup_key":"vio_1","summary":"All is well","severity":"low"}`, false},
		{`{}`, "orders.order.created", "order-17", `{"event_action":"explode"}`, false},
	} {
		var config map[string]string
		if err := json.Unmarshal([]byte(test.config), &config); err != nil {
			t.Fatal(err)
		}
		config["routing_key"] = key
		given, err := json.Marshal(config)
		if err != nil {
			t.Fatal(err)
		}
		public, secret, err := k.Check(given, nil)
		if err != nil {
			t.Fatal(err)
		}
		m := kindtest.Message()
		m.Event.Type, m.Event.Subject, m.Data = test.kind, test.subject, json.RawMessage(test.data)
		m.Templated = test.templated
		if got := k.Send(t.Context(), deliver.Target{Config: public, Secret: secret}, m); got.Class != deliver.Delivered {
			t.Fatalf("%+v", got)
		}
	}
	for _, got := range r.Requests() {
		b.Write(got.Body)
		b.WriteString("\n")
	}
	const file = "testdata/alerts.jsonl"
	if *update {
		if err := os.WriteFile(file, []byte(b.String()), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff(string(want), b.String()); d != "" {
		t.Error(d)
	}
}

func TestAnswers(t *testing.T) {
	t.Parallel()
	r := receivertest.New(t)
	k := sender(t, r)
	public, secret, err := k.Check(json.RawMessage(`{"routing_key":"`+key+`"}`), nil)
	if err != nil {
		t.Fatal(err)
	}
	for status, want := range map[int]deliver.Class{202: deliver.Delivered, 400: deliver.Permanent, 403: deliver.Permanent, 429: deliver.Retryable, 500: deliver.Retryable} {
		r.Next(receivertest.Status(status))
		if got := k.Send(t.Context(), deliver.Target{Config: public, Secret: secret}, kindtest.Message()); got.Class != want {
			t.Errorf("%d: %+v", status, got)
		}
	}
	m := kindtest.Message()
	m.Data, m.Templated = json.RawMessage(`{"event_action":"explode"}`), true
	if got := k.Send(t.Context(), deliver.Target{Config: public, Secret: secret}, m); got.Code != "template_error" {
		t.Errorf("%+v", got)
	}
}
