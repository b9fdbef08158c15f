package bindings_test

import (
	"encoding/json"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"

	"guardrails/functions"
	"guardrails/infra/bindings"
	"guardrails/shared/fn"
	"guardrails/shared/fntest"
)

// wire sees every call of AWS.
type wire struct {
	aws.HTTPClient
	mu sync.Mutex
	// done are the calls that were carried out, refused those that AWS did not carry out.
	done, refused []string
}

func (w *wire) Do(r *http.Request) (*http.Response, error) {
	name := r.Header.Get("X-Amz-Target")
	if _, operation, ok := strings.Cut(name, "."); ok {
		name = operation
	} else {
		name = r.Method + " object"
		if r.URL.Query().Get("list-type") == "2" {
			name = "ListObjectsV2 " + r.URL.Query().Get("prefix")
		}
	}
	res, err := w.HTTPClient.Do(r)
	w.mu.Lock()
	defer w.mu.Unlock()
	if err != nil || res.StatusCode >= http.StatusBadRequest {
		w.refused = append(w.refused, name)
		return res, err
	}
	w.done = append(w.done, name)
	return res, err
}

// harmless are the calls that change nothing and show nothing of a tenant.
var harmless = []string{
	"GetItem", "GetQueueUrl", "GetQueueAttributes", "GetSecretValue", "GenerateDataKeyWithoutPlaintext", "Decrypt",
	"ListObjectsV2 T/ten_00000000000000000000000000/self-check",
}

// TestEveryFunctionChecksItself asks each function of the catalogue to check itself, and watches what it does: every
// write is one that AWS refuses for its condition, and the answer is a yes and nothing else.
func TestEveryFunctionChecksItself(t *testing.T) {
	t.Parallel()
	sys := fntest.New(t, functions.Catalog(), bindings.All())
	w := &wire{HTTPClient: sys.Config.AWS.HTTPClient}
	sys.Config.AWS.HTTPClient = w
	for _, s := range functions.Catalog() {
		w.done, w.refused = nil, nil
		out := sys.Invoke(t, s.Name, json.RawMessage(fn.SelfCheckQuestion()))
		if string(out) != `{"passed":true}` {
			t.Errorf("%s answers %s", s.Name, out)
		}
		for _, call := range w.done {
			if !slices.Contains(harmless, call) {
				t.Errorf("%s: its self-check did %s", s.Name, call)
			}
		}
		for _, call := range w.refused {
			if call != "TransactWriteItems" { // one put under a condition that cannot hold
				t.Errorf("%s: its self-check was refused %s", s.Name, call)
			}
		}
		g := s.Grants()
		writes := 0
		for _, mode := range g.Tables {
			if mode&(fn.Write|fn.Append) != 0 {
				writes++
			}
		}
		reads := len(w.done)
		if len(w.refused) != writes || reads < len(g.Queues)+len(g.Buckets)+len(g.Secrets) {
			t.Errorf("%s: its self-check tried %d of %d writes, and read %d times", s.Name, len(w.refused), writes, reads)
		}
	}
}
