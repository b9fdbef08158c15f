package deployment_test

import (
	"testing"

	"guardrails/shared/clock"
	"guardrails/shared/deployment"
	"guardrails/shared/fn"
	"guardrails/shared/fntest"
)

func TestOnlyAGateLooksAtDeployments(t *testing.T) {
	t.Parallel()
	for _, trigger := range []fn.Trigger{fn.HTTP("GET", "/x"), fn.Queue("tasks", 1, 0), fn.Every(1), fn.Authorizer(), fn.Deployment()} {
		env := fn.NewEnv(fn.Spec{Name: "x", Trigger: trigger}, fn.Config{Clock: clock.System(), Log: &fntest.Log{}})
		_, err := deployment.New(env)
		if gate := trigger.Kind == fn.TriggerDeployment; (err == nil) != gate {
			t.Errorf("a function of the kind %s: %v", trigger.Kind, err)
		}
	}
}
