package fn

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"go.opentelemetry.io/otel/codes"
	"go.opentelemetry.io/otel/trace"
)

// reportWithin is what a gate keeps of its function's time to tell its verdict.
const reportWithin = 10 * time.Second

// Keeper stands at the gate. It is asked about a deployment by its id.
type Keeper interface {
	// Decide says whether the new version may have traffic: nil lets it come.
	Decide(ctx context.Context, deployment string) error
	// Report tells CodeDeploy the verdict on one execution of the hook.
	Report(ctx context.Context, deployment, execution string, passed bool) error
}

// Gate binds the check that CodeDeploy asks before it moves traffic. The edge reports the verdict, whatever the check
// does: an error, a panic and a deadline are all a no. Only a process that is killed says nothing, and CodeDeploy takes
// an hour of silence for a no.
func Gate(build func(*Env) (Keeper, error)) Binding {
	return Binding{kind: TriggerDeployment, build: func(env *Env) (Function, error) {
		k, err := build(env)
		if err != nil {
			return nil, err
		}
		return &gate{env: env, keeper: k}, nil
	}}
}

type gate struct {
	env    *Env
	keeper Keeper
}

// Invoke handles one lifecycle event hook. A refusal is a success of the gate: it is an error only if nobody hears of it.
func (g *gate) Invoke(ctx context.Context, payload []byte) ([]byte, error) {
	var ev struct {
		Deployment string `json:"DeploymentId"`
		Execution  string `json:"LifecycleEventHookExecutionId"`
	}
	if err := json.Unmarshal(payload, &ev); err != nil || ev.Deployment == "" || ev.Execution == "" {
		return nil, errors.New("the payload is not a lifecycle event of CodeDeploy")
	}
	ctx, span := g.env.start(ctx, "check a deployment", trace.SpanKindConsumer)
	defer span.End()
	verdict := g.verdict(ctx, ev.Deployment)
	g.env.countRefusal(verdict)
	if verdict != nil {
		g.env.Log.ErrorContext(ctx, "new version refused", "deployment", ev.Deployment, "error", verdict.Error())
	}
	report, cancel := context.WithTimeout(context.WithoutCancel(ctx), reportWithin-answerMargin)
	defer cancel()
	err := g.keeper.Report(report, ev.Deployment, ev.Execution, verdict == nil)
	g.env.countRefusal(err)
	if err != nil {
		span.SetStatus(codes.Error, "not reported")
		g.env.Log.ErrorContext(ctx, "verdict not reported", "deployment", ev.Deployment, "error", err.Error())
	}
	flush(ctx, g.env)
	if err != nil {
		return nil, errors.New("the verdict cannot be reported now")
	}
	return []byte("{}"), nil
}

// verdict runs the check, and does not wait for one that overruns its time.
func (g *gate) verdict(ctx context.Context, id string) error {
	ctx, cancel := context.WithTimeout(ctx, g.env.Spec.Timeout-reportWithin)
	defer cancel()
	done := make(chan error, 1)
	go func() { done <- g.env.guard(ctx, func() error { return g.keeper.Decide(ctx, id) }) }()
	select {
	case err := <-done:
		return err
	case <-ctx.Done():
		return fmt.Errorf("the check was not done in time: %w", ctx.Err())
	}
}
