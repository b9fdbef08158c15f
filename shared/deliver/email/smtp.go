package email

import (
	"context"
	"crypto/tls"
	"errors"
	"net"
	"net/smtp"
	"net/textproto"
	"strconv"
	"time"

	"guardrails/shared/deliver"
)

// SMTP sends mails to one mail server, which its operator named: a sink on the developer's machine, or a relay. It is
// safe for concurrent use.
type SMTP struct {
	address string
	tls     *tls.Config
}

// NewSMTP returns a sender to the server at host:port. Where the server offers TLS, it is used: settings say how, and nil
// means the system's roots.
func NewSMTP(address string, settings *tls.Config) *SMTP {
	return &SMTP{address: address, tls: settings}
}

// SendMail sends a whole mail. Nothing of what the server says but its number is kept: it repeats addresses.
func (s *SMTP) SendMail(ctx context.Context, from string, to []string, raw []byte) deliver.Result {
	err := s.send(ctx, from, to, raw)
	var refused *textproto.Error
	switch {
	case err == nil:
		return deliver.Result{Class: deliver.Delivered}
	case errors.As(err, &refused) && refused.Code >= 500:
		return deliver.Result{Class: deliver.Permanent, Code: "smtp_" + strconv.Itoa(refused.Code)}
	case errors.As(err, &refused):
		return deliver.Result{Class: deliver.Retryable, Code: "smtp_" + strconv.Itoa(refused.Code), Unwell: true}
	case errors.Is(ctx.Err(), context.Canceled):
		return deliver.Result{Class: deliver.Retryable, Code: "cancelled"}
	case errors.Is(ctx.Err(), context.DeadlineExceeded):
		return deliver.Result{Class: deliver.Retryable, Code: "timeout", Unwell: true}
	}
	return unavailable()
}

func (s *SMTP) send(ctx context.Context, from string, to []string, raw []byte) error {
	host, _, err := net.SplitHostPort(s.address)
	if err != nil {
		return err
	}
	conn, err := (&net.Dialer{Timeout: 5 * time.Second}).DialContext(ctx, "tcp", s.address)
	if err != nil {
		return err
	}
	defer conn.Close()
	// The client of the standard library knows no context: when ctx ends, its connection does.
	stop := context.AfterFunc(ctx, func() { conn.Close() })
	defer stop()
	c, err := smtp.NewClient(conn, host)
	if err != nil {
		return err
	}
	if offered, _ := c.Extension("STARTTLS"); offered {
		settings := &tls.Config{MinVersion: tls.VersionTLS12}
		if s.tls != nil {
			settings = s.tls.Clone()
		}
		if settings.ServerName == "" {
			settings.ServerName = host
		}
		if err := c.StartTLS(settings); err != nil {
			return err
		}
	}
	if err := c.Mail(from); err != nil {
		return err
	}
	for _, address := range to {
		if err := c.Rcpt(address); err != nil {
			return err
		}
	}
	w, err := c.Data()
	if err != nil {
		return err
	}
	if _, err := w.Write(raw); err != nil {
		return err
	}
	// The server has the mail with this answer; whether it says goodbye too does not matter.
	if err := w.Close(); err != nil {
		return err
	}
	_ = c.Quit()
	return nil
}
