package email_test

import (
	"encoding/json"
	"errors"
	"flag"
	"io"
	"mime"
	"mime/multipart"
	"net/mail"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"guardrails/shared/deliver"
	"guardrails/shared/deliver/email"
	"guardrails/shared/deliver/kindtest"
	"guardrails/shared/deliver/mailtest"
	"guardrails/shared/errs"
	"guardrails/shared/internal/scope"
)

var update = flag.Bool("update", false, "rewrite the golden files")

const from = "guardrails@example.com"

func TestKind(t *testing.T) {
	t.Parallel()
	kindtest.Run(t, func(t testing.TB) kindtest.Fixture {
		s := mailtest.New(t)
		return kindtest.Fixture{
			Tenant: scope.Mint("ten_a"),
			Kind:   email.New(email.NewSMTP(s.Address, nil), from),
			Config: json.RawMessage(`{"to":["jane@example.com","ops@example.org"],"subject":"{{type}} of {{subject}}"}`),
			Sent:   func() [][]byte { return raw(s) },
			Hang:   s.Hang,
		}
	})
}

func raw(s *mailtest.Server) (out [][]byte) {
	for _, m := range s.Mails() {
		out = append(out, m.Raw)
	}
	return out
}

func FuzzCheck(f *testing.F) {
	kindtest.Fuzz(f, email.New(nil, from), `{"to":["jane@example.com"]}`, `{"to":["jane@example.com"],"subject":"{{type}}"}`,
		`{"to":["a@b.c\r\nBcc: x@y.z"],"subject":"a\nb"}`, `{"to":["Jane <jane@example.com>"]}`)
}

func TestCheck(t *testing.T) {
	t.Parallel()
	k := email.New(nil, from)
	for config, at := range map[string]string{
		`{"to":["jane.roe+x@mail.example.com"],"subject":"A {{type}} {{subject}}"}`: "",
		`{"to":["jane@example.com"],"subject":"Überschrift"}`:                       "",
		`{"to":[]}`: "/config/to",
		`{"to":["` + strings.Repeat(`a@example.com","`, 20) + `b@example.com"]}`: "/config/to",
		`{"to":["a@example.com","A@example.com"]}`:                               "/config/to/1",
		`{"to":["a@example.com\r\nBcc: b@example.com"]}`:                         "/config/to/0",
		`{"to":["a@example.com\nX"]}`:                                            "/config/to/0",
		`{"to":["Jane <a@example.com>"]}`:                                        "/config/to/0",
		`{"to":["a@example.com,b@example.com"]}`:                                 "/config/to/0",
		`{"to":["a@localhost"]}`:                                                 "/config/to/0",
		`{"to":["a@[127.0.0.1]"]}`:                                               "/config/to/0",
		`{"to":["\"a b\"@example.com"]}`:                                         "/config/to/0",
		`{"to":["ä@example.com"]}`:                                               "/config/to/0",
		`{"to":["a"]}`:                                                           "/config/to/0",
		`{"to":[1]}`:                                                             "/config/to/0",
		`{"to":["a@example.com"],"subject":"a\r\nBcc: b@example.com"}`:           "/config/subject",
		`{"to":["a@example.com"],"subject":"{{data}}"}`:                          "/config/subject",
		`{"to":["a@example.com"],"subject":"{{{{type}}}}"}`:                      "/config/subject",
		`{"to":["a@example.com"],"subject":"\u202ex"}`:                           "/config/subject",
		`{"to":["a@example.com"],"subject":"` + strings.Repeat("x", 201) + `"}`:  "/config/subject",
	} {
		_, _, err := k.Check(json.RawMessage(config), nil)
		var e *errs.Error
		if at == "" && err != nil || at != "" && (!errors.As(err, &e) || e.Fields[0].Location != at) {
			t.Errorf("%s: %v", config, err)
		}
	}
}

// TestNoAddressToSendFrom holds an installation without one to saying so.
func TestNoAddressToSendFrom(t *testing.T) {
	t.Parallel()
	k := email.New(email.NewSMTP("127.0.0.1:1", nil), "")
	const config = `{"to":["a@example.com"]}`
	_, _, err := k.Check(json.RawMessage(config), nil)
	var e *errs.Error
	if !errors.As(err, &e) || e.Fields[0].Location != "/config/to" || !strings.Contains(e.Fields[0].Message, "sends no mail") {
		t.Errorf("%v", err)
	}
	want := deliver.Result{Class: deliver.Retryable, Code: "mail_unavailable", Unwell: true}
	if d := cmp.Diff(want, k.Send(t.Context(), deliver.Target{Tenant: scope.Mint("ten_a"), Config: json.RawMessage(config)}, kindtest.Message())); d != "" {
		t.Error(d)
	}
}

// TestMail holds a mail to the bytes of a file, and reads it as a mail program does.
func TestMail(t *testing.T) {
	t.Parallel()
	s := mailtest.New(t)
	k := email.New(email.NewSMTP(s.Address, nil), from)
	public, _, err := k.Check(json.RawMessage(`{"to":["jane@example.com","ops@example.org"],"subject":"{{type}}: {{subject}}"}`), nil)
	if err != nil {
		t.Fatal(err)
	}
	m := kindtest.Message()
	m.Event.Subject = "é\r\nBcc: evil@example.com {{type}}"
	if got := k.Send(t.Context(), deliver.Target{Tenant: scope.Mint("ten_a"), Config: public}, m); got.Class != deliver.Delivered {
		t.Fatalf("%+v", got)
	}
	raw := string(s.Mails()[0].Raw)
	const file = "testdata/mail.eml"
	if *update {
		if err := os.WriteFile(file, []byte(raw), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff(string(want), raw); d != "" {
		t.Error(d)
	}
	parsed, err := mail.ReadMessage(strings.NewReader(raw))
	if err != nil {
		t.Fatal(err)
	}
	if parsed.Header.Get("Bcc") != "" || len(s.Mails()[0].To) != 2 {
		t.Errorf("a header got in: %v to %v", parsed.Header, s.Mails()[0].To)
	}
	subject, err := new(mime.WordDecoder).DecodeHeader(parsed.Header.Get("Subject"))
	if err != nil || subject != "[Guardrails] violation.created: é  Bcc: evil@example.com {{type}}" {
		t.Errorf("the subject is %q, %v", subject, err)
	}
	_, parameters, err := mime.ParseMediaType(parsed.Header.Get("Content-Type"))
	if err != nil {
		t.Fatal(err)
	}
	parts := multipart.NewReader(parsed.Body, parameters["boundary"])
	var texts []string
	for {
		p, err := parts.NextPart()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			t.Fatal(err)
		}
		b, err := io.ReadAll(p)
		if err != nil {
			t.Fatal(err)
		}
		texts = append(texts, string(b))
	}
	if len(texts) != 2 || !strings.Contains(texts[0], "<!channel>") || strings.Contains(texts[1], "<!channel>") || !strings.Contains(texts[1], "&lt;!channel&gt;") {
		t.Errorf("the parts are %q", texts)
	}
}

// TestUnconfirmed sends to those who confirmed, and to nobody where nobody did.
func TestUnconfirmed(t *testing.T) {
	t.Parallel()
	s := mailtest.New(t)
	k := email.New(email.NewSMTP(s.Address, nil), from)
	to := deliver.Target{Tenant: scope.Mint("ten_a"), Config: json.RawMessage(`{"to":["a@example.com","b@example.com","c@example.com"]}`), Unconfirmed: []string{"a@example.com", "c@example.com"}}
	if got := k.Send(t.Context(), to, kindtest.Message()); got.Class != deliver.Delivered {
		t.Fatalf("%+v", got)
	}
	m := s.Mails()[0]
	if !slices.Equal(m.To, []string{"b@example.com"}) || strings.Contains(string(m.Raw), "a@example.com") {
		t.Errorf("sent to %v:\n%s", m.To, m.Raw)
	}
	to.Unconfirmed = append(to.Unconfirmed, "b@example.com")
	for _, k := range []*email.Kind{k, email.New(email.NewSMTP(s.Address, nil), "")} {
		if d := cmp.Diff(deliver.Result{Class: deliver.Permanent, Code: "recipient_unconfirmed"}, k.Send(t.Context(), to, kindtest.Message())); d != "" {
			t.Error(d)
		}
	}
	if len(s.Mails()) != 1 {
		t.Errorf("%d mails", len(s.Mails()))
	}
}

// TestQuestion holds the mail with the code to the bytes of a file.
func TestQuestion(t *testing.T) {
	t.Parallel()
	s := mailtest.New(t)
	q := email.Question{
		ID: "evt_1", Slug: "acme", TenantID: "ten_a", Address: "jane@example.com", Code: "7KQ2XMPA", At: kindtest.Message().At, Valid: 24 * time.Hour,
	}
	if got := email.New(email.NewSMTP(s.Address, nil), from).Ask(t.Context(), q); got.Class != deliver.Delivered {
		t.Fatalf("%+v", got)
	}
	raw := s.Mails()[0].Raw
	const file = "testdata/question.eml"
	if *update {
		if err := os.WriteFile(file, raw, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff(string(want), string(raw)); d != "" {
		t.Error(d)
	}
	if subject, text := mailtest.Text(t, s.Mails()[0]); strings.Contains(subject, q.Code) || !strings.Contains(text, "Code: "+q.Code) {
		t.Errorf("%s\n%s", subject, text)
	}
	if got := email.New(email.NewSMTP(s.Address, nil), "").Ask(t.Context(), q); got.Class != deliver.Retryable || len(s.Mails()) != 1 {
		t.Errorf("without an address to send from: %+v", got)
	}
}

func TestTemplateText(t *testing.T) {
	t.Parallel()
	s := mailtest.New(t)
	k := email.New(email.NewSMTP(s.Address, nil), from)
	m := kindtest.Message()
	m.Data, m.Templated = json.RawMessage(`{"text":"Only this."}`), true
	if got := k.Send(t.Context(), deliver.Target{Tenant: scope.Mint("ten_a"), Config: json.RawMessage(`{"to":["a@example.com"]}`)}, m); got.Class != deliver.Delivered {
		t.Fatalf("%+v", got)
	}
	if raw := string(s.Mails()[0].Raw); !strings.Contains(raw, "Only this.") || strings.Contains(raw, "Event:") {
		t.Error(raw)
	}
}

func TestAnswers(t *testing.T) {
	t.Parallel()
	s := mailtest.New(t)
	k := email.New(email.NewSMTP(s.Address, nil), from)
	to := deliver.Target{Tenant: scope.Mint("ten_a"), Config: json.RawMessage(`{"to":["a@example.com"]}`)}
	for code, want := range map[int]deliver.Result{
		550: {Class: deliver.Permanent, Code: "smtp_550"},
		450: {Class: deliver.Retryable, Code: "smtp_450", Unwell: true},
		421: {Class: deliver.Retryable, Code: "smtp_421", Unwell: true},
	} {
		s.Refuse("a@example.com", code)
		if d := cmp.Diff(want, k.Send(t.Context(), to, kindtest.Message())); d != "" {
			t.Error(d)
		}
	}
	nobody := email.New(email.NewSMTP("127.0.0.1:1", nil), from)
	if got := nobody.Send(t.Context(), to, kindtest.Message()); got.Class != deliver.Retryable || got.Code != "mail_unavailable" || !got.Unwell {
		t.Errorf("%+v", got)
	}
}
