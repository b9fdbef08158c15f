package receivertest

import (
	"bufio"
	"crypto/tls"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"time"
)

// Fault is how a receiver treats one request.
type Fault struct {
	answer    func(r *Receiver, w http.ResponseWriter, q *http.Request)
	handshake bool
}

// Status answers with a status and the text "answer".
func Status(status int) Fault { return Answer(status, nil, "answer") }

// Answer answers with a status, headers and a body.
func Answer(status int, header map[string]string, body string) Fault {
	return Fault{answer: func(_ *Receiver, w http.ResponseWriter, _ *http.Request) {
		for name, value := range header {
			w.Header().Set(name, value)
		}
		w.WriteHeader(status)
		_, _ = io.WriteString(w, body)
	}}
}

// RetryAfter answers with a status and the header Retry-After.
func RetryAfter(status int, value string) Fault {
	return Answer(status, map[string]string{"Retry-After": value}, "later")
}

// Redirect answers with a redirect.
func Redirect(status int, location string) Fault {
	return Answer(status, map[string]string{"Location": location}, "")
}

// Echo answers 200 with the request's headers and body.
func Echo() Fault {
	return Fault{answer: func(r *Receiver, w http.ResponseWriter, q *http.Request) {
		_ = q.Header.Write(w)
		r.mu.Lock()
		body := r.requests[len(r.requests)-1].Body
		r.mu.Unlock()
		_, _ = w.Write(body)
	}}
}

// Reset answers with the reset of the connection.
func Reset() Fault {
	return raw(func(_ *Receiver, c net.Conn, _ *bufio.ReadWriter) {
		if tcp := plain(c); tcp != nil {
			_ = tcp.SetLinger(0)
			_ = tcp.Close()
		}
	})
}

// Drop processes the request and hangs up without an answer.
func Drop() Fault {
	return raw(func(*Receiver, net.Conn, *bufio.ReadWriter) {})
}

// HalfClose ends its side of the connection without an answer, and goes on reading.
func HalfClose() Fault {
	return raw(func(_ *Receiver, c net.Conn, b *bufio.ReadWriter) {
		if tcp := plain(c); tcp != nil {
			_ = tcp.CloseWrite()
			_, _ = io.Copy(io.Discard, b)
		}
	})
}

// Hang gives no answer until the client goes.
func Hang() Fault {
	return Fault{answer: func(r *Receiver, _ http.ResponseWriter, q *http.Request) {
		r.gone(q)
		// The server would answer 200 otherwise, which a client that is just going may still read.
		panic(http.ErrAbortHandler)
	}}
}

// SlowBody gives a header with the status, and no body until the client goes.
func SlowBody(status int) Fault {
	return Fault{answer: func(r *Receiver, w http.ResponseWriter, q *http.Request) {
		w.Header().Set("Content-Length", "100")
		w.WriteHeader(status)
		_, _ = io.WriteString(w, "begun")
		if f, ok := w.(http.Flusher); ok {
			f.Flush()
		}
		r.gone(q)
	}}
}

// Trickle gives an answer of one byte a second.
func Trickle() Fault {
	return raw(func(r *Receiver, c net.Conn, _ *bufio.ReadWriter) {
		tick := time.NewTicker(time.Second)
		defer tick.Stop()
		for _, one := range []byte("HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\nanswer") {
			if _, err := c.Write([]byte{one}); err != nil {
				return
			}
			select {
			case <-tick.C:
			case <-r.ended:
				return
			}
		}
	})
}

// WrongLength promises more bytes than it gives.
func WrongLength(status int) Fault {
	return Raw(fmt.Sprintf("HTTP/1.1 %d %s\r\nContent-Length: 100\r\n\r\nshort", status, http.StatusText(status)))
}

// Garbage answers with something else than HTTP.
func Garbage() Fault {
	return Raw("SSH-2.0-OpenSSH_9.9\r\n" + strings.Repeat("\x00\xff", 64) + "\r\n\r\n")
}

// Raw answers with these bytes and hangs up.
func Raw(answer string) Fault {
	return raw(func(_ *Receiver, c net.Conn, _ *bufio.ReadWriter) { _, _ = io.WriteString(c, answer) })
}

// TLSFailure breaks the next handshake off. The request is not seen.
func TLSFailure() Fault { return Fault{handshake: true} }

// raw takes the connection away from the server.
func raw(do func(*Receiver, net.Conn, *bufio.ReadWriter)) Fault {
	return Fault{answer: func(r *Receiver, w http.ResponseWriter, _ *http.Request) {
		h, ok := w.(http.Hijacker)
		if !ok {
			return
		}
		c, b, err := h.Hijack()
		if err != nil {
			return
		}
		defer c.Close()
		do(r, c, b)
	}}
}

func plain(c net.Conn) *net.TCPConn {
	if t, ok := c.(*tls.Conn); ok {
		c = t.NetConn()
	}
	tcp, ok := c.(*net.TCPConn)
	if !ok {
		return nil
	}
	return tcp
}

// gone waits until the client has gone or the test has ended.
func (r *Receiver) gone(q *http.Request) {
	select {
	case <-q.Context().Done():
	case <-r.ended:
	}
}
