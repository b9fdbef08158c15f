package fn_test

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"guardrails/shared/clock"
	"guardrails/shared/fn"
	"guardrails/shared/fntest"
)

// keeper decides and hears as its fields say.
type keeper struct {
	decide func(ctx context.Context) error
	deaf   bool
	// heard are the verdicts that were reported, with what they were about.
	heard []string
}

func (k *keeper) Decide(ctx context.Context, _ string) error { return k.decide(ctx) }

func (k *keeper) Report(ctx context.Context, deployment, execution string, passed bool) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	if k.deaf {
		return errors.New("no answer")
	}
	verdict := "no"
	if passed {
		verdict = "yes"
	}
	k.heard = append(k.heard, deployment+" "+execution+" "+verdict)
	return nil
}

func buildGate(t *testing.T, k *keeper, timeout time.Duration) (fn.Function, *fntest.Log) {
	t.Helper()
	log := &fntest.Log{}
	spec := fn.Spec{Name: "gate", Trigger: fn.Deployment(), Timeout: timeout}
	f, err := fn.Build(spec, fn.Bindings{"gate": fn.Gate(func(*fn.Env) (fn.Keeper, error) { return k, nil })}, fn.Config{Environment: "test", Clock: clock.System(), Log: log})
	if err != nil {
		t.Fatal(err)
	}
	return f, log
}

// TestAGateAlwaysTellsItsVerdict makes the check end in every way that it can.
func TestAGateAlwaysTellsItsVerdict(t *testing.T) {
	t.Parallel()
	stuck := make(chan struct{})
	t.Cleanup(func() { close(stuck) })
	for name, c := range map[string]struct {
		decide func(context.Context) error
		want   string
	}{
		"lets pass": {func(context.Context) error { return nil }, "yes"},
		"refuses":   {func(context.Context) error { return errors.New("broken") }, "no"},
		"panics":    {func(context.Context) error { panic("planted value") }, "no"},
		"overruns": {func(ctx context.Context) error {
			<-ctx.Done()
			return ctx.Err()
		}, "no"},
		"overruns and does not heed its context": {func(context.Context) error {
			<-stuck
			return nil
		}, "no"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			k := &keeper{decide: c.decide}
			f, log := buildGate(t, k, 10*time.Second+50*time.Millisecond)
			if _, err := f.Invoke(t.Context(), []byte(`{"DeploymentId":"d-1","LifecycleEventHookExecutionId":"e-1"}`)); err != nil {
				t.Fatal(err)
			}
			if len(k.heard) != 1 || k.heard[0] != "d-1 e-1 "+c.want {
				t.Errorf("CodeDeploy heard %q, want one %s", k.heard, c.want)
			}
			if strings.Contains(log.String(), "planted value") || (c.want == "no") != strings.Contains(log.String(), "new version refused") {
				t.Errorf("the log says %s", log)
			}
		})
	}
}

// TestAGateFailsWhenNobodyHearsIt rings the alarm of the gate's own errors: then the deployment waits for nothing.
func TestAGateFailsWhenNobodyHearsIt(t *testing.T) {
	t.Parallel()
	k := &keeper{decide: func(context.Context) error { return nil }, deaf: true}
	f, _ := buildGate(t, k, time.Minute)
	for _, payload := range []string{`{"DeploymentId":"d-1","LifecycleEventHookExecutionId":"e-1"}`, `{"DeploymentId":"d-1"}`, `{}`, `[]`, `nonsense`} {
		if out, err := f.Invoke(t.Context(), []byte(payload)); err == nil {
			t.Errorf("%s is answered %s", payload, out)
		}
	}
}
