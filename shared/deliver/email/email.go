package email

import (
	"context"
	"encoding/json"
	"fmt"
	"net/mail"
	"slices"
	"strings"
	"time"
	"unicode"

	"guardrails/shared/deliver"
	"guardrails/shared/deliver/form"
	"guardrails/shared/deliver/post"
)

const (
	maxRecipients = 20
	maxAddress    = 254
	maxSubject    = 200
	// defaultSubject names the event and what it is about.
	defaultSubject = "[Guardrails] {{type}} {{subject}}"
)

// Sender sends whole mails; *SMTP is one, and *amazon.Sender another.
type Sender interface {
	SendMail(ctx context.Context, from string, to []string, raw []byte) deliver.Result
}

// Kind is the kind email.
type Kind struct {
	sender Sender
	from   string
}

// New returns the kind. from is the address that mails come from; without it no configuration is taken and no mail sent.
func New(sender Sender, from string) *Kind { return &Kind{sender: sender, from: from} }

// Name is "email".
func (*Kind) Name() string { return "email" }

// Keyed is false.
func (*Kind) Keyed() bool { return false }

// Defaults are 5 attempts a second, a breaker that opens after two failures, and 15 seconds.
func (*Kind) Defaults() deliver.Limits {
	return deliver.Limits{PerSecond: 5, BreakerFailures: 2, Timeout: 15 * time.Second}
}

// config is what a caller writes and is shown.
type config struct {
	To      []string `json:"to"`
	Subject string   `json:"subject,omitempty"`
}

// Check is deliver.Kind's. Nothing in it is secret.
func (k *Kind) Check(given json.RawMessage, _ deliver.Secret) (json.RawMessage, deliver.Secret, error) {
	var c config
	if err := form.Decode(given, &c); err != nil {
		return nil, nil, err
	}
	var f form.Faults
	if k.from == "" {
		f.Add("to", "this installation sends no mail: its operator has named no address to send from, or no mail server")
		return nil, nil, f.Err()
	}
	if len(c.To) == 0 || len(c.To) > maxRecipients {
		f.Add("to", "expected 1 to 20 addresses")
		return nil, nil, f.Err()
	}
	seen := map[string]bool{}
	for i, address := range c.To {
		field := fmt.Sprintf("to/%d", i)
		switch {
		case !plainAddress(address):
			f.Add(field, "expected an address of the form name@example.com")
		case seen[strings.ToLower(address)]:
			f.Add(field, "expected each address once")
		}
		seen[strings.ToLower(address)] = true
	}
	if !plainSubject(c.Subject) {
		f.Add("subject", "expected at most 200 bytes without line breaks, with no other placeholders than {{type}} and {{subject}}")
	}
	if err := f.Err(); err != nil {
		return nil, nil, err
	}
	public, err := form.Encode(c)
	return public, nil, err
}

// Recipients are the addresses of a configuration that Check has taken, in its order.
func Recipients(public json.RawMessage) ([]string, error) {
	var c config
	err := form.Open(public, &c)
	return c.To, err
}

// plainAddress takes an address alone: no name before it, no comment, no quotes, ASCII, and a domain with a dot.
func plainAddress(s string) bool {
	if len(s) > maxAddress || strings.ContainsFunc(s, func(c rune) bool { return c <= ' ' || c > '~' }) {
		return false
	}
	parsed, err := mail.ParseAddress(s)
	if err != nil || parsed.Address != s || parsed.Name != "" || strings.ContainsAny(s, `"()<>,;:\[]`) {
		return false
	}
	at := strings.LastIndexByte(s, '@')
	host := s[at+1:]
	return at <= 64 && strings.Contains(host, ".") && strings.Trim(host, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789.-") == ""
}

func plainSubject(s string) bool {
	rest := strings.NewReplacer("{{type}}", "", "{{subject}}", "").Replace(s)
	return len(s) <= maxSubject && !strings.Contains(rest, "{{") && !strings.Contains(rest, "}}") &&
		!strings.ContainsFunc(s, unprintable)
}

// unprintable characters end a header, or hide what is behind them.
func unprintable(c rune) bool { return c == unicode.ReplacementChar || !unicode.IsPrint(c) }

func unavailable() deliver.Result {
	return deliver.Result{Class: deliver.Retryable, Code: "mail_unavailable", Unwell: true}
}

// Send sends the mail to those of its recipients who are confirmed.
func (k *Kind) Send(ctx context.Context, to deliver.Target, m deliver.Message) deliver.Result {
	var c config
	if form.Open(to.Config, &c) != nil || len(c.To) == 0 {
		return post.Failed("config")
	}
	c.To = slices.DeleteFunc(c.To, func(address string) bool { return slices.Contains(to.Unconfirmed, address) })
	if len(c.To) == 0 {
		return post.Failed("recipient_unconfirmed")
	}
	if k.from == "" { // an operator can set it, and then it goes
		return unavailable()
	}
	raw, err := compose(k.from, to.Tenant.TenantID(), c, m)
	if err != nil {
		return post.Failed("template_error")
	}
	if len(raw) > maxMail {
		return post.Failed("payload_too_large")
	}
	ctx, cancel := context.WithTimeout(ctx, k.Defaults().Timeout)
	defer cancel()
	return k.sender.SendMail(ctx, k.from, c.To, raw)
}
