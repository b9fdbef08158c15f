package ops_test

import (
	"net/http"
	"strings"
	"testing"

	"guardrails/functions"
	"guardrails/functions/ops"
	"guardrails/shared/authz"
	"guardrails/shared/fntest"
	"guardrails/shared/queue"
	"guardrails/shared/registry"
)

// TestMetricsTellWhatWaitsAndWhatWasCounted reads the metrics as Prometheus does, with a message in one queue.
func TestMetricsTellWhatWaitsAndWhatWasCounted(t *testing.T) {
	t.Parallel()
	sys := fntest.New(t, functions.Catalog(), ops.Bindings())
	own := sys.NewTenant(t, registry.New{})
	as := own.As(authz.PlatformAdmin)
	if err := sys.Env().Queue(queue.Tasks).Send(t.Context(), own.Scope(t), map[string]string{"task": "none"}); err != nil {
		t.Fatal(err)
	}
	sys.Call(t, "health", fntest.Request{}).Want(t, http.StatusOK)
	res := sys.Call(t, "metrics", fntest.Request{As: &as}).Want(t, http.StatusOK)
	if got := res.Header.Get("Content-Type"); got != "text/plain; version=0.0.4; charset=utf-8" {
		t.Errorf("the type is %q", got)
	}
	text := string(res.Body)
	for _, want := range []string{
		`guardrails_requests_total{function="health"} 1`, `guardrails_request_duration_seconds_count{function="health"} 1`,
		`guardrails_queue_up{queue="tasks"} 1`, `guardrails_queue_up{queue="job-chunks-dlq"} 1`,
		`guardrails_queue_messages{queue="tasks-dlq",state="waiting"} 0`, "# TYPE guardrails_queue_messages gauge", "guardrails_build_info{version=",
	} {
		if !strings.Contains(text, want) {
			t.Errorf("the metrics lack %s", want)
		}
	}
	if strings.Contains(text, `guardrails_queue_messages{queue="tasks",state="waiting"} 0`) {
		t.Error("the message that waits is not counted")
	}
	if strings.Contains(text, own.ID) {
		t.Error("the metrics name a tenant")
	}
	if t.Failed() {
		t.Log(text)
	}
}

// TestMetricsAreForThePlatformAlone tries every other role, and nobody.
func TestMetricsAreForThePlatformAlone(t *testing.T) {
	t.Parallel()
	sys := fntest.New(t, functions.Catalog(), ops.Bindings())
	own := sys.NewTenant(t, registry.New{})
	sys.Call(t, "metrics", fntest.Request{}).Want(t, http.StatusUnauthorized)
	for _, role := range authz.Roles() {
		if role == authz.PlatformAdmin {
			continue
		}
		as := own.As(role)
		sys.Call(t, "metrics", fntest.Request{As: &as}).Want(t, http.StatusForbidden)
	}
}

// TestMetricsWithoutQueues cuts the stores: the scrape succeeds, and says which queues did not answer.
func TestMetricsWithoutQueues(t *testing.T) {
	t.Parallel()
	sys := fntest.New(t, functions.Catalog(), ops.Bindings())
	own := sys.NewTenant(t, registry.New{})
	as := own.As(authz.PlatformAdmin)
	sys.Cut()
	defer sys.Mend()
	text := string(sys.Call(t, "metrics", fntest.Request{As: &as}).Want(t, http.StatusOK).Body)
	if !strings.Contains(text, `guardrails_queue_up{queue="tasks"} 0`) || strings.Contains(text, `guardrails_queue_messages{queue="tasks"`) {
		t.Errorf("of queues that do not answer the metrics say\n%s", text)
	}
}
