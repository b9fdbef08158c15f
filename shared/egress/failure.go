package egress

import (
	"context"
	"crypto/x509"
	"errors"
	"io"
	"net"
	"os"
	"syscall"
)

// Failure is why there is no answer, as a stable name. It wraps nothing: what lies below holds addresses and URLs, and
// those may be secrets.
type Failure string

// The failures.
const (
	// Timeout says that the deadline passed, or that the connection was not made in time.
	Timeout Failure = "timeout"
	// Cancelled says that the caller gave up, which says nothing about the receiver.
	Cancelled Failure = "cancelled"
	// DNS says that the host has no address, or that nobody could be asked.
	DNS Failure = "dns"
	// AddressRefused says that the URL or the address behind it may not be sent to.
	AddressRefused Failure = "address_refused"
	// ConnectRefused says that nothing listens there, or that no way leads there.
	ConnectRefused Failure = "connect_refused"
	// ConnectionReset says that the connection ended before the answer.
	ConnectionReset Failure = "connection_reset"
	// TLS says that the handshake failed: the certificate, the version, or the receiver wants another client.
	TLS Failure = "tls"
	// Protocol says that the answer is not HTTP.
	Protocol Failure = "protocol"
	// Certificate says that the client certificate cannot be used.
	Certificate Failure = "client_certificate"
)

// Error returns the name.
func (f Failure) Error() string { return string(f) }

// failure names what went wrong in a round trip.
func failure(ctx context.Context, err error) Failure {
	var (
		named    Failure
		dns      *net.DNSError
		op       *net.OpError
		timeout  interface{ Timeout() bool }
		unknown  x509.UnknownAuthorityError
		hostname x509.HostnameError
		invalid  x509.CertificateInvalidError
	)
	switch {
	case errors.Is(ctx.Err(), context.Canceled):
		return Cancelled
	case errors.As(err, &named):
		return named
	case errors.Is(ctx.Err(), context.DeadlineExceeded):
		return Timeout
	case errors.As(err, &dns):
		return DNS
	case errors.Is(err, context.DeadlineExceeded), errors.Is(err, os.ErrDeadlineExceeded), errors.As(err, &timeout) && timeout.Timeout():
		return Timeout
	case errors.As(err, &unknown), errors.As(err, &hostname), errors.As(err, &invalid):
		return TLS
	case errors.Is(err, syscall.ECONNRESET), errors.Is(err, syscall.EPIPE), errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF), errors.Is(err, net.ErrClosed):
		return ConnectionReset
	case errors.As(err, &op) && op.Op == "dial":
		return ConnectRefused
	case errors.As(err, &op) && (op.Op == "remote error" || op.Op == "local error"):
		// The alert by which a receiver refuses a client's certificate comes after the handshake in TLS 1.3.
		return TLS
	}
	return Protocol
}
