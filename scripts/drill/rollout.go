package drill

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatchlogs"
	"github.com/aws/aws-sdk-go-v2/service/lambda"
	"github.com/aws/aws-sdk-go-v2/service/lambda/types"

	"guardrails/infra/plan"
	"guardrails/shared/emulator"
)

const (
	// hookWithin bounds a hook; CodeDeploy itself waits an hour.
	hookWithin = 90 * time.Second
	// holdWithin is how long a shift waits for slow requests on both versions, so that it has something to cut.
	holdWithin = 30 * time.Second
	watchEvery = 500 * time.Millisecond
)

// step is the update of one function's alias.
type step struct {
	f        plan.Function
	old, new string
}

// shift is one change of the aliases.
type shift struct {
	begun, done time.Time
	// onOld and onNew are how many slow requests were in flight on each version when it began, toOld and toNew how many
	// requests of all functions each version had got by then.
	onOld, onNew, toOld, toNew int
}

// outcome is how a release went.
type outcome struct {
	begun, checked time.Time
	// refused are the functions whose new version did not pass the check; nothing was shifted then.
	refused []string
	// canary is the first shift, last the second one: on, or back if an alarm rang, whose name and time stand here.
	canary, last shift
	rang         string
	rangAt       time.Time
}

// rollout releases new versions of functions as CloudFormation and CodeDeploy do: it asks the hook about each, gives a
// share of the traffic to all that passed, watches the alarms, and goes on or back.
func (d *drill) rollout(ctx context.Context, steps []step) (outcome, error) {
	o := outcome{begun: time.Now()}
	err := d.check(ctx, steps, &o)
	o.checked = time.Now()
	if err != nil || len(o.refused) > 0 {
		return o, err
	}
	if o.canary, err = d.move(ctx, steps, func(s step) (string, *types.AliasRoutingConfiguration) {
		return s.old, &types.AliasRoutingConfiguration{AdditionalVersionWeights: map[string]float64{s.new: float64(d.canary.percent) / 100}}
	}, false); err != nil {
		return o, err
	}
	if err := d.watch(ctx, steps, &o); err != nil {
		return o, err
	}
	o.last, err = d.move(ctx, steps, func(s step) (string, *types.AliasRoutingConfiguration) {
		to := s.new
		if o.rang != "" {
			to = s.old
		}
		return to, &types.AliasRoutingConfiguration{AdditionalVersionWeights: map[string]float64{}}
	}, true)
	return o, err
}

// check asks the hook about each new version, one after the other, and hears all verdicts.
func (d *drill) check(ctx context.Context, steps []step, o *outcome) error {
	gate, ok := d.plan.Function(d.plan.Gate)
	if !ok {
		return errors.New("the plan has no pre-traffic check")
	}
	for _, s := range steps {
		dep := d.CodeDeploy.begin(s.f.Application, s.f.Group, appSpec(s.f.Physical, plan.LiveAlias, s.old, s.new, gate.Physical))
		_, err := d.deploying.Invoke(ctx, &lambda.InvokeInput{
			FunctionName: &gate.Physical, InvocationType: types.InvocationTypeEvent,
			Payload: fmt.Appendf(nil, `{"DeploymentId":%q,"LifecycleEventHookExecutionId":%q}`, dep.id, dep.execution),
		})
		if err != nil {
			return fmt.Errorf("call the hook: %w", err)
		}
		passed, err := dep.heard(ctx)
		if err != nil {
			return err
		}
		if !passed {
			o.refused = append(o.refused, s.f.Spec.Name)
		}
	}
	return nil
}

// move changes the aliases of all steps, when there are slow requests in flight: on the old version, and on the new one
// too if both have traffic.
func (d *drill) move(ctx context.Context, steps []step, to func(step) (string, *types.AliasRoutingConfiguration), both bool) (shift, error) {
	at := slices.IndexFunc(steps, func(s step) bool { return s.f.Spec.Name == slow })
	var sh shift
	err := until(ctx, "slow requests in flight", holdWithin, func(ctx context.Context) (bool, error) {
		counts, err := emulator.CountInvocations(ctx, d.Endpoint)
		if err != nil {
			return false, err
		}
		sh.onOld, sh.onNew = flying(counts, steps[at].f, steps[at].old), flying(counts, steps[at].f, steps[at].new)
		sh.toOld, sh.toNew = begun(counts, steps, func(s step) string { return s.old }), begun(counts, steps, func(s step) string { return s.new })
		return sh.onOld > 0 && (sh.onNew > 0 || !both), nil
	})
	if err != nil {
		return sh, err
	}
	sh.begun = time.Now()
	for _, s := range steps {
		version, routing := to(s)
		_, err := d.deploying.UpdateAlias(ctx, &lambda.UpdateAliasInput{
			FunctionName: &s.f.Physical, Name: aws.String(plan.LiveAlias), FunctionVersion: &version, RoutingConfig: routing,
		})
		if err != nil {
			return sh, fmt.Errorf("move the alias of %s: %w", s.f.Physical, err)
		}
	}
	sh.done = time.Now()
	return sh, nil
}

func flying(counts []emulator.Invocations, f plan.Function, version string) int {
	for _, c := range counts {
		if c.Function == f.Physical && c.Alias == plan.LiveAlias && c.Version == version {
			return c.Begun - c.Ended
		}
	}
	return 0
}

// begun is how many invocations of a version behind the alias were begun, of all steps.
func begun(counts []emulator.Invocations, steps []step, version func(step) string) int {
	n := 0
	for _, s := range steps {
		for _, c := range counts {
			if c.Function == s.f.Physical && c.Alias == plan.LiveAlias && c.Version == version(s) {
				n += c.Begun
			}
		}
	}
	return n
}

// watch evaluates the alarms that roll a deployment back until one rings or the canary's time is over.
func (d *drill) watch(ctx context.Context, steps []step, o *outcome) error {
	type pair struct {
		f plan.Function
		w watch
	}
	var alarms []pair
	for _, s := range steps {
		for _, a := range d.plan.FunctionAlarms(s.f) {
			if !a.Rollback {
				continue
			}
			w, err := newWatch(a, o.canary.begun, d.faster)
			if err != nil {
				return err
			}
			alarms = append(alarms, pair{s.f, w})
		}
	}
	errs, err := newErrorCounter(ctx, d.Endpoint)
	if err != nil {
		return err
	}
	end := o.canary.done.Add(d.canary.pause / time.Duration(d.faster))
	err = every(ctx, watchEvery, "the canary's time", time.Until(end)+holdWithin, func(ctx context.Context) (bool, error) {
		if err := errs.read(ctx); err != nil {
			return false, err
		}
		for _, p := range alarms {
			samples := errs.of(p.f)
			if ours(p.w.Alarm) {
				if samples, err = d.emitted(ctx, p.f, p.w.Alarm, o.canary.begun); err != nil {
					return false, err
				}
			}
			if now := time.Now(); p.w.rings(samples, now) {
				o.rang, o.rangAt = p.w.Name, now
				return true, nil
			}
		}
		return !time.Now().Before(end), nil
	})
	return err
}

// emitted reads what a function wrote of a metric since a moment.
func (d *drill) emitted(ctx context.Context, f plan.Function, a plan.Alarm, since time.Time) ([]sample, error) {
	out, err := d.logs.FilterLogEvents(ctx, &cloudwatchlogs.FilterLogEventsInput{
		LogGroupName: &f.LogGroup, StartTime: aws.Int64(since.UnixMilli()), FilterPattern: aws.String(`"` + a.Metric + `"`),
	})
	if err != nil {
		return nil, fmt.Errorf("read the log of %s: %w", f.Physical, err)
	}
	var samples []sample
	for _, e := range out.Events {
		if s, ok := embedded(strings.TrimSpace(aws.ToString(e.Message)), a); ok {
			samples = append(samples, s)
		}
	}
	return samples, nil
}

// errorCounter turns the emulator's counts of failed invocations into samples.
type errorCounter struct {
	endpoint string
	last     map[string]int
	samples  map[string][]sample
}

func newErrorCounter(ctx context.Context, endpoint string) (*errorCounter, error) {
	e := &errorCounter{endpoint: endpoint, last: map[string]int{}, samples: map[string][]sample{}}
	err := e.read(ctx)
	clear(e.samples) // what failed before counts for nothing
	return e, err
}

func (e *errorCounter) read(ctx context.Context) error {
	counts, err := emulator.CountInvocations(ctx, e.endpoint)
	if err != nil {
		return err
	}
	sums := map[string]int{}
	for _, c := range counts {
		if c.Alias == plan.LiveAlias {
			sums[c.Function] += c.Failed
		}
	}
	now := time.Now()
	for name, n := range sums {
		if n > e.last[name] {
			e.samples[name] = append(e.samples[name], sample{now, float64(n - e.last[name])})
		}
		e.last[name] = n
	}
	return nil
}

func (e *errorCounter) of(f plan.Function) []sample { return e.samples[f.Physical] }
