package jobs_test

import (
	"bytes"
	"io"
	"net/http"
	"strings"
	"sync"

	"guardrails/shared/fntest"
)

// deaf lets writes of the table happen whose body holds all of the given words, and loses their answers.
type deaf struct {
	next interface {
		Do(*http.Request) (*http.Response, error)
	}
	mu    sync.Mutex
	words []string
}

// loses chooses the writes; empty words choose none.
func (d *deaf) loses(words ...string) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.words = nil
	for _, w := range words {
		if w != "" {
			d.words = append(d.words, w)
		}
	}
}

func (d *deaf) Do(r *http.Request) (*http.Response, error) {
	var body []byte
	if r.Body != nil {
		var err error
		if body, err = io.ReadAll(r.Body); err != nil {
			return nil, err
		}
		r.Body = io.NopCloser(bytes.NewReader(body))
	}
	res, err := d.next.Do(r)
	if err == nil && d.matches(r, body) {
		_ = res.Body.Close()
		return nil, brokenConnection{}
	}
	return res, err
}

func (d *deaf) matches(r *http.Request, body []byte) bool {
	d.mu.Lock()
	defer d.mu.Unlock()
	if len(d.words) == 0 || !strings.HasSuffix(r.Header.Get("X-Amz-Target"), "TransactWriteItems") {
		return false
	}
	for _, w := range d.words {
		if !bytes.Contains(body, []byte(w)) {
			return false
		}
	}
	return true
}

// requestWithKey asks for a small job under an idempotency key.
func requestWithKey() fntest.Request {
	return fntest.Request{Body: map[string]any{"documents": docs(3)}, Headers: map[string]string{"Idempotency-Key": "one-key-9"}}
}

func noRequest() fntest.Request { return fntest.Request{} }
