package egress_test

import (
	"bytes"
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"errors"
	"fmt"
	"math/big"
	"net/http"
	"net/netip"
	"strings"
	"testing"
	"time"

	"guardrails/shared/clock"
	"guardrails/shared/deliver/receivertest"
	"guardrails/shared/destination"
	"guardrails/shared/egress"
	"guardrails/shared/retry"
)

func TestPost(t *testing.T) {
	t.Parallel()
	r := receivertest.New(t)
	c := client(t, egress.Options{Allowed: []netip.AddrPort{r.Addr()}})
	r.Next(receivertest.Answer(503, map[string]string{"Retry-After": "7", "Set-Cookie": "a=b"}, strings.Repeat("x", 20<<10)))
	for range 2 {
		if _, err := c.Post(t.Context(), egress.Request{URL: r.URL() + "/in?a=1", Header: http.Header{"X-A": {"b"}}, Body: []byte("hello")}); err != nil {
			t.Fatal(err)
		}
	}
	for _, got := range r.Requests() {
		if got.Method != "POST" || got.Path != "/in?a=1" || string(got.Body) != "hello" || got.Header.Get("X-A") != "b" {
			t.Errorf("came: %+v", got)
		}
		for _, name := range []string{"Cookie", "Accept-Encoding", "Authorization"} {
			if got.Header.Get(name) != "" {
				t.Errorf("the header %s came", name)
			}
		}
		if got.FirstByte.IsZero() {
			t.Error("the time of the first byte is missing")
		}
	}
	r.Next(receivertest.Answer(503, map[string]string{"Retry-After": "7"}, strings.Repeat("x", 20<<10)))
	got, err := c.Post(t.Context(), egress.Request{URL: r.URL()})
	if err != nil || got.Status != 503 || got.RetryAfter != 7*time.Second || len(got.Body) != egress.MaxResponse {
		t.Errorf("the answer: %d, %s, %d bytes, %v", got.Status, got.RetryAfter, len(got.Body), err)
	}
}

// TestNoDecompression asks for the bytes as they came: a small body may unpack to a large one.
func TestNoDecompression(t *testing.T) {
	t.Parallel()
	r := receivertest.New(t)
	c := client(t, egress.Options{Allowed: []netip.AddrPort{r.Addr()}})
	r.Next(receivertest.Answer(200, map[string]string{"Content-Encoding": "gzip"}, "\x1f\x8b packed"))
	if got, err := c.Post(t.Context(), egress.Request{URL: r.URL()}); err != nil || string(got.Body) != "\x1f\x8b packed" {
		t.Errorf("%q, %v", got.Body, err)
	}
}

func TestHTTP2(t *testing.T) {
	t.Parallel()
	r := receivertest.New(t, receivertest.HTTP2())
	c := client(t, egress.Options{Allowed: []netip.AddrPort{r.Addr()}, Roots: r.Roots()})
	if _, err := c.Post(t.Context(), egress.Request{URL: r.URL(), Body: []byte("{}")}); err != nil {
		t.Fatal(err)
	}
	if got := r.Requests()[0]; got.Proto != "HTTP/2.0" {
		t.Error(got.Proto)
	}
}

func TestFailures(t *testing.T) {
	t.Parallel()
	old := receivertest.New(t, receivertest.Versions(tls.VersionTLS10, tls.VersionTLS11))
	plain, secure, strict := receivertest.New(t), receivertest.New(t, receivertest.TLS()), receivertest.New(t, receivertest.ClientCertificates())
	for name, test := range map[string]struct {
		url   string
		fault []receivertest.Fault
		to    *receivertest.Receiver
		roots *x509.CertPool
		want  egress.Failure
	}{
		"nobody listens":       {url: "http://127.0.0.1:1", want: egress.ConnectRefused},
		"no such host":         {url: "https://no.such.host.example.com/", want: egress.DNS},
		"unknown authority":    {url: secure.URL(), want: egress.TLS},
		"another host's name":  {url: fmt.Sprintf("https://hooks.elsewhere.org:%d/", secure.Addr().Port()), roots: secure.Roots(), want: egress.TLS},
		"TLS 1.1":              {url: old.URL(), roots: old.Roots(), want: egress.TLS},
		"a client certificate": {url: strict.URL(), roots: strict.Roots(), want: egress.TLS},
		"plain HTTP":           {url: strings.Replace(plain.URL(), "http:", "https:", 1), want: egress.TLS},
		"not HTTP":             {url: plain.URL(), fault: []receivertest.Fault{receivertest.Garbage()}, to: plain, want: egress.Protocol},
		"switches protocols": {
			url: secure.URL(), roots: secure.Roots(), to: secure, want: egress.Protocol,
			fault: []receivertest.Fault{receivertest.Raw("HTTP/1.1 101 Switching Protocols\r\nConnection: upgrade\r\nUpgrade: x\r\n\r\n")},
		},
		"a URL that is none": {url: "https://%zz/", want: egress.AddressRefused},
	} {
		t.Run(name, func(t *testing.T) {
			o := egress.Options{Rules: destination.Rules{Private: true}, Roots: test.roots}
			o.Resolver = newNames(t, []string{"127.0.0.1"}).resolver()
			if test.want == egress.DNS {
				o.Resolver = newNames(t, nil).resolver()
			}
			if test.to != nil {
				test.to.Next(test.fault...)
			}
			_, err := client(t, o).Post(t.Context(), egress.Request{URL: test.url})
			//nolint:errorlint // nothing may be wrapped around a failure, or within
			if err != test.want {
				t.Errorf("%v", err)
			}
		})
	}
}

func TestDeadlineAndCancel(t *testing.T) {
	t.Parallel()
	late, left := receivertest.New(t), receivertest.New(t) // a receiver for each: the first may not even be asked in its time
	c := client(t, egress.Options{Allowed: []netip.AddrPort{late.Addr(), left.Addr()}})
	late.Next(receivertest.Hang())
	left.Next(receivertest.Hang())
	ctx, cancel := context.WithTimeout(t.Context(), 100*time.Millisecond)
	defer cancel()
	if _, err := c.Post(ctx, egress.Request{URL: late.URL()}); !errors.Is(err, egress.Timeout) {
		t.Error(err)
	}
	ctx, cancel = context.WithCancel(t.Context())
	go func() {
		_, _ = left.Wait(t.Context(), 1)
		cancel()
	}()
	if _, err := c.Post(ctx, egress.Request{URL: left.URL()}); !errors.Is(err, egress.Cancelled) {
		t.Error(err)
	}
}

// TestClientCertificates shows two tenants' certificates to one receiver, over a connection each.
func TestClientCertificates(t *testing.T) {
	t.Parallel()
	r := receivertest.New(t, receivertest.ClientCertificates())
	c := client(t, egress.Options{Allowed: []netip.AddrPort{r.Addr()}, Roots: r.Roots()})
	a, b := newCertificate(t, "a"), newCertificate(t, "b")
	for _, one := range []*egress.ClientCertificate{a, b, a} {
		if _, err := c.Post(t.Context(), egress.Request{URL: r.URL(), Certificate: one}); err != nil {
			t.Fatal(err)
		}
	}
	got := r.Requests()
	if got[0].Certificate.Subject.CommonName != "a" || got[1].Certificate.Subject.CommonName != "b" || got[0].Remote != got[2].Remote {
		t.Errorf("came: %v, %v; %s, %s", got[0].Certificate.Subject, got[1].Certificate.Subject, got[0].Remote, got[2].Remote)
	}
	// Whoever knows a certificate's public part gets nowhere with another key.
	mixed := &egress.ClientCertificate{Certificate: a.Certificate, PrivateKey: b.PrivateKey}
	if _, err := c.Post(t.Context(), egress.Request{URL: r.URL(), Certificate: mixed}); !errors.Is(err, egress.Certificate) {
		t.Error(err)
	}
}

func newCertificate(t testing.TB, name string) *egress.ClientCertificate {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	now := time.Now()
	template := &x509.Certificate{SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: name}, NotBefore: now, NotAfter: now.Add(time.Hour)}
	der, err := x509.CreateCertificate(rand.Reader, template, template, &key.PublicKey, key)
	if err != nil {
		t.Fatal(err)
	}
	private, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		t.Fatal(err)
	}
	return &egress.ClientCertificate{
		Certificate: pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der}),
		PrivateKey:  pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: private}),
	}
}

// TestBodyIsCutOff reads an answer whose header came and whose body does not: the status stands.
func TestBodyIsCutOff(t *testing.T) {
	t.Parallel()
	r := receivertest.New(t)
	c := client(t, egress.Options{Allowed: []netip.AddrPort{r.Addr()}})
	r.Next(receivertest.SlowBody(200), receivertest.WrongLength(202))
	if got, err := c.Post(t.Context(), egress.Request{URL: r.URL()}); err != nil || got.Status != 200 || !bytes.HasPrefix([]byte("begun"), got.Body) {
		t.Errorf("%+v, %v", got, err)
	}
	if got, err := c.Post(t.Context(), egress.Request{URL: r.URL()}); err != nil || got.Status != 202 || string(got.Body) != "short" {
		t.Errorf("%+v, %v", got, err)
	}
}

func TestRetryAfter(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)
	for value, want := range map[string]time.Duration{
		"": 0, "0": 0, "7": 7 * time.Second, " 7 ": 7 * time.Second, "007": 7 * time.Second, "-7": 0, "+7": 0, "7.5": 0, "7s": 0, "soon": 0,
		"86400": 24 * time.Hour, "86401": 24 * time.Hour, strings.Repeat("9", 400): 24 * time.Hour, "99999999999999999999": 24 * time.Hour,
		"Fri, 02 Jan 2026 03:05:05 GMT":  time.Minute,
		"Friday, 02-Jan-26 03:05:05 GMT": time.Minute,
		"Fri Jan  2 03:05:05 2026":       time.Minute,
		"Fri, 02 Jan 2026 03:04:05 GMT":  0,
		"Thu, 01 Jan 1970 00:00:00 GMT":  0,
		"Fri, 31 Dec 9999 23:59:59 GMT":  24 * time.Hour,
		"2026-01-02T03:05:05Z":           0,
		"٧":                              0,
	} {
		if got := egress.RetryAfter(value, now); got != want {
			t.Errorf("%q is %s, not %s", value, got, want)
		}
	}
}

func FuzzRetryAfter(f *testing.F) {
	for _, s := range []string{"7", "Fri, 02 Jan 2026 03:05:05 GMT", "99999999999999999999", "-1", "Fri Jan  2 03:05:05 2026"} {
		f.Add(s, int64(1767323045))
	}
	f.Fuzz(func(t *testing.T, value string, now int64) {
		if got := egress.RetryAfter(value, clock.NewFake(time.Unix(now, 0)).Now()); got < 0 || got > retry.MaxRetryAfter {
			t.Errorf("%q is %s", value, got)
		}
	})
}
