package fntest

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
)

// Every text that a test sends is a canary: it must come back in no error, and stand in no log line, metric or span.
// Short texts and words of our own vocabulary are left out, since they occur in our own sentences.
const minCanary = 12

// canaries are the caller's texts of one System.
type canaries struct {
	mu   sync.Mutex
	said map[string]bool
}

// add remembers the strings of a request's body, values and unknown names alike.
func (c *canaries) add(body any) {
	var v any
	switch b := body.(type) {
	case nil:
		return
	case string:
		if json.Unmarshal([]byte(b), &v) != nil {
			return
		}
	case []byte:
		if json.Unmarshal(b, &v) != nil {
			return
		}
	default:
		raw, err := json.Marshal(body)
		if err != nil || json.Unmarshal(raw, &v) != nil {
			return
		}
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.collect(v)
}

func (c *canaries) collect(v any) {
	switch v := v.(type) {
	case string:
		if len(v) >= minCanary && !ours(v) {
			c.said[v] = true
		}
	case []any:
		for _, e := range v {
			c.collect(e)
		}
	case map[string]any:
		for _, e := range v {
			c.collect(e)
		}
	}
}

// ours reports whether a string belongs to the API's own vocabulary: permissions, ids, addresses, detector names.
func ours(s string) bool {
	if slices.ContainsFunc([]string{"pol_", "key_", "ten_", "upl_", "job_", "evt_", "rul_", "dst_", "dlv_", "10.", "192.", "http"}, func(p string) bool { return strings.HasPrefix(s, p) }) {
		return true
	}
	return strings.Trim(s, "abcdefghijklmnopqrstuvwxyz_:-") == ""
}

// leaked returns a canary that stands in text, or "".
func (c *canaries) leaked(text string) string {
	c.mu.Lock()
	defer c.mu.Unlock()
	for s := range c.said {
		if strings.Contains(text, s) {
			return s
		}
		if quoted, err := json.Marshal(s); err == nil && strings.Contains(text, strings.Trim(string(quoted), `"`)) {
			return s
		}
	}
	return ""
}

// watch fails the test if, at its end, a canary stands in what the functions logged, counted or traced.
func (s *System) watch(t testing.TB) {
	t.Cleanup(func() {
		if leak := s.canaries.leaked(s.Log.String()); leak != "" {
			t.Errorf("a caller's text stands in the log: %q", leak)
		}
		for _, span := range s.Spans.GetSpans() {
			if leak := s.canaries.leaked(fmt.Sprint(span.Name, span.Attributes, span.Events, span.Status)); leak != "" {
				t.Errorf("a caller's text stands in a span: %q", leak)
			}
		}
	})
}

// checkError fails the test if an error answer holds a canary.
func (s *System) checkError(t testing.TB, r Response) {
	t.Helper()
	if r.Status < 400 {
		return
	}
	if leak := s.canaries.leaked(string(r.Body)); leak != "" {
		t.Errorf("an error answer holds a caller's text %q: %s", leak, r.Body)
	}
}
