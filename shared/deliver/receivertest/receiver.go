package receivertest

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"io"
	"log"
	"net"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"slices"
	"sync"
	"testing"
	"time"

	"guardrails/shared/clock"
)

// Request is one that came, recorded before it was answered.
type Request struct {
	// ID is the header webhook-id.
	ID     string
	Method string
	Path   string
	Header http.Header
	Body   []byte
	// FirstByte is when its connection brought its first byte.
	FirstByte time.Time
	// Certificate is what the client showed of itself, or nil.
	Certificate *x509.Certificate
	// Remote is the client's address: the same for requests on one connection.
	Remote string
	// Proto is "HTTP/1.1" or "HTTP/2.0".
	Proto string
}

// Receiver answers each request by the next fault, and 200 when there is none.
type Receiver struct {
	server *httptest.Server
	clock  clock.Clock
	ended  chan struct{}

	mu       sync.Mutex
	faults   []Fault
	requests []Request
	arrived  chan struct{} // closed and renewed with every request
	active   map[net.Conn]time.Time
}

// Option changes a receiver before it starts.
type Option func(*Receiver)

// TLS makes it speak https, by HTTP/1.1: faults break connections, which HTTP/2 shares.
func TLS() Option {
	return func(r *Receiver) { r.server.TLS = &tls.Config{MinVersion: tls.VersionTLS12} }
}

// HTTP2 makes it speak https by HTTP/2. Only faults that are answers work on it.
func HTTP2() Option {
	return func(r *Receiver) {
		TLS()(r)
		r.server.EnableHTTP2 = true
	}
}

// ClientCertificates makes it refuse clients without a certificate. Whose it is, is for the test to look at.
func ClientCertificates() Option {
	return func(r *Receiver) {
		TLS()(r)
		r.server.TLS.ClientAuth = tls.RequireAnyClientCert
	}
}

// Versions makes it speak these versions of TLS, which old ones do.
func Versions(least, most uint16) Option {
	return func(r *Receiver) {
		r.server.TLS = &tls.Config{MinVersion: least, MaxVersion: most}
	}
}

// New starts a receiver that lives until the test ends.
func New(t testing.TB, options ...Option) *Receiver {
	t.Helper()
	r := &Receiver{clock: clock.System(), ended: make(chan struct{}), arrived: make(chan struct{}), active: map[net.Conn]time.Time{}}
	r.server = httptest.NewUnstartedServer(r)
	r.server.Config.ErrorLog = log.New(io.Discard, "", 0)
	r.server.Config.ConnState = r.state
	r.server.Config.ConnContext = func(ctx context.Context, c net.Conn) context.Context {
		return context.WithValue(ctx, connKey{}, c)
	}
	for _, o := range options {
		o(r)
	}
	if r.server.TLS != nil {
		r.server.TLS.GetConfigForClient = r.handshake
		r.server.StartTLS()
	} else {
		r.server.Start()
	}
	t.Cleanup(func() {
		close(r.ended)
		r.server.Close()
	})
	return r
}

type connKey struct{}

// URL is where it listens, with a literal address.
func (r *Receiver) URL() string { return r.server.URL }

// Addr is where it listens.
func (r *Receiver) Addr() netip.AddrPort {
	return netip.MustParseAddrPort(r.server.Listener.Addr().String())
}

// Roots trusts its certificate, which is for example.com and the loopback addresses.
func (r *Receiver) Roots() *x509.CertPool {
	pool := x509.NewCertPool()
	pool.AddCert(r.server.Certificate())
	return pool
}

// Next queues faults for the coming requests.
func (r *Receiver) Next(faults ...Fault) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.faults = append(r.faults, faults...)
}

// Requests returns what has come so far.
func (r *Receiver) Requests() []Request {
	r.mu.Lock()
	defer r.mu.Unlock()
	return slices.Clone(r.requests)
}

// Wait returns the requests as soon as there are n of them, or ctx's error.
func (r *Receiver) Wait(ctx context.Context, n int) ([]Request, error) {
	for {
		r.mu.Lock()
		got, arrived := slices.Clone(r.requests), r.arrived
		r.mu.Unlock()
		if len(got) >= n {
			return got, nil
		}
		select {
		case <-arrived:
		case <-ctx.Done():
			return got, ctx.Err()
		}
	}
}

// ServeHTTP records a request and answers it.
func (r *Receiver) ServeHTTP(w http.ResponseWriter, q *http.Request) {
	body, err := io.ReadAll(q.Body)
	if err != nil {
		return
	}
	got := Request{
		ID: q.Header.Get("webhook-id"), Method: q.Method, Path: q.URL.RequestURI(), Header: q.Header.Clone(), Body: body,
		Remote: q.RemoteAddr, Proto: q.Proto,
	}
	if q.TLS != nil && len(q.TLS.PeerCertificates) > 0 {
		got.Certificate = q.TLS.PeerCertificates[0]
	}
	r.mu.Lock()
	if c, ok := q.Context().Value(connKey{}).(net.Conn); ok {
		got.FirstByte = r.active[c]
	}
	r.requests = append(r.requests, got)
	fault := Status(http.StatusOK)
	if len(r.faults) > 0 {
		fault, r.faults = r.faults[0], r.faults[1:]
	}
	close(r.arrived)
	r.arrived = make(chan struct{})
	r.mu.Unlock()
	if fault.answer != nil {
		fault.answer(r, w, q)
	}
}

func (r *Receiver) state(c net.Conn, s http.ConnState) {
	r.mu.Lock()
	defer r.mu.Unlock()
	switch s {
	case http.StateActive:
		r.active[c] = r.clock.Now()
	case http.StateClosed, http.StateHijacked:
		delete(r.active, c)
	case http.StateNew, http.StateIdle:
	}
}

var errHandshake = errors.New("the handshake fails, as the test wants")

// handshake fails when that is the next fault.
func (r *Receiver) handshake(*tls.ClientHelloInfo) (*tls.Config, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if len(r.faults) > 0 && r.faults[0].handshake {
		r.faults = r.faults[1:]
		return nil, errHandshake
	}
	return nil, nil //nolint:nilnil // the interface's way to say: as it is
}
