package webhook_test

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/json"
	"encoding/pem"
	"errors"
	"math/big"
	"strings"
	"testing"
	"time"

	"guardrails/shared/clock"
	"guardrails/shared/deliver"
	"guardrails/shared/deliver/webhook"
	"guardrails/shared/destination"
	"guardrails/shared/errs"
	sign "guardrails/shared/webhook"
)

func newCertificate(t testing.TB, name string) (certificate, key string) {
	t.Helper()
	private, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	from := time.Now().Add(-time.Hour)
	template := &x509.Certificate{SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: name}, NotBefore: from, NotAfter: from.Add(48 * time.Hour)}
	der, err := x509.CreateCertificate(rand.Reader, template, template, &private.PublicKey, private)
	if err != nil {
		t.Fatal(err)
	}
	encoded, err := x509.MarshalPKCS8PrivateKey(private)
	if err != nil {
		t.Fatal(err)
	}
	return string(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der})),
		string(pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: encoded}))
}

func kind() *webhook.Kind { return webhook.New(nil, destination.Rules{}, clock.System()) }

func TestCheck(t *testing.T) {
	t.Parallel()
	certificate, key := newCertificate(t, "a")
	_, other := newCertificate(t, "b")
	quote := func(s string) string {
		b, err := json.Marshal(s)
		if err != nil {
			t.Fatal(err)
		}
		return string(b)
	}
	const u = `"url":"https://hooks.example.com/in"`
	for config, at := range map[string]string{
		`{` + u + `}`: "",
		`{` + u + `,"signature":"v1a","timeout_seconds":30}`:                "",
		`{` + u + `,"signature":"legacy"}`:                                  "/config/signature",
		`{` + u + `,"signature":"v2"}`:                                      "/config/signature",
		`{` + u + `,"timeout_seconds":0}`:                                   "/config/timeout_seconds",
		`{` + u + `,"timeout_seconds":31}`:                                  "/config/timeout_seconds",
		`{` + u + `,"timeout_seconds":1.5}`:                                 "/config/timeout_seconds",
		`{` + u + `,"timeout_seconds":"5"}`:                                 "/config/timeout_seconds",
		`{` + u + `,"URL":"x"}`:                                             "/config/URL",
		`{"url":"https://127.0.0.1/"}`:                                      "/config/url",
		`{"url":"http://hooks.example.com/"}`:                               "/config/url",
		`{"url":""}`:                                                        "/config/url",
		`{"url":"https://hooks.example.com/***"}`:                           "/config/url",
		`{"url":"HTTPS://HOOKS.example.com/***"}`:                           "/config/url",
		`{` + u + `,"headers":{"X-A":"b\r\nX-B: c"}}`:                       "/config/headers/X-A",
		`{` + u + `,"headers":{"X-A":"b\u0000"}}`:                           "/config/headers/X-A",
		`{` + u + `,"headers":{"X-A":""}}`:                                  "/config/headers/X-A",
		`{` + u + `,"headers":{"X-A":null}}`:                                "/config/headers/X-A",
		`{` + u + `,"headers":{"X-A":1}}`:                                   "/config/headers/X-A",
		`{` + u + `,"headers":{"X-A\r\nX-B":"b"}}`:                          "/config/headers",
		`{` + u + `,"headers":{"X-A: b":"b"}}`:                              "/config/headers",
		`{` + u + `,"headers":{"":"b"}}`:                                    "/config/headers",
		`{` + u + `,"headers":{"Host":"b"}}`:                                "/config/headers/Host",
		`{` + u + `,"headers":{"Webhook-Signature":"b"}}`:                   "/config/headers/Webhook-Signature",
		`{` + u + `,"headers":{"X-Guardrails-Signature":"b"}}`:              "/config/headers/X-Guardrails-Signature",
		`{` + u + `,"headers":{"transfer-encoding":"chunked"}}`:             "/config/headers/transfer-encoding",
		`{` + u + `,"headers":{"Content-Length":"1"}}`:                      "/config/headers/Content-Length",
		`{` + u + `,"headers":{"Connection":"X-A"}}`:                        "/config/headers/Connection",
		`{` + u + `,"headers":{"Proxy-Authorization":"x"}}`:                 "/config/headers/Proxy-Authorization",
		`{` + u + `,"headers":{"Idempotency-Key":"x"}}`:                     "/config/headers/Idempotency-Key",
		`{` + u + `,"headers":{"X-A":"` + strings.Repeat("x", 2049) + `"}}`: "/config/headers/X-A",
		`{` + u + `,"client_certificate":{"certificate":` + quote(certificate) + `,"private_key":` + quote(key) + `}}`:   "",
		`{` + u + `,"client_certificate":{"certificate":` + quote(certificate) + `,"private_key":` + quote(other) + `}}`: "/config/client_certificate",
		`{` + u + `,"client_certificate":{"certificate":` + quote(certificate) + `}}`:                                    "/config/client_certificate/private_key",
		`{` + u + `,"client_certificate":{"private_key":` + quote(key) + `}}`:                                            "/config/client_certificate/certificate",
		`{` + u + `,"client_certificate":{"subject":"CN=x"}}`:                                                            "/config/client_certificate/certificate",
		`{` + u + `,"client_certificate":{}}`:                                                                            "",
	} {
		_, _, err := kind().Check(json.RawMessage(config), nil)
		var e *errs.Error
		switch {
		case at == "" && err != nil:
			t.Errorf("%.120s: %v", config, err)
		case at != "" && (!errors.As(err, &e) || len(e.Fields) != 1 || e.Fields[0].Location != at):
			t.Errorf("%.120s: %v, not at %s", config, err, at)
		}
	}
	late := webhook.New(nil, destination.Rules{}, clock.NewFake(time.Now().Add(72*time.Hour)))
	if _, _, err := late.Check(json.RawMessage(`{`+u+`,"client_certificate":{"certificate":`+quote(certificate)+`,"private_key":`+quote(key)+`}}`), nil); err == nil {
		t.Error("a certificate that has ended is taken")
	}
}

// TestKept changes a destination without its secrets being given again.
func TestKept(t *testing.T) {
	t.Parallel()
	certificate, key := newCertificate(t, "a")
	given := map[string]string{"certificate": certificate, "private_key": key}
	quote := func(v any) string {
		b, err := json.Marshal(v)
		if err != nil {
			t.Fatal(err)
		}
		return string(b)
	}
	first, err := json.Marshal(map[string]any{
		"url": "https://hooks.example.com/in?key=url-secret", "headers": map[string]string{"X-A": "secret-a", "X-B": "secret-b"},
		"client_certificate": given,
	})
	if err != nil {
		t.Fatal(err)
	}
	_, before, err := kind().Check(first, nil)
	if err != nil {
		t.Fatal(err)
	}
	for name, test := range map[string]struct {
		config      string
		refused     string
		has, hasNot []string
	}{
		"nothing said":        {`{"url":"https://hooks.example.com/other"}`, "", []string{"secret-a", "secret-b", "PRIVATE KEY"}, nil},
		"one kept":            {`{"url":"https://hooks.example.com/in","headers":{"X-A":null}}`, "", []string{"secret-a", "PRIVATE KEY"}, []string{"secret-b", "url-secret"}},
		"one new":             {`{"url":"https://hooks.example.com/in","headers":{"X-A":null,"X-C":"secret-c"}}`, "", []string{"secret-a", "secret-c"}, []string{"secret-b"}},
		"none any more":       {`{"url":"https://hooks.example.com/in","headers":{},"client_certificate":{}}`, "", nil, []string{"secret", "PRIVATE"}},
		"another host":        {`{"url":"https://evil.example.com/in"}`, "/config/headers", nil, nil},
		"another host, kept":  {`{"url":"https://evil.example.com/in","headers":{"X-A":null}}`, "/config/headers/X-A", nil, nil},
		"another port":        {`{"url":"https://hooks.example.com:8443/in"}`, "/config/headers", nil, nil},
		"another host, given": {`{"url":"https://evil.example.com/in","headers":{"X-A":"new-value"},"client_certificate":` + quote(given) + `}`, "", []string{"new-value", "PRIVATE KEY"}, []string{"secret", "hooks.example.com"}},
		"another host, none":  {`{"url":"https://evil.example.com/in","headers":{},"client_certificate":{}}`, "", nil, []string{"secret", "PRIVATE KEY"}},
		"certificate left":    {`{"url":"https://evil.example.com/in","headers":{}}`, "/config/client_certificate", nil, nil},
		"certificate shown":   {`{"url":"https://evil.example.com/in","headers":{},"client_certificate":{"subject":"CN=a"}}`, "/config/client_certificate", nil, nil},
		"certificate, no key": {`{"url":"https://evil.example.com/in","headers":{},"client_certificate":` + quote(map[string]string{"certificate": certificate}) + `}`, "/config/client_certificate", nil, nil},
		"certificate, port":   {`{"url":"https://hooks.example.com:8443/in","headers":{}}`, "/config/client_certificate", nil, nil},
		"URL as it is shown":  {`{"url":"https://hooks.example.com/***","headers":{"X-A":null}}`, "", []string{"https://hooks.example.com/in?key=url-secret", "secret-a", "PRIVATE KEY"}, []string{"secret-b"}},
		"URL left out":        {`{"timeout_seconds":3}`, "/config/url", nil, nil},
		"shown of another":    {`{"url":"https://evil.example.com/***"}`, "/config/url", nil, nil},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, after, err := kind().Check(json.RawMessage(test.config), before)
			if test.refused != "" {
				var e *errs.Error
				if !errors.As(err, &e) || e.Fields[0].Location != test.refused {
					t.Errorf("%v", err)
				}
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			for _, s := range test.has {
				if !strings.Contains(string([]byte(after)), s) {
					t.Errorf("%s is gone", s)
				}
			}
			for _, s := range test.hasNot {
				if strings.Contains(string([]byte(after)), s) {
					t.Errorf("%s is still there", s)
				}
			}
		})
	}
}

// TestShown shows where a webhook leads, and seals the way in.
func TestShown(t *testing.T) {
	t.Parallel()
	for address, want := range map[string]string{
		"https://hooks.example.com":                               "https://hooks.example.com",
		"https://hooks.example.com/":                              "https://hooks.example.com/",
		"https://Hooks.Example.com:8443/in":                       "https://hooks.example.com:8443/***",
		"https://hooks.example.com/?key=secret":                   "https://hooks.example.com/***",
		"https://hooks.example.com?secret":                        "https://hooks.example.com/***",
		"https://hooks.example.com/#secret":                       "https://hooks.example.com/***",
		"https://[2606:4700::1111]/secret":                        "https://[2606:4700::1111]/***",
		"https://discord.com/api/webhooks/1/secret":               "https://discord.com/***",
		"https://x.logic.azure.com/workflows/a?sp=%2F&sig=secret": "https://x.logic.azure.com/***",
	} {
		public, secret, err := kind().Check(json.RawMessage(`{"url":"`+address+`"}`), nil)
		var shown struct{ URL string }
		if err := errors.Join(err, json.Unmarshal(public, &shown)); err != nil || shown.URL != want {
			t.Errorf("%s is shown as %s, %v", address, public, err)
		}
		again, kept, err := kind().Check(public, secret)
		if err != nil || string(again) != string(public) || string([]byte(kept)) != string([]byte(secret)) {
			t.Errorf("%s is not taken back: %v", public, err)
		}
	}
}

// TestKeptPlain reads what was kept before URLs were sealed: it becomes what a check keeps now.
func TestKeptPlain(t *testing.T) {
	t.Parallel()
	for config, before := range map[string]string{
		`{"url":"https://hooks.example.com/in?key=a","signature":"v1","timeout_seconds":15}`:                      ``,
		`{"url":"https://hooks.example.com/in","headers":{"X-A":null},"signature":"v1","timeout_seconds":15}`:     `{"host":"https://hooks.example.com","headers":{"X-A":"b"}}`,
		`{"url":"https://hooks.example.com:8443/","headers":{"X-A":null},"signature":"v1a","timeout_seconds":15}`: `{"host":"https://hooks.example.com:8443","headers":{"X-A":"b"}}`,
	} {
		secret, err := webhook.Whole(json.RawMessage(config), deliver.Secret(before))
		if err != nil {
			t.Fatal(err)
		}
		masked, err := webhook.Masked(json.RawMessage(config))
		if err != nil || strings.Contains(string(masked), "/in") {
			t.Errorf("%s is shown, %v", masked, err)
		}
		for _, sent := range []string{config, string(masked)} {
			public, kept, err := kind().Check(json.RawMessage(sent), secret)
			if err != nil || string(public) != string(masked) || string([]byte(kept)) != string([]byte(secret)) {
				t.Errorf("%s becomes %s, %v", sent, public, err)
			}
		}
		if again, err := webhook.Whole(masked, secret); err != nil || string([]byte(again)) != string([]byte(secret)) {
			t.Errorf("what is sealed already is changed: %v", err)
		}
	}
}

func TestSchemeOf(t *testing.T) {
	t.Parallel()
	for config, want := range map[string]sign.Scheme{
		`{"url":"https://hooks.example.com/"}`:                   sign.HMAC,
		`{"url":"https://hooks.example.com/","signature":"v1a"}`: sign.Ed25519,
	} {
		public, _, err := kind().Check(json.RawMessage(config), nil)
		if err != nil {
			t.Fatal(err)
		}
		if got, err := webhook.SchemeOf(public); got != want || err != nil {
			t.Errorf("%s: %s, %v", config, got, err)
		}
	}
	config, err := webhook.LegacyConfig(destination.Rules{}, "https://127.0.0.1/", "/webhook_url")
	if !errors.Is(err, errs.DestinationRefused) {
		t.Errorf("%s, %v", config, err)
	}
	var _ deliver.Kind = kind()
}
