package awshttp

import (
	"context"
	"io"
	"net/http"
	"time"
)

// slowest is the least that a body is sent at, in bytes a second: the larger it is, the later its answer may begin.
const slowest = 1 << 20

// Client is what the SDK sends requests with.
type Client interface {
	Do(r *http.Request) (*http.Response, error)
}

// Within returns a client that gives each try of a request a limit for the beginning of its answer. Neither the request's
// own deadline nor http.Client.Timeout can be that: the one covers all tries, the other the answer's body too, which may be
// read for minutes.
func Within(next Client, limit time.Duration) Client {
	return &limited{next: next, limit: limit}
}

type limited struct {
	next  Client
	limit time.Duration
}

// SlowError says that a service did not begin to answer in time. The SDK takes it for a broken connection, and tries
// again.
type SlowError struct{}

func (SlowError) Error() string { return "the service did not begin to answer in time" }

// Timeout makes it a timeout to whoever asks.
func (SlowError) Timeout() bool { return true }

// Temporary makes it one that may pass.
func (SlowError) Temporary() bool { return true }

// Do sends one try.
func (l *limited) Do(r *http.Request) (*http.Response, error) {
	ctx, cancel := context.WithCancel(r.Context())
	late := make(chan struct{})
	timer := time.AfterFunc(l.patience(r), func() {
		close(late)
		cancel()
	})
	res, err := l.next.Do(r.WithContext(ctx))
	if !timer.Stop() {
		<-late
		if r.Context().Err() == nil {
			if err == nil {
				_ = res.Body.Close()
			}
			err = SlowError{}
		}
	}
	if err != nil {
		cancel()
		return nil, err
	}
	res.Body = &body{res.Body, cancel}
	return res, nil
}

func (l *limited) patience(r *http.Request) time.Duration {
	return l.limit + time.Duration(max(r.ContentLength, 0)/slowest)*time.Second
}

// body ends a try's context with the answer's end.
type body struct {
	io.ReadCloser
	cancel context.CancelFunc
}

func (b *body) Close() error {
	defer b.cancel()
	return b.ReadCloser.Close()
}
