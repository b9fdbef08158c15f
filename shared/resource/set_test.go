package resource_test

import (
	"testing"

	"guardrails/shared/queue"
	"guardrails/shared/resource"
	"guardrails/shared/table"
)

func TestNames(t *testing.T) {
	t.Parallel()
	cases := map[string]string{
		resource.Table("dev", "jobs"):                 "guardrails-dev-jobs",
		resource.Queue("dev", "tasks"):                "guardrails-dev-tasks",
		resource.Bucket("dev", "", "content"):         "guardrails-dev-content",
		resource.Bucket("dev", "123456789012", "x"):   "guardrails-dev-123456789012-x",
		resource.Secret("dev", "cursor-key"):          "guardrails/dev/cursor-key",
		resource.KeyAlias("dev"):                      "alias/guardrails-dev",
		resource.Function("dev", "analyze"):           "guardrails-dev-analyze",
		resource.Queue("dev", queue.DLQ(queue.Tasks)): "guardrails-dev-tasks-dlq",
	}
	for got, want := range cases {
		if got != want {
			t.Errorf("%s, want %s", got, want)
		}
	}
}

func TestEveryQueueHasItsDeadLetterQueueBeforeIt(t *testing.T) {
	t.Parallel()
	seen := map[string]bool{}
	for _, q := range resource.Of("dev", "").Queues {
		if q.DeadLetter != "" && (!seen[q.DeadLetter] || q.MaxReceive < 1) {
			t.Errorf("%s: dead-letter queue %s after %d receives", q.Physical, q.DeadLetter, q.MaxReceive)
		}
		seen[q.Physical] = true
	}
}

func TestOnlyTakesQueuesWithTheirDeadLetterQueues(t *testing.T) {
	t.Parallel()
	set := resource.Of("dev", "").Only(table.Jobs, queue.Tasks, "nothing")
	if len(set.Tables) != 1 || len(set.Queues) != 2 || set.Key.Alias != "" || len(set.Buckets)+len(set.Secrets) != 0 {
		t.Errorf("set %+v", set)
	}
}
