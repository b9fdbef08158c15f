package egress

import (
	"bytes"
	"context"
	"crypto/sha256"
	"crypto/tls"
	"crypto/x509"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"slices"
	"syscall"
	"time"

	lru "github.com/hashicorp/golang-lru/v2"

	"guardrails/shared/clock"
	"guardrails/shared/destination"
)

const (
	// MaxResponse is how much of an answer's body is read, in bytes.
	MaxResponse = 16 << 10

	connectWithin = 5 * time.Second
	// bodyWithin is how long the body of an answer may take, once its header is there. The header is the verdict; the body
	// is kept for people to read.
	bodyWithin = 2 * time.Second
	maxHeader  = 32 << 10
	idleFor    = 30 * time.Second
	idle       = 256
	idlePer    = 8
	// identities is for how many client certificates connections are kept.
	identities = 64
)

// Options say whom a Client may talk to.
type Options struct {
	// Rules judge URLs, addresses and ports.
	Rules destination.Rules
	// Allowed are addresses that are fine whatever the rules say of them; the URL is still judged, but for its port and a
	// literal address. Tests name their receivers here.
	Allowed []netip.AddrPort
	// Roots are whom receivers' certificates must come from; nil means the system's.
	Roots *x509.CertPool
	// Resolver looks hosts up; nil means Go's own with the system's settings.
	Resolver *net.Resolver
	// Clock tells what a date in Retry-After is compared with.
	Clock clock.Clock
}

// Client sends requests to addresses that callers named. It is safe for concurrent use.
type Client struct {
	o     Options
	plain *http.Transport
	// certified has a transport for each client certificate: a connection says who made it.
	certified *lru.Cache[[sha256.Size]byte, *http.Transport]
}

// Request is one POST.
type Request struct {
	URL    string
	Header http.Header
	Body   []byte
	// Certificate is what the client shows of itself; nil for nothing.
	Certificate *ClientCertificate
}

// ClientCertificate is a client's certificate with the chain that leads to it and its private key, both PEM.
type ClientCertificate struct {
	Certificate, PrivateKey []byte
}

// Response is an answer. Status decides what it means; the body is as much as came within two seconds and MaxResponse.
type Response struct {
	Status int
	Body   []byte
	// RetryAfter is how long the receiver asks to be left alone, 0 if it does not.
	RetryAfter time.Duration
	// Location is where a redirect would have led. It is not followed.
	Location string
}

// New returns a client.
func New(o Options) *Client {
	if o.Resolver == nil {
		// The C library's resolver knows more sources of names (mDNS, NIS) and cannot be stopped.
		o.Resolver = &net.Resolver{PreferGo: true}
	}
	cache, err := lru.NewWithEvict(identities, func(_ [sha256.Size]byte, t *http.Transport) { t.CloseIdleConnections() })
	if err != nil {
		panic("egress: " + err.Error()) // the size is a constant above zero
	}
	c := &Client{o: o, certified: cache}
	c.plain = c.transport(nil)
	return c
}

// Close ends idle connections.
func (c *Client) Close() {
	c.plain.CloseIdleConnections()
	c.certified.Purge()
}

func (c *Client) transport(identity *tls.Certificate) *http.Transport {
	settings := &tls.Config{MinVersion: tls.VersionTLS12, RootCAs: c.o.Roots, NextProtos: []string{"h2", "http/1.1"}}
	if identity != nil {
		settings.Certificates = []tls.Certificate{*identity}
	}
	return &http.Transport{
		Proxy:       nil, // a proxy would dial in our place, where nobody judges
		DialContext: c.Dial,
		DialTLSContext: func(ctx context.Context, network, address string) (net.Conn, error) {
			return c.dialTLS(ctx, network, address, settings)
		},
		ForceAttemptHTTP2:      true,
		DisableCompression:     true, // a small body may unpack to a large one
		MaxResponseHeaderBytes: maxHeader,
		MaxIdleConns:           idle,
		MaxIdleConnsPerHost:    idlePer,
		IdleConnTimeout:        idleFor,
	}
}

// Dial makes a connection to an address that may be sent to. The judge stands behind the resolver, at the socket: it sees
// the address that is dialed, whatever the name meant when it was looked at before.
func (c *Client) Dial(ctx context.Context, network, address string) (net.Conn, error) {
	d := net.Dialer{Timeout: connectWithin, KeepAlive: 15 * time.Second, Resolver: c.o.Resolver, Control: c.control}
	conn, err := d.DialContext(ctx, network, address)
	if err != nil {
		return nil, fmt.Errorf("connect: %w", err)
	}
	return conn, nil
}

func (c *Client) control(network, address string, _ syscall.RawConn) error {
	at, err := netip.ParseAddrPort(address)
	if err != nil || network != "tcp4" && network != "tcp6" || !c.allows(at) {
		return AddressRefused
	}
	return nil
}

func (c *Client) allows(at netip.AddrPort) bool {
	return slices.Contains(c.o.Allowed, at) || c.o.Rules.Address(at.Addr()) && c.o.Rules.Port(at.Port())
}

func (c *Client) dialTLS(ctx context.Context, network, address string, settings *tls.Config) (net.Conn, error) {
	host, _, err := net.SplitHostPort(address)
	if err != nil {
		return nil, AddressRefused
	}
	raw, err := c.Dial(ctx, network, address)
	if err != nil {
		return nil, err
	}
	own := settings.Clone()
	own.ServerName = host
	conn := tls.Client(raw, own)
	within, cancel := context.WithTimeout(ctx, connectWithin)
	defer cancel()
	if err := conn.HandshakeContext(within); err != nil {
		raw.Close()
		if f := failure(within, err); f == Timeout || f == Cancelled {
			return nil, f
		}
		// A receiver that hangs up in the handshake refuses it.
		return nil, TLS
	}
	return conn, nil
}

// Post sends a request and returns the answer, whatever its status, or a Failure and nothing else.
func (c *Client) Post(ctx context.Context, r Request) (Response, error) {
	address, ok := c.judged(r.URL)
	if !ok {
		return Response{}, AddressRefused
	}
	transport, err := c.transportFor(r.Certificate)
	if err != nil {
		return Response{}, Certificate
	}
	// The body's reading is cut off by itself, later than the header's.
	within, cancel := context.WithCancel(ctx)
	defer cancel()
	req, err := http.NewRequestWithContext(within, http.MethodPost, address, bytes.NewReader(r.Body))
	if err != nil {
		return Response{}, AddressRefused
	}
	for name, values := range r.Header {
		req.Header[name] = values
	}
	// The transport itself, not http.Client: no redirects, no cookies, no credentials out of the URL.
	res, err := transport.RoundTrip(req)
	if err != nil {
		return Response{}, failure(ctx, err)
	}
	defer res.Body.Close()
	if res.StatusCode == http.StatusSwitchingProtocols {
		return Response{}, Protocol
	}
	timer := time.AfterFunc(bodyWithin, cancel)
	defer timer.Stop()
	// An error here leaves the body short, and nothing else: the receiver has said what it thinks.
	body, _ := io.ReadAll(io.LimitReader(res.Body, MaxResponse))
	return Response{
		Status: res.StatusCode, Body: body, Location: res.Header.Get("Location"),
		RetryAfter: RetryAfter(res.Header.Get("Retry-After"), c.o.Clock.Now()),
	}, nil
}

// judged returns the URL in its one form. An URL that is only wrong by pointing at an allowed address is fine.
func (c *Client) judged(address string) (string, bool) {
	judged, err := c.o.Rules.Check(address, "")
	if err == nil {
		return judged, true
	}
	judged, err = destination.Rules{Private: true}.Check(address, "")
	if err != nil {
		return "", false
	}
	for _, at := range c.o.Allowed {
		if hasHost(judged, at) {
			return judged, true
		}
	}
	return "", false
}

func (c *Client) transportFor(certificate *ClientCertificate) (*http.Transport, error) {
	if certificate == nil {
		return c.plain, nil
	}
	// The private key is part of the key: nobody gets at the connections of another's certificate by showing its public part.
	h := sha256.New()
	fmt.Fprintf(h, "%d\n", len(certificate.Certificate))
	h.Write(certificate.Certificate)
	h.Write(certificate.PrivateKey)
	key := [sha256.Size]byte(h.Sum(nil))
	if t, ok := c.certified.Get(key); ok {
		return t, nil
	}
	pair, err := tls.X509KeyPair(certificate.Certificate, certificate.PrivateKey)
	if err != nil {
		return nil, Certificate // the parser's message may quote the PEM
	}
	fresh := c.transport(&pair)
	if before, found, _ := c.certified.PeekOrAdd(key, fresh); found {
		return before, nil
	}
	return fresh, nil
}

// hasHost reports whether a judged URL names an address and port literally.
func hasHost(judged string, at netip.AddrPort) bool {
	u, err := url.Parse(judged)
	if err != nil {
		return false
	}
	named, err := netip.ParseAddrPort(u.Host)
	return err == nil && named == at
}
