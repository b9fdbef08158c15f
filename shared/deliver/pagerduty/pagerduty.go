package pagerduty

import (
	"context"
	"encoding/json"
	"net/http"
	"slices"
	"strings"
	"time"

	"guardrails/shared/deliver"
	"guardrails/shared/deliver/form"
	"guardrails/shared/deliver/post"
	"guardrails/shared/egress"
	"guardrails/shared/errs"
)

// Endpoint is where PagerDuty takes events.
const Endpoint = "https://events.pagerduty.com/v2/enqueue"

const (
	keyLength = 32
	// mask stands for a routing key that is kept.
	mask = "***"
)

// Kind is the kind pagerduty.
type Kind struct {
	client   post.Client
	endpoint string
}

// New returns the kind. The endpoint is Endpoint, except in tests.
func New(client post.Client, endpoint string) *Kind { return &Kind{client: client, endpoint: endpoint} }

// Name is "pagerduty".
func (*Kind) Name() string { return "pagerduty" }

// Keyed is false: the routing key is the credential.
func (*Kind) Keyed() bool { return false }

// Defaults are 10 attempts a second, a breaker that opens after five failures, and 15 seconds.
func (*Kind) Defaults() deliver.Limits {
	return deliver.Limits{PerSecond: 10, BreakerFailures: 5, Timeout: 15 * time.Second}
}

// config is what a caller writes and, with the routing key masked, what is shown.
type config struct {
	RoutingKey string `json:"routing_key"`
	// Severity is that of every alert; without one it is the data's.
	Severity string `json:"severity,omitempty"`
}

type sealed struct {
	RoutingKey string `json:"routing_key"`
}

// Check is deliver.Kind's.
func (*Kind) Check(given json.RawMessage, before deliver.Secret) (json.RawMessage, deliver.Secret, error) {
	var in config
	if err := form.Decode(given, &in); err != nil {
		return nil, nil, err
	}
	var secret sealed
	if err := form.Open(before, &secret); err != nil {
		return nil, nil, errs.Wrap(errs.Internal, "The destination cannot be read.", err)
	}
	if in.RoutingKey != "" && in.RoutingKey != mask {
		secret.RoutingKey = in.RoutingKey
	}
	var f form.Faults
	if !routingKey(secret.RoutingKey) {
		f.Add("routing_key", "expected the 32 letters and digits of an integration key")
	}
	if in.Severity != "" && !slices.Contains(severities(), in.Severity) {
		f.Add("severity", "expected critical, error, warning or info")
	}
	if err := f.Err(); err != nil {
		return nil, nil, err
	}
	public, err := form.Encode(config{RoutingKey: mask, Severity: in.Severity})
	if err != nil {
		return nil, nil, err
	}
	hidden, err := form.Encode(secret)
	return public, deliver.Secret(hidden), err
}

func routingKey(s string) bool {
	return len(s) == keyLength && strings.Trim(s, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789") == ""
}

// Send posts the alert.
func (k *Kind) Send(ctx context.Context, to deliver.Target, m deliver.Message) deliver.Result {
	var c config
	var secret sealed
	if form.Open(to.Config, &c) != nil || form.Open(to.Secret, &secret) != nil || secret.RoutingKey == "" {
		return post.Failed("config")
	}
	body, err := alert(secret.RoutingKey, c.Severity, m)
	if err != nil {
		return post.Failed("template_error")
	}
	if len(body) > maxBody {
		return post.Failed("payload_too_large")
	}
	ctx, cancel := context.WithTimeout(ctx, k.Defaults().Timeout)
	defer cancel()
	r := egress.Request{
		URL: k.endpoint, Body: body,
		Header: http.Header{"Content-Type": {"application/json"}, "User-Agent": {"Guardrails/1"}},
	}
	return post.Attempt(ctx, k.client, r, []string{"Content-Type", "User-Agent"}, []string{secret.RoutingKey})
}
