package builtin_test

import (
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/google/go-cmp/cmp"

	"guardrails/shared/clock"
	"guardrails/shared/deliver/builtin"
)

// TestKinds compares names and limits with what the documentation says.
func TestKinds(t *testing.T) {
	t.Parallel()
	type limits struct {
		PerSecond float64
		Breaker   int
		Keyed     bool
	}
	want := map[string]limits{
		"webhook": {50, 5, true}, "slack": {10, 3, false}, "email": {5, 2, false}, "pagerduty": {10, 5, false},
		"sqs": {100, 5, false}, "eventbridge": {100, 5, false},
	}
	got := map[string]limits{}
	for _, k := range builtin.Kinds(builtin.Options{Clock: clock.System(), AWS: aws.Config{Region: "eu-central-1"}, MailFrom: "a@example.com"}) {
		d := k.Defaults()
		got[k.Name()] = limits{d.PerSecond, d.BreakerFailures, k.Keyed()}
		if d.Timeout.Seconds() != 15 {
			t.Errorf("%s: %s", k.Name(), d.Timeout)
		}
	}
	if d := cmp.Diff(want, got); d != "" {
		t.Error(d)
	}
}
