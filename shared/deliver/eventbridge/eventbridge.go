// Package eventbridge delivers events to an EventBridge bus in the customer's AWS account.
package eventbridge

import (
	"context"
	"encoding/json"
	"strings"
	"time"

	"guardrails/shared/clock"
	"guardrails/shared/deliver"
	"guardrails/shared/deliver/amazon"
	"guardrails/shared/deliver/form"
	"guardrails/shared/deliver/post"
	"guardrails/shared/tenantrole"
)

// Sender puts events on buses; *amazon.Sender is one.
type Sender interface {
	PutEvent(ctx context.Context, e amazon.BusEvent) deliver.Result
}

// Kind is the kind eventbridge.
type Kind struct {
	sender  Sender
	account string
}

// New returns the kind. account is the platform's own, whose roles no caller may name.
func New(sender Sender, account string) *Kind { return &Kind{sender: sender, account: account} }

// Name is "eventbridge".
func (*Kind) Name() string { return "eventbridge" }

// Keyed is false: the bus's owner lets us in by a role.
func (*Kind) Keyed() bool { return false }

// Defaults are 100 attempts a second, a breaker that opens after five failures, and 15 seconds.
func (*Kind) Defaults() deliver.Limits {
	return deliver.Limits{PerSecond: 100, BreakerFailures: 5, Timeout: 15 * time.Second}
}

// config is what a caller writes and is shown. ExternalID is the tenant's id and GuardrailsAccount the platform's own, which
// the API shows for the role's trust policy; they are taken back and not read.
type config struct {
	BusARN            string `json:"event_bus_arn"`
	RoleARN           string `json:"role_arn"`
	ExternalID        string `json:"external_id,omitempty"`
	GuardrailsAccount string `json:"guardrails_account,omitempty"`
}

// Check is deliver.Kind's. Nothing in it is secret.
func (k *Kind) Check(given json.RawMessage, _ deliver.Secret) (json.RawMessage, deliver.Secret, error) {
	var c config
	if err := form.Decode(given, &c); err != nil {
		return nil, nil, err
	}
	c.ExternalID, c.GuardrailsAccount = "", ""
	var f form.Faults
	if _, ok := amazon.BusARN(c.BusARN); !ok {
		f.Add("event_bus_arn", "expected the ARN of an event bus")
	}
	account, ok := amazon.RoleARN(c.RoleARN)
	switch {
	case !ok:
		f.Add("role_arn", "expected the ARN of a role whose name begins with "+tenantrole.CustomerPrefix)
	case account == k.account:
		f.Add("role_arn", "expected a role of another account than ours")
	}
	if err := f.Err(); err != nil {
		return nil, nil, err
	}
	public, err := form.Encode(c)
	return public, nil, err
}

// Send puts the event on the bus. Its detail is the CloudEvent.
func (k *Kind) Send(ctx context.Context, to deliver.Target, m deliver.Message) deliver.Result {
	var c config
	if form.Open(to.Config, &c) != nil {
		return post.Failed("config")
	}
	region, ok := amazon.BusARN(c.BusARN)
	if !ok {
		return post.Failed("config")
	}
	body, err := amazon.CloudEvent(m)
	if err != nil {
		return post.Failed("template_error")
	}
	if len(body) > amazon.MaxEvent {
		return post.Failed("payload_too_large")
	}
	at, err := time.Parse(clock.Layout, m.Event.Time)
	if err != nil {
		return post.Failed("template_error")
	}
	source := m.Event.Source
	// Names that begin so are AWS's own, and refused for anybody else.
	if source == "" || strings.HasPrefix(strings.ToLower(source), "aws") {
		source = "guardrails"
	}
	ctx, cancel := context.WithTimeout(ctx, k.Defaults().Timeout)
	defer cancel()
	return k.sender.PutEvent(ctx, amazon.BusEvent{
		Role:   amazon.Role{ARN: c.RoleARN, Tenant: to.Tenant, Destination: to.ID},
		Region: region, Bus: c.BusARN, Source: source, Type: m.Event.Type, Time: at, Detail: string(body),
	})
}
