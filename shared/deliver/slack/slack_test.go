package slack_test

import (
	"encoding/json"
	"errors"
	"flag"
	"os"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"guardrails/shared/clock"
	"guardrails/shared/deliver"
	"guardrails/shared/deliver/kindtest"
	"guardrails/shared/deliver/receivertest"
	"guardrails/shared/deliver/slack"
	"guardrails/shared/destination"
	"guardrails/shared/egress"
	"guardrails/shared/errs"
)

var update = flag.Bool("update", false, "rewrite the golden files")

func sender(t testing.TB) *slack.Kind {
	t.Helper()
	rules := destination.Rules{Private: true}
	c := egress.New(egress.Options{Rules: rules, Clock: clock.System()})
	t.Cleanup(c.Close)
	return slack.New(c, rules)
}

func TestKind(t *testing.T) {
	t.Parallel()
	kindtest.Run(t, func(t testing.TB) kindtest.Fixture {
		r := receivertest.New(t)
		url := r.URL() + "/services/T00000000/B00000000/plantedplantedplanted"
		return kindtest.Fixture{
			Kind: sender(t), Config: json.RawMessage(`{"url":"` + url + `"}`), Secrets: []string{url},
			Sent: bodies(r),
			Echo: func() {
				r.Next(receivertest.Answer(200, nil, "you called /services/T00000000/B00000000/plantedplantedplanted: "+url))
			},
			Hang: func() { r.Next(receivertest.Hang()) },
		}
	})
}

func bodies(r *receivertest.Receiver) func() [][]byte {
	return func() [][]byte {
		var out [][]byte
		for _, got := range r.Requests() {
			out = append(out, got.Body)
		}
		return out
	}
}

func FuzzCheck(f *testing.F) {
	kindtest.Fuzz(f, slack.New(nil, destination.Rules{}), `{"url":"https://hooks.slack.com/services/T0/B0/x"}`, `{"url":"https://hooks.slack.com.evil.example.com/services/x"}`)
}

func TestCheck(t *testing.T) {
	t.Parallel()
	k := slack.New(nil, destination.Rules{})
	for url, ok := range map[string]bool{
		"https://hooks.slack.com/services/T0/B0/secret":         true,
		"https://hooks.slack-gov.com/services/T0/B0/secret":     true,
		"https://HOOKS.slack.com/services/T0/B0/secret":         true,
		"https://hooks.slack.com/workflows/T0/B0/secret":        false,
		"https://hooks.slack.com/services/../api/secret":        false,
		"https://hooks.slack.com/services/T0?x=1":               false,
		"https://slack.com/services/T0/B0/secret":               false,
		"https://hooks.slack.com.example.com/services/T0/B0/s":  false,
		"https://hooks.slack.com:8443/services/T0/B0/secret":    false,
		"http://hooks.slack.com/services/T0/B0/secret":          false,
		"https://user@hooks.slack.com/services/T0/B0/secret":    false,
		"https://127.0.0.1/services/T0/B0/secret":               false,
		"https://hooks.slack.com@evil.example.com/services/T0/": false,
	} {
		public, _, err := k.Check(json.RawMessage(`{"url":"`+url+`"}`), nil)
		if (err == nil) != ok || err != nil && !errors.Is(err, errs.DestinationRefused) {
			t.Errorf("%s: %v", url, err)
		}
		if strings.Contains(string(public), "secret") || strings.Contains(string(public), "T0") {
			t.Errorf("it shows %s", public)
		}
	}
}

// TestMessage holds the messages to a file: an event's own, and those of templates.
func TestMessage(t *testing.T) {
	t.Parallel()
	r := receivertest.New(t)
	k := sender(t)
	public, secret, err := k.Check(json.RawMessage(`{"url":"`+r.URL()+`/services/x"}`), nil)
	if err != nil {
		t.Fatal(err)
	}
	to := deliver.Target{Config: public, Secret: secret}
	m := kindtest.Message()
	large := m
	large.Data = json.RawMessage(`["` + strings.Repeat("<é😀", 4000) + `"]`)
	template := m
	template.Templated = true
	template.Data = json.RawMessage(`{"text":"<!channel> hi","blocks":[{"type":"section","text":{"type":"mrkdwn","text":"<https://x|y> <@U1>"}},{"type":"divider"}]}`)
	published := template // the same, as somebody published it
	published.Templated = false
	for _, one := range []deliver.Message{m, template, published, large} {
		if got := k.Send(t.Context(), to, one); got.Class != deliver.Delivered {
			t.Fatalf("%+v", got)
		}
	}
	var b strings.Builder
	got := bodies(r)()
	for _, body := range got[:3] {
		b.Write(body)
		b.WriteString("\n")
	}
	const file = "testdata/messages.jsonl"
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
	for _, body := range got {
		for _, s := range []string{"<!", "<@", "<http"} {
			if strings.Contains(string(body), s) && !strings.Contains(string(body), "plain_text") {
				t.Errorf("the message has %s: %s", s, body)
			}
		}
	}
	var parsed struct {
		Blocks []struct {
			Text struct{ Type, Text string }
		}
	}
	if err := json.Unmarshal(got[3], &parsed); err != nil || len([]rune(parsed.Blocks[2].Text.Text)) > 3000 || !strings.HasSuffix(parsed.Blocks[2].Text.Text, "…```") {
		t.Errorf("a large message: %v, %.100s", err, got[3])
	}
}

// TestTemplates refuses messages that Slack would refuse, or that call people.
func TestTemplates(t *testing.T) {
	t.Parallel()
	r := receivertest.New(t)
	k := sender(t)
	public, secret, err := k.Check(json.RawMessage(`{"url":"`+r.URL()+`/services/x"}`), nil)
	if err != nil {
		t.Fatal(err)
	}
	for _, data := range []string{
		`{"text":""}`, `{"text":1}`, `{"blocks":[]}`, `{"blocks":{}}`, `{"blocks":["x"]}`, `{"blocks":[{"type":"input"}]}`, `{"blocks":[{}]}`,
		`{"text":"` + strings.Repeat("x", 3001) + `"}`, `{"blocks":[` + strings.Repeat(`{"type":"divider"},`, 50) + `{"type":"divider"}]}`,
		rich(`{"type":"broadcast","range":"channel"}`), rich(`{"type":"user","user_id":"U1"}`), rich(`{"type":"usergroup","usergroup_id":"S1"}`),
		rich(`{"type":"text","text":"a"},{"type":"canvas_user_mention","user_id":"U1"}`), rich(`{"type":"rich_text_list","elements":[{"type":"user","user_id":"U1"}]}`),
		`{"blocks":[{"type":"markdown","text":"[https://good.example.com](https://evil.example.com)"}]}`,
		`{"blocks":[{"type":"section","text":{"type":"mrkdwn","text":"` + strings.Repeat("x", 3001) + `"}}]}`,
	} {
		m := kindtest.Message()
		m.Data, m.Templated = json.RawMessage(data), true
		if got := k.Send(t.Context(), deliver.Target{Config: public, Secret: secret}, m); got.Class != deliver.Permanent || got.Code != "template_error" {
			t.Errorf("%.80s: %+v", data, got)
		}
	}
	if len(r.Requests()) != 0 {
		t.Error("a message was sent")
	}
}

// rich is a message of rich text with the elements.
func rich(elements string) string {
	return `{"blocks":[{"type":"rich_text","elements":[{"type":"rich_text_section","elements":[` + elements + `]}]}]}`
}

// TestLinks sends links whose texts are values of events, and looks at what they say where they lead.
func TestLinks(t *testing.T) {
	t.Parallel()
	r := receivertest.New(t)
	k := sender(t)
	public, secret, err := k.Check(json.RawMessage(`{"url":"`+r.URL()+`/services/x"}`), nil)
	if err != nil {
		t.Fatal(err)
	}
	const evil = `"https://evil.example.com/in"`
	button := func(text string) string {
		return `{"blocks":[{"accessory":{"text":{"text":` + text + `,"type":"plain_text"},"type":"button","url":` + evil + `},"text":{"text":"a","type":"plain_text"},"type":"section"}]}`
	}
	link := func(text string) string { return rich(`{"text":` + text + `,"type":"link","url":` + evil + `}`) }
	for name, test := range map[string]struct{ data, want string }{
		"words":                 {link(`"Order 17 of e.g. v1.2"`), link(`"Order 17 of e.g. v1.2"`)},
		"no text":               {rich(`{"type":"link","url":` + evil + `}`), rich(`{"type":"link","url":` + evil + `}`)},
		"its own address":       {link(evil), link(evil)},
		"its own host":          {link(`"Order at evil.example.com"`), link(`"Order at evil.example.com"`)},
		"another address":       {link(`"https://good.example.com/in"`), link(evil)},
		"another in a sentence": {link(`"Log in (https://good.example.com)!"`), link(evil)},
		"its host, another way": {link(`"https://evil.example.com/out"`), link(evil)},
		"another host":          {link(`"good.example.com/login"`), link(evil)},
		"a host within":         {link(`"example.com"`), link(evil)},
		"in capitals":           {link(`"GOOD.Example.COM"`), link(evil)},
		"button":                {button(`"Open"`), button(`"Open"`)},
		"button, another":       {button(`"https://good.example.com"`), button(evil)},
		"date": {
			rich(`{"format":"https://good.example.com {date}","timestamp":1,"type":"date","url":` + evil + `}`), rich(`{"format":"https://good.example.com {date}","timestamp":1,"type":"date"}`),
		},
	} {
		m := kindtest.Message()
		m.Data, m.Templated = json.RawMessage(test.data), true
		if got := k.Send(t.Context(), deliver.Target{Config: public, Secret: secret}, m); got.Class != deliver.Delivered {
			t.Errorf("%s: %+v", name, got)
			continue
		}
		sent := bodies(r)()
		var got, want any
		if err := errors.Join(json.Unmarshal(sent[len(sent)-1], &got), json.Unmarshal([]byte(test.want), &want)); err != nil {
			t.Fatal(name, err)
		}
		if d := cmp.Diff(want, got); d != "" {
			t.Errorf("%s: %s", name, d)
		}
	}
}

func TestAnswers(t *testing.T) {
	t.Parallel()
	r := receivertest.New(t)
	k := sender(t)
	public, secret, err := k.Check(json.RawMessage(`{"url":"`+r.URL()+`/services/x"}`), nil)
	if err != nil {
		t.Fatal(err)
	}
	for name, test := range map[string]struct {
		fault  receivertest.Fault
		class  deliver.Class
		code   string
		unwell bool
	}{
		"ok":          {receivertest.Answer(200, nil, "ok"), deliver.Delivered, "", false},
		"too many":    {receivertest.RetryAfter(429, "30"), deliver.Retryable, "http_429", true},
		"no service":  {receivertest.Answer(404, nil, "no_service"), deliver.Gone, "http_404", false},
		"no team":     {receivertest.Answer(404, nil, "no_team"), deliver.Gone, "http_404", false},
		"no channel":  {receivertest.Answer(404, nil, "channel_not_found"), deliver.Permanent, "http_404", false},
		"archived":    {receivertest.Answer(410, nil, "channel_is_archived"), deliver.Gone, "http_410", false},
		"invalid":     {receivertest.Answer(400, nil, "invalid_payload"), deliver.Permanent, "http_400", false},
		"forbidden":   {receivertest.Answer(403, nil, "invalid_token"), deliver.Permanent, "http_403", false},
		"unavailable": {receivertest.Status(503), deliver.Retryable, "http_503", true},
	} {
		r.Next(test.fault)
		if got := k.Send(t.Context(), deliver.Target{Config: public, Secret: secret}, kindtest.Message()); got.Class != test.class || got.Code != test.code || got.Unwell != test.unwell {
			t.Errorf("%s: %+v", name, got)
		}
	}
}
