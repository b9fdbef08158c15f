package secret_test

import (
	"encoding/base64"
	"errors"
	"io"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/secretsmanager"

	"guardrails/shared/clock"
	"guardrails/shared/errs"
	"guardrails/shared/secret"
)

// service is a Secrets Manager that answers, or holds every call until its caller gives up.
type service struct {
	mu          sync.Mutex
	hangs       bool
	calls, open int
}

func (s *service) Do(r *http.Request) (*http.Response, error) {
	s.mu.Lock()
	s.calls++
	hangs := s.hangs
	if hangs {
		s.open++
	}
	s.mu.Unlock()
	if hangs {
		<-r.Context().Done()
		s.mu.Lock()
		defer s.mu.Unlock()
		s.open--
		return nil, r.Context().Err()
	}
	body := `{"SecretString":"` + base64.StdEncoding.EncodeToString([]byte(strings.Repeat("s", 32))) + `"}`
	return &http.Response{StatusCode: http.StatusOK, Header: http.Header{"Content-Type": {"application/x-amz-json-1.1"}}, Body: io.NopCloser(strings.NewReader(body))}, nil
}

func (s *service) hang() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.hangs = true
}

func (s *service) counts() (calls, open int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.calls, s.open
}

func reader() (*secret.Reader, *service, *clock.Fake) {
	s, c := &service{}, clock.NewFake(time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC))
	api := secretsmanager.New(secretsmanager.Options{Region: "us-east-1", HTTPClient: s, Credentials: credentials.NewStaticCredentialsProvider("k", "s", ""), RetryMaxAttempts: 1})
	return secret.NewReader(api, []string{secret.Pepper}, func(n string) string { return n }, c), s, c
}

// TestAHangingServiceIsBridged has the service hang once the value is no longer fresh: callers go on with the old value
// while the read is still under way, and the next ones do not begin another.
func TestAHangingServiceIsBridged(t *testing.T) {
	t.Parallel()
	r, s, c := reader()
	get := func() error {
		v, err := r.Get(t.Context(), secret.Pepper)
		if err == nil && len(v.Bytes()) != 32 {
			return errors.New("another value")
		}
		return err
	}
	for range 2 {
		if err := get(); err != nil {
			t.Fatal(err)
		}
	}
	if calls, _ := s.counts(); calls != 1 {
		t.Fatalf("%d calls while the value is fresh", calls)
	}
	s.hang()
	c.Advance(6 * time.Minute)
	for range 3 {
		if err := get(); err != nil {
			t.Fatal(err)
		}
	}
	if calls, open := s.counts(); calls != 2 || open != 1 {
		t.Errorf("%d calls, %d of them open: the callers waited for the service", calls, open)
	}
	c.Advance(15 * time.Minute)
	if err := get(); !errors.Is(err, errs.Overloaded) {
		t.Errorf("a value of 21 minutes ago is still served: %v", err)
	}
}

func TestAnUndeclaredSecret(t *testing.T) {
	t.Parallel()
	r, s, _ := reader()
	if _, err := r.Get(t.Context(), secret.Cursor); err == nil || errors.Is(err, errs.Overloaded) {
		t.Errorf("an undeclared secret: %v", err)
	}
	if calls, _ := s.counts(); calls != 0 {
		t.Error("the service was asked for it")
	}
}
