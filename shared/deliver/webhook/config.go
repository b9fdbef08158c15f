package webhook

import (
	"encoding/json"
	"errors"
	"net/url"
	"slices"
	"strings"

	"golang.org/x/net/http/httpguts"

	"guardrails/shared/deliver"
	"guardrails/shared/deliver/form"
	"guardrails/shared/deliver/post"
	"guardrails/shared/destination"
	"guardrails/shared/egress"
	"guardrails/shared/errs"
	"guardrails/shared/webhook"
)

const (
	defaultSeconds = 15
	maxSeconds     = 30
	legacySeconds  = 5

	maxHeaders     = 20
	maxHeaderName  = 64
	maxHeaderValue = 2048

	// legacy marks the hidden destinations of the older API; no caller can choose it.
	legacy = "legacy"
)

// input is what a caller writes. What a destination shows can be sent back as it is.
type input struct {
	// URL as it is shown keeps it.
	URL string `json:"url"`
	// Headers with the value null keep it.
	Headers     map[string]*string `json:"headers"`
	Certificate *identity          `json:"client_certificate"`
	Signature   string             `json:"signature"`
	Timeout     *int               `json:"timeout_seconds"`
}

// public is what is kept and shown.
type public struct {
	// URL is masked. It is whole in what was kept before URLs were sealed, and in hidden destinations.
	URL         string             `json:"url"`
	Headers     map[string]*string `json:"headers,omitempty"` // names only
	Certificate *shown             `json:"client_certificate,omitempty"`
	Signature   string             `json:"signature"`
	Timeout     int                `json:"timeout_seconds"`
}

// sealed is what is never shown. Host is whom headers and certificate were given for.
type sealed struct {
	URL         string            `json:"url,omitempty"`
	Host        string            `json:"host,omitempty"`
	Headers     map[string]string `json:"headers,omitempty"`
	Certificate *pair             `json:"client_certificate,omitempty"`
}

type pair struct {
	Certificate string `json:"certificate"`
	PrivateKey  string `json:"private_key"`
}

func (p *pair) identity() *egress.ClientCertificate {
	if p == nil {
		return nil
	}
	return &egress.ClientCertificate{Certificate: []byte(p.Certificate), PrivateKey: []byte(p.PrivateKey)}
}

// Check is deliver.Kind's. Headers and certificate keep their value when they are left out; {} ends them.
func (k *Kind) Check(config json.RawMessage, before deliver.Secret) (json.RawMessage, deliver.Secret, error) {
	var in input
	if err := form.Decode(config, &in); err != nil {
		return nil, nil, err
	}
	var old sealed
	if err := form.Open(before, &old); err != nil {
		return nil, nil, errs.Wrap(errs.Internal, "The destination cannot be read.", err)
	}
	if old.URL != "" && in.URL == post.Masked(old.URL) {
		in.URL = old.URL
	}
	var f form.Faults
	if in.URL == "" {
		f.Add("url", "expected a URL")
		return nil, nil, f.Err()
	}
	judged, err := k.rules.Check(in.URL, form.Pointer("url"))
	if err != nil {
		return nil, nil, err
	}
	if post.IsMasked(judged) {
		f.Add("url", "expected the whole URL: this is how another one is shown")
		return nil, nil, f.Err()
	}
	out := public{URL: post.Masked(judged), Signature: string(webhook.HMAC), Timeout: defaultSeconds}
	if in.Signature != "" {
		out.Signature = in.Signature
	}
	if out.Signature != string(webhook.HMAC) && out.Signature != string(webhook.Ed25519) {
		f.Add("signature", `expected "v1" or "v1a"`)
	}
	if in.Timeout != nil {
		out.Timeout = *in.Timeout
	}
	if out.Timeout < 1 || out.Timeout > maxSeconds {
		f.Add("timeout_seconds", "expected a number from 1 to 30")
	}
	secret := sealed{URL: judged, Host: host(judged)}
	secret.Headers = headers(in.Headers, old, secret.Host, &f)
	for name := range secret.Headers {
		if out.Headers == nil {
			out.Headers = map[string]*string{}
		}
		out.Headers[name] = nil
	}
	secret.Certificate, out.Certificate = k.certificate(in.Certificate, old, secret.Host, &f)
	if err := f.Err(); err != nil {
		return nil, nil, err
	}
	return encode(out, secret)
}

func encode(out public, secret sealed) (json.RawMessage, deliver.Secret, error) {
	shown, err := form.Encode(out)
	if err != nil {
		return nil, nil, err
	}
	hidden, err := form.Encode(secret)
	return shown, deliver.Secret(hidden), err
}

// Masked returns a configuration, as it is kept, with its URL masked: one from before URLs were sealed has it whole.
func Masked(config json.RawMessage) (json.RawMessage, error) {
	var p public
	if err := form.Open(config, &p); err != nil {
		return nil, err
	}
	p.URL = post.Masked(p.URL)
	return form.Encode(p)
}

// Whole returns the sealed part of a configuration with the URL in it, as Check keeps it now.
func Whole(config json.RawMessage, secret deliver.Secret) (deliver.Secret, error) {
	var p public
	var s sealed
	if err := errors.Join(form.Open(config, &p), form.Open(secret, &s)); err != nil || s.URL != "" {
		return secret, err
	}
	s.URL, s.Host = p.URL, host(p.URL)
	whole, err := form.Encode(s)
	return deliver.Secret(whole), err
}

// LegacyConfig returns the configuration of a hidden destination: a webhook of the older API. Its attempts are signed
// if they come with a key. A refused address is an error at location.
func LegacyConfig(rules destination.Rules, address, location string) (json.RawMessage, error) {
	judged, err := rules.Check(address, location)
	if err != nil {
		return nil, err
	}
	return form.Encode(public{URL: judged, Signature: legacy, Timeout: legacySeconds})
}

// SchemeOf returns how a destination with this configuration, as it is kept, wants to be signed. A legacy one takes any
// key.
func SchemeOf(config json.RawMessage) (webhook.Scheme, error) {
	var p public
	if err := form.Open(config, &p); err != nil {
		return "", err
	}
	if p.Signature == string(webhook.Ed25519) {
		return webhook.Ed25519, nil
	}
	return webhook.HMAC, nil
}

// host returns the scheme, host and port of a judged URL.
func host(judged string) string {
	u, err := url.Parse(judged)
	if err != nil {
		return ""
	}
	return u.Scheme + "://" + u.Host
}

// headers judges the caller's headers. Values that are kept from an earlier version go to the host that they were given
// for and to no other: whoever may point a destination elsewhere could read them there. So it is with certificates.
func headers(in map[string]*string, old sealed, host string, f *form.Faults) map[string]string {
	moved := old.Host != host
	if in == nil {
		if moved && len(old.Headers) > 0 {
			f.Add("headers", "expected the values again, since the host has changed")
		}
		return old.Headers
	}
	if len(in) > maxHeaders {
		f.Add("headers", "expected at most 20 headers")
		return nil
	}
	out := map[string]string{}
	seen := map[string]bool{}
	for name, value := range in {
		if !plainName(name) {
			f.Add("headers", "expected names of at most 64 letters, digits and hyphens")
			continue
		}
		field, lower := "headers/"+name, strings.ToLower(name)
		kept, known := old.Headers[name]
		switch {
		case reserved(lower):
			f.Add(field, "expected another name: this header is ours")
		case seen[lower]:
			f.Add(field, "expected each name once")
		case value == nil && !known:
			f.Add(field, "expected a value")
		case value == nil && moved:
			f.Add(field, "expected the value again, since the host has changed")
		case value == nil:
			out[name] = kept
		case len(*value) > maxHeaderValue || !httpguts.ValidHeaderFieldValue(*value) || strings.TrimSpace(*value) == "":
			f.Add(field, "expected at most 2048 bytes without control characters")
		default:
			out[name] = *value
		}
		seen[lower] = true
	}
	// The order of a map is none; a caller gets the same answer each time.
	slices.SortFunc(*f, func(a, b errs.Field) int { return strings.Compare(a.Location, b.Location) })
	return out
}

func plainName(s string) bool {
	return s != "" && len(s) <= maxHeaderName && strings.Trim(s, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_") == ""
}

// reserved reports whether a header, in lower case, is made by us or steers the connection. Idempotency keys are among
// them, since Go's transport repeats a request that has one by itself.
func reserved(name string) bool {
	for _, prefix := range []string{"webhook-", "x-guardrails-", "proxy-", "sec-"} {
		if strings.HasPrefix(name, prefix) {
			return true
		}
	}
	return slices.Contains([]string{
		"accept-encoding", "connection", "content-encoding", "content-length", "content-type", "date", "expect", "host",
		"http2-settings", "idempotency-key", "keep-alive", "te", "trailer", "transfer-encoding", "upgrade", "user-agent",
		"x-idempotency-key",
	}, name)
}
