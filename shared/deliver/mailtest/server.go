package mailtest

import (
	"bytes"
	"io"
	"mime"
	"mime/multipart"
	"mime/quotedprintable"
	"net"
	"net/mail"
	"slices"
	"sync"
	"testing"

	"github.com/emersion/go-smtp"
)

// Mail is a mail as it came.
type Mail struct {
	To  []string
	Raw []byte
}

// Server takes every mail. It is safe for concurrent use.
type Server struct {
	// Address is its host:port.
	Address string

	mu     sync.Mutex
	refuse map[string]error
	hang   chan struct{}
	mails  []Mail
}

// New starts a server that ends with the test.
func New(t testing.TB) *Server {
	t.Helper()
	l, err := net.Listen("tcp4", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	s := &Server{Address: l.Addr().String(), refuse: map[string]error{}}
	server := smtp.NewServer(smtp.BackendFunc(func(*smtp.Conn) (smtp.Session, error) { return &session{s: s}, nil }))
	server.ErrorLog = quiet{}
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		_ = server.Serve(l)
	}()
	t.Cleanup(func() {
		s.mu.Lock()
		if s.hang != nil {
			close(s.hang)
		}
		s.mu.Unlock()
		_ = l.Close() // the server may not know it yet
		_ = server.Close()
		<-ended
	})
	return s
}

// Refuse answers a recipient with an SMTP status from now on; 0 takes its mails again.
func (s *Server) Refuse(to string, status int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.refuse, to)
	if status != 0 {
		s.refuse[to] = &smtp.SMTPError{Code: status, Message: "planted " + to}
	}
}

// Hang gives no mail an answer any more.
func (s *Server) Hang() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.hang = make(chan struct{})
}

// Mails are those that came so far.
func (s *Server) Mails() []Mail {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.mails)
}

// Text reads a mail as a mail program does: its subject and its plain text.
func Text(t testing.TB, m Mail) (subject, text string) {
	t.Helper()
	parsed, err := mail.ReadMessage(bytes.NewReader(m.Raw))
	if err != nil {
		t.Fatal(err)
	}
	if subject, err = new(mime.WordDecoder).DecodeHeader(parsed.Header.Get("Subject")); err != nil {
		t.Fatal(err)
	}
	_, parameters, err := mime.ParseMediaType(parsed.Header.Get("Content-Type"))
	if err != nil {
		t.Fatal(err)
	}
	part, err := multipart.NewReader(parsed.Body, parameters["boundary"]).NextRawPart()
	if err != nil {
		t.Fatal(err)
	}
	b, err := io.ReadAll(quotedprintable.NewReader(part))
	if err != nil {
		t.Fatal(err)
	}
	return subject, string(b)
}

type quiet struct{}

func (quiet) Printf(string, ...any) {}
func (quiet) Println(...any)        {}

// session is one connection.
type session struct {
	s  *Server
	to []string
}

func (q *session) Reset()                               { q.to = nil }
func (q *session) Logout() error                        { return nil }
func (q *session) Mail(string, *smtp.MailOptions) error { return nil }

func (q *session) Rcpt(to string, _ *smtp.RcptOptions) error {
	q.s.mu.Lock()
	defer q.s.mu.Unlock()
	q.to = append(q.to, to)
	return q.s.refuse[to]
}

func (q *session) Data(r io.Reader) error {
	b, err := io.ReadAll(r)
	q.s.mu.Lock()
	hang := q.s.hang
	q.s.mails = append(q.s.mails, Mail{q.to, b})
	q.s.mu.Unlock()
	if hang != nil {
		<-hang
	}
	return err
}
