package slack

import (
	"context"
	"encoding/json"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"guardrails/shared/deliver"
	"guardrails/shared/deliver/form"
	"guardrails/shared/deliver/post"
	"guardrails/shared/destination"
	"guardrails/shared/egress"
	"guardrails/shared/errs"
)

// Kind is the kind slack.
type Kind struct {
	client post.Client
	rules  destination.Rules
}

// New returns the kind. Private rules lift the restriction to Slack's own hosts.
func New(client post.Client, rules destination.Rules) *Kind {
	return &Kind{client: client, rules: rules}
}

// Name is "slack".
func (*Kind) Name() string { return "slack" }

// Keyed is false: the URL is the credential.
func (*Kind) Keyed() bool { return false }

// Defaults are 10 attempts a second, a breaker that opens after three failures, and 15 seconds.
func (*Kind) Defaults() deliver.Limits {
	return deliver.Limits{PerSecond: 10, BreakerFailures: 3, Timeout: 15 * time.Second}
}

// config is what a caller writes, what is sealed and, masked, what is shown.
type config struct {
	URL string `json:"url"`
}

// Check is deliver.Kind's. The whole URL is a secret: whoever has it can write to the channel.
func (k *Kind) Check(given json.RawMessage, before deliver.Secret) (json.RawMessage, deliver.Secret, error) {
	var in, old config
	if err := form.Decode(given, &in); err != nil {
		return nil, nil, err
	}
	if err := form.Open(before, &old); err != nil {
		return nil, nil, errs.Wrap(errs.Internal, "The destination cannot be read.", err)
	}
	if old.URL != "" && (in.URL == "" || in.URL == post.Masked(old.URL)) {
		in = old
	}
	if in.URL == "" {
		var f form.Faults
		f.Add("url", "expected the URL of an incoming webhook")
		return nil, nil, f.Err()
	}
	judged, err := k.rules.Check(in.URL, form.Pointer("url"))
	if err != nil {
		return nil, nil, err
	}
	if !k.rules.Private && !ofSlack(judged) {
		e := errs.New(errs.DestinationRefused, "The address is refused: it must be an incoming webhook of Slack.")
		e.Fields = []errs.Field{{Location: form.Pointer("url"), Message: "expected https://hooks.slack.com/services/ and what follows"}}
		return nil, nil, e
	}
	public, err := form.Encode(config{URL: post.Masked(judged)})
	if err != nil {
		return nil, nil, err
	}
	secret, err := form.Encode(config{URL: judged})
	return public, deliver.Secret(secret), err
}

func ofSlack(judged string) bool {
	u, err := url.Parse(judged)
	return err == nil && slices.Contains([]string{"hooks.slack.com", "hooks.slack-gov.com"}, u.Host) &&
		strings.HasPrefix(u.EscapedPath(), "/services/") && u.RawQuery == "" && !strings.Contains(u.EscapedPath(), "..")
}

// Send posts the message. What Slack answers of a webhook that is no more ends the destination.
func (k *Kind) Send(ctx context.Context, to deliver.Target, m deliver.Message) deliver.Result {
	var secret config
	if form.Open(to.Secret, &secret) != nil || secret.URL == "" {
		return post.Failed("config")
	}
	body, err := message(m)
	if err != nil {
		return post.Failed("template_error")
	}
	ctx, cancel := context.WithTimeout(ctx, k.Defaults().Timeout)
	defer cancel()
	r := egress.Request{
		URL: secret.URL, Body: body,
		Header: http.Header{"Content-Type": {"application/json; charset=utf-8"}, "User-Agent": {"Guardrails/1"}},
	}
	result := post.Attempt(ctx, k.client, r, []string{"Content-Type", "User-Agent"}, post.Parts(secret.URL))
	if result.Status == http.StatusNotFound && slices.Contains([]string{"no_service", "no_team", "no_active_hooks"}, strings.TrimSpace(string(result.Response))) {
		result.Class = deliver.Gone
	}
	return result
}
