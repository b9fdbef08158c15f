// Package awshttp is the HTTP transport under the AWS SDK.
//
// The SDK closes a request's body as soon as the answer's header is there. Go's transport may then still be at the
// body's end; it takes the closed body for a failed write and drops the connection while the answer is being read.
// Beside a service that answers within a millisecond, as on one machine, this happens to about one request in a
// thousand, and a retried conditional write then fails its own condition. Transport sends a copy of the body instead.
package awshttp

import (
	"bytes"
	"crypto/tls"
	"crypto/x509"
	"fmt"
	"io"
	"net"
	"net/http"
	"time"
)

// maxCopied is the largest body that is copied; larger ones are streams, and safe since they are sent for longer.
const maxCopied = 16 << 20

// Transport is a http.RoundTripper for the SDK.
type Transport struct {
	next http.RoundTripper
}

// New returns a transport that keeps up to idle connections to a host for later requests. Proxy settings of the
// environment hold unless direct is set. It trusts roots; nil means the system's.
func New(idle int, direct bool, roots *x509.CertPool) *Transport {
	t := &http.Transport{
		Proxy:               http.ProxyFromEnvironment,
		DialContext:         (&net.Dialer{Timeout: 2 * time.Second, KeepAlive: 30 * time.Second}).DialContext,
		TLSClientConfig:     &tls.Config{MinVersion: tls.VersionTLS12, RootCAs: roots},
		TLSHandshakeTimeout: 5 * time.Second,
		ForceAttemptHTTP2:   true,
		MaxIdleConns:        2 * idle,
		MaxIdleConnsPerHost: idle,
		IdleConnTimeout:     60 * time.Second,
	}
	if direct {
		t.Proxy = nil
	}
	return &Transport{t}
}

// RoundTrip sends the request with a body of its own.
func (t *Transport) RoundTrip(r *http.Request) (*http.Response, error) {
	if r.Body == nil || r.ContentLength <= 0 || r.ContentLength > maxCopied {
		return t.next.RoundTrip(r)
	}
	b, err := io.ReadAll(io.LimitReader(r.Body, r.ContentLength+1))
	if err != nil {
		return nil, fmt.Errorf("read the request's body: %w", err)
	}
	own := *r
	own.Body = io.NopCloser(bytes.NewReader(b))
	return t.next.RoundTrip(&own)
}
