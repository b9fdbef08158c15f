package webhook

import (
	"context"
	"net/http"
	"strings"
	"time"

	"guardrails/shared/clock"
	"guardrails/shared/deliver"
	"guardrails/shared/deliver/form"
	"guardrails/shared/deliver/post"
	"guardrails/shared/destination"
	"guardrails/shared/egress"
	"guardrails/shared/webhook"
)

const (
	agent       = "Guardrails-Webhooks/1"
	legacyAgent = "Guardrails-Webhook/1.0"
)

// Kind is the kind webhook.
type Kind struct {
	client post.Client
	rules  destination.Rules
	clock  clock.Clock
}

// New returns the kind. Addresses are judged by the rules when they are saved, and by the client when they are dialed.
func New(client post.Client, rules destination.Rules, c clock.Clock) *Kind {
	return &Kind{client: client, rules: rules, clock: c}
}

// Name is "webhook".
func (*Kind) Name() string { return "webhook" }

// Keyed is true.
func (*Kind) Keyed() bool { return true }

// Defaults are 50 attempts a second, a breaker that opens after five failures, and 15 seconds.
func (*Kind) Defaults() deliver.Limits {
	return deliver.Limits{PerSecond: 50, BreakerFailures: 5, Timeout: defaultSeconds * time.Second}
}

// Send posts the event, signed by every live key.
func (k *Kind) Send(ctx context.Context, to deliver.Target, m deliver.Message) deliver.Result {
	var config public
	var secret sealed
	if form.Open(to.Config, &config) != nil || form.Open(to.Secret, &secret) != nil {
		return post.Failed("config")
	}
	header, body, code := request(config, to.Keys, m)
	if code != "" {
		return post.Failed(code)
	}
	shown := []string{"Content-Type", "User-Agent", webhook.IDHeader, webhook.TimestampHeader, webhook.LegacyTimestampHeader}
	address := secret.URL
	if address == "" { // of a hidden destination, or from before URLs were sealed
		address = config.URL
	}
	hidden := post.Parts(address)
	for name, value := range secret.Headers {
		header.Set(name, value)
		hidden = append(hidden, value)
		// A receiver may repeat a token without the scheme before it.
		if _, token, found := strings.Cut(value, " "); found {
			hidden = append(hidden, token)
		}
	}
	ctx, cancel := context.WithTimeout(ctx, time.Duration(config.Timeout)*time.Second)
	defer cancel()
	r := egress.Request{URL: address, Header: header, Body: body, Certificate: secret.Certificate.identity()}
	return post.Attempt(ctx, k.client, r, shown, hidden)
}

// request makes headers and body, or names why there are none.
func request(config public, keys []deliver.SigningKey, m deliver.Message) (http.Header, []byte, string) {
	header := http.Header{"Content-Type": {"application/json"}}
	if config.Signature == legacy {
		body, err := legacyBody(m)
		if err != nil {
			return nil, nil, "template_error"
		}
		header.Set("User-Agent", legacyAgent)
		if len(keys) > 0 {
			header.Set(webhook.LegacySignatureHeader, webhook.SignLegacy(keys[0].Secret, body))
			header.Set(webhook.LegacyTimestampHeader, webhook.Timestamp(m.At))
		}
		return header, body, tooLarge(body)
	}
	body, err := standardBody(m)
	if err != nil {
		return nil, nil, "template_error"
	}
	secrets := make([]string, len(keys))
	for i, key := range keys {
		secrets[i] = key.Secret
	}
	signatures, err := webhook.Sign(secrets, m.ID, m.At, body)
	if err != nil || signatures == "" {
		return nil, nil, "signing_key"
	}
	header.Set("User-Agent", agent)
	// The specification's spelling, which HTTP/1.1 shows.
	header[webhook.IDHeader] = []string{m.ID}
	header[webhook.TimestampHeader] = []string{webhook.Timestamp(m.At)}
	header[webhook.SignatureHeader] = []string{signatures}
	return header, body, tooLarge(body)
}
