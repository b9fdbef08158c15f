package awshttp_test

import (
	"context"
	"errors"
	"io"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"guardrails/shared/awshttp"
)

// service answers as a server over a connection does: what its context ends is over, in its body too.
type service func(r *http.Request) (io.Reader, error)

func (s service) Do(r *http.Request) (*http.Response, error) {
	b, err := s(r)
	if err != nil {
		return nil, err
	}
	return &http.Response{StatusCode: http.StatusOK, Body: io.NopCloser(b)}, nil
}

// later ends after a while, or with the context.
type later struct {
	ctx   context.Context
	after time.Duration
}

func (l later) Read([]byte) (int, error) {
	select {
	case <-time.After(l.after):
		return 0, io.EOF
	case <-l.ctx.Done():
		return 0, l.ctx.Err()
	}
}

// TestWithinLimitsTheBeginning asks a server that begins to answer, and then takes longer than the limit, and one that
// never begins.
func TestWithinLimitsTheBeginning(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		const limit = 400 * time.Millisecond
		c := awshttp.Within(service(func(r *http.Request) (io.Reader, error) {
			if r.URL.Path == "/hang" {
				<-r.Context().Done()
				return nil, r.Context().Err()
			}
			return io.MultiReader(strings.NewReader("begun, "), later{r.Context(), 2 * limit}, strings.NewReader("ended")), nil
		}), limit)
		get := func(ctx context.Context, path string) (string, time.Duration, error) {
			start := time.Now()
			r, err := http.NewRequestWithContext(ctx, http.MethodPost, "http://service"+path, strings.NewReader("x"))
			if err != nil {
				t.Fatal(err)
			}
			res, err := c.Do(r)
			if err != nil {
				return "", time.Since(start), err
			}
			defer res.Body.Close()
			b, err := io.ReadAll(res.Body)
			return string(b), time.Since(start), err
		}
		if body, _, err := get(t.Context(), "/slow"); err != nil || body != "begun, ended" {
			t.Errorf("a slow body: %q, %v", body, err)
		}
		for range 2 {
			_, took, err := get(t.Context(), "/hang")
			var slow awshttp.SlowError
			if !errors.As(err, &slow) || !slow.Temporary() || took != limit {
				t.Errorf("a server that hangs: %v after %s", err, took)
			}
		}
		gone, cancel := context.WithCancel(t.Context())
		cancel()
		if _, _, err := get(gone, "/hang"); !errors.Is(err, context.Canceled) {
			t.Errorf("a caller that has gone: %v", err)
		}
	})
}
