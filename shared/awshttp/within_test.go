package awshttp_test

import (
	"context"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"guardrails/shared/awshttp"
)

// TestWithinLimitsTheBeginning asks a server that begins to answer, and then takes longer than the limit, and one that
// never begins.
func TestWithinLimitsTheBeginning(t *testing.T) {
	t.Parallel()
	const limit = 400 * time.Millisecond
	hang := make(chan struct{})
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/hang" {
			select {
			case <-hang:
			case <-r.Context().Done():
			}
			return
		}
		_, _ = io.WriteString(w, "begun, ")
		w.(http.Flusher).Flush()
		<-time.After(2 * limit) // the server is slow, not the test
		_, _ = io.WriteString(w, "ended")
	}))
	t.Cleanup(func() {
		close(hang)
		s.Close()
	})
	c := awshttp.Within(&http.Client{Transport: awshttp.New(2, true, nil)}, limit)
	get := func(ctx context.Context, path string) (string, time.Duration, error) {
		start := time.Now()
		r, err := http.NewRequestWithContext(ctx, http.MethodPost, s.URL+path, strings.NewReader("x"))
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
		if !errors.As(err, &slow) || !slow.Temporary() || took > 20*limit {
			t.Errorf("a server that hangs: %v after %s", err, took)
		}
	}
	gone, cancel := context.WithCancel(t.Context())
	cancel()
	if _, _, err := get(gone, "/hang"); !errors.Is(err, context.Canceled) {
		t.Errorf("a caller that has gone: %v", err)
	}
}
