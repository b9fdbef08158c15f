// Package sqs delivers events as messages of a queue in the customer's AWS account.
package sqs

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"net/url"
	"strings"
	"time"

	"guardrails/shared/deliver"
	"guardrails/shared/deliver/amazon"
	"guardrails/shared/deliver/form"
	"guardrails/shared/deliver/post"
	"guardrails/shared/destination"
	"guardrails/shared/tenantrole"
)

// Sender puts messages into queues; *amazon.Sender is one.
type Sender interface {
	SendMessage(ctx context.Context, m amazon.QueueMessage) deliver.Result
}

// Kind is the kind sqs.
type Kind struct {
	sender  Sender
	rules   destination.Rules
	account string
}

// New returns the kind. account is the platform's own, whose roles no caller may name; private rules lift the restriction
// to AWS's hosts, for emulators.
func New(sender Sender, rules destination.Rules, account string) *Kind {
	return &Kind{sender: sender, rules: rules, account: account}
}

// Name is "sqs".
func (*Kind) Name() string { return "sqs" }

// Keyed is false: the queue's owner lets us in by a role.
func (*Kind) Keyed() bool { return false }

// Defaults are 100 attempts a second, a breaker that opens after five failures, and 15 seconds.
func (*Kind) Defaults() deliver.Limits {
	return deliver.Limits{PerSecond: 100, BreakerFailures: 5, Timeout: 15 * time.Second}
}

// config is what a caller writes and is shown. ExternalID is the tenant's id and GuardrailsAccount the platform's own, which
// the API shows for the role's trust policy; they are taken back and not read.
type config struct {
	QueueURL          string `json:"queue_url"`
	Region            string `json:"region"`
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
	judged, err := k.rules.Check(c.QueueURL, form.Pointer("queue_url"))
	if err != nil {
		return nil, nil, err
	}
	var f form.Faults
	region, ok := queue(judged)
	switch {
	case ok && c.Region == "":
		c.Region = region
	case ok && c.Region != region:
		f.Add("region", "expected the region of the queue's URL")
	case !ok && !k.rules.Private:
		f.Add("queue_url", "expected https://sqs.<region>.amazonaws.com/<account>/<name>")
	case !ok && !amazon.Region(c.Region):
		f.Add("region", "expected the name of a region")
	}
	c.QueueURL = judged
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

// queue takes a queue's URL apart.
func queue(judged string) (region string, ok bool) {
	u, err := url.Parse(judged)
	if err != nil || u.Scheme != "https" || u.Port() != "" || u.RawQuery != "" || u.Fragment != "" {
		return "", false
	}
	host, found := strings.CutSuffix(u.Host, ".amazonaws.com")
	region, isQueue := strings.CutPrefix(host, "sqs.")
	account, name, _ := strings.Cut(strings.TrimPrefix(u.EscapedPath(), "/"), "/")
	base := strings.TrimSuffix(name, ".fifo")
	plain := strings.Trim(base, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-") == ""
	return region, found && isQueue && amazon.Region(region) && amazon.Account(account) && base != "" && len(name) <= 80 && plain
}

// Send puts the event into the queue, as a CloudEvent.
func (k *Kind) Send(ctx context.Context, to deliver.Target, m deliver.Message) deliver.Result {
	var c config
	if form.Open(to.Config, &c) != nil || c.QueueURL == "" {
		return post.Failed("config")
	}
	body, err := amazon.CloudEvent(m)
	if err != nil {
		return post.Failed("template_error")
	}
	if len(body) > amazon.MaxEvent {
		return post.Failed("payload_too_large")
	}
	ctx, cancel := context.WithTimeout(ctx, k.Defaults().Timeout)
	defer cancel()
	message := amazon.QueueMessage{
		Role:   amazon.Role{ARN: c.RoleARN, Tenant: to.Tenant, Destination: to.ID},
		Region: c.Region, URL: c.QueueURL, Body: string(body), ID: m.ID,
	}
	if strings.HasSuffix(c.QueueURL, ".fifo") {
		message.Group, message.Deduplication = name(m.Event.Subject, "guardrails"), name(m.ID, m.Event.ID)
	}
	return k.sender.SendMessage(ctx, message)
}

// name makes what SQS takes for the name of a group or for an id, out of what may be anything.
func name(s, otherwise string) string {
	const most, allowed = 128, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-.:/#"
	if s == "" {
		s = otherwise
	}
	if len(s) <= most && strings.Trim(s, allowed) == "" {
		return s
	}
	sum := sha256.Sum256([]byte(s))
	return hex.EncodeToString(sum[:])
}
