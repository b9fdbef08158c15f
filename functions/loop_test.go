package functions_test

import (
	"testing"

	"guardrails/shared/fntest"
	"guardrails/shared/queue"
)

// A webhook that arrives at the API itself, with a key that its owner put into its headers, is refused: one whose test
// makes the next would go on forever.
func TestOurOwnWebhooksAreNoRequests(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	dst, _ := w.destination(t, quietly(t).URL(), nil)
	for name, agent := range map[string]string{"User-Agent": "Guardrails-Webhooks/1", "user-agent": "Guardrails-Webhook/1.0"} {
		request := fntest.Request{Path: path(dst), Headers: map[string]string{name: agent}}
		w.call(t, "destinations-test", request).WantProblem(t, 403, "forbidden")
	}
	if n := len(w.post.Take(queue.Deliveries)); n != 0 {
		t.Errorf("%d deliveries", n)
	}
	w.call(t, "destinations-test", fntest.Request{Path: path(dst), Headers: map[string]string{"User-Agent": "curl/8"}}).Want(t, 202)
}
