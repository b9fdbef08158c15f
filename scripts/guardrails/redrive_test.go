package main

import (
	"strings"
	"testing"

	"guardrails/shared/awstest"
	"guardrails/shared/queue"
)

func TestRedriveTellsWhatIsWrong(t *testing.T) {
	for want, args := range map[string][]string{
		"--queue is one of analyses": {"--env", "local", "--queue", "nosuch"},
		"--env says where":           {"--env", "", "--queue", queue.Deliveries},
		"takes no arguments":         {"--env", "local", "--queue", queue.Deliveries, "stray"},
		"there is no environment":    {"--env", "nosuch", "--queue", queue.Deliveries},
		"not negative":               {"--env", "local", "--queue", queue.Deliveries, "--max", "-1"},
		"nothing is older":           {"--env", "local", "--queue", queue.Deliveries, "--older", "2h", "--younger", "1h"},
	} {
		if status, out, errOut := call(t, "", append([]string{"redrive"}, args...)...); status != exitUsage || out != "" || !strings.Contains(errOut, want) {
			t.Errorf("%v: exit %d, %s%s, want %q", args, status, out, errOut, want)
		}
	}
}

// TestRedriveCounts asks an environment whose dead-letter queue is empty, and one that has no queues.
func TestRedriveCounts(t *testing.T) {
	for name, value := range map[string]string{
		"AWS_ENDPOINT_URL": awstest.Endpoint(t), "AWS_REGION": "us-east-1", "AWS_ACCESS_KEY_ID": "test", "AWS_SECRET_ACCESS_KEY": "test",
	} {
		t.Setenv(name, value)
	}
	awstest.Provision(t, "staging", queue.Deliveries)
	status, out, errOut := call(t, "", "redrive", "--env", "staging", "--queue", queue.Deliveries, "--dry-run")
	if status != 0 || out != "0 would be moved\n" {
		t.Errorf("exit %d, %q %s", status, out, errOut)
	}
	if status, _, errOut = call(t, "", "redrive", "--env", "prod", "--queue", queue.Replays); status != exitFailed || !strings.Contains(errOut, "find queue guardrails-prod-replays-dlq") {
		t.Errorf("exit %d, %s", status, errOut)
	}
}
