package drill

import (
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatchlogs"
	"github.com/aws/aws-sdk-go-v2/service/lambda"

	"guardrails/functions"
	"guardrails/infra/plan"
	"guardrails/shared/emulator"
	"guardrails/shared/provision"
)

// Where says which deployed system is drilled.
type Where struct {
	// Root is the project, Scratch a folder for copies of it.
	Root, Scratch string
	// Endpoint is MiniStack's, URL the deployed API's, PlatformKey a platform administrator's.
	Endpoint, URL, PlatformKey string
	Environment                string
	// Architecture is Lambda's name of what the functions run on; Canary is CodeDeploy's name of how a version gets its
	// traffic.
	Architecture, Canary string
	// CodeDeploy is the stand-in that the functions were told of, Deploying the session of CodeDeploy's role that it works
	// with.
	CodeDeploy *CodeDeploy
	Deploying  aws.Config
}

const (
	// faster is how much shorter the canary and the periods of alarms are than on AWS.
	faster = 6
	// enough is how many requests must end after each change, to show what it did.
	enough = 60
	within = 12 * time.Minute
)

// canary is a predefined configuration of CodeDeploy: a share of the traffic, and for how long.
type canary struct {
	percent int
	pause   time.Duration
}

func readCanary(name string) (canary, error) {
	var c canary
	var minutes int
	if _, err := fmt.Sscanf(name, "CodeDeployDefault.LambdaCanary%dPercent%dMinutes", &c.percent, &minutes); err != nil {
		return c, fmt.Errorf("%s is not one of CodeDeploy's canaries: %w", name, err)
	}
	c.pause = time.Duration(minutes) * time.Minute
	return c, nil
}

type drill struct {
	Where
	plan   plan.Plan
	canary canary
	faster int
	// lambda is the client of whoever publishes versions, deploying that of CodeDeploy.
	lambda, deploying *lambda.Client

	logs   *cloudwatchlogs.Client
	load   *load
	report *tabwriter.Writer
	zips   map[string][]byte
	// live are the versions that the aliases have, by function.
	live map[string]string
}

// Run drills the system and prints what was seen. It returns an error if a caller saw what none must see.
func Run(ctx context.Context, w io.Writer, at Where) error {
	ctx, cancel := context.WithTimeout(ctx, within)
	defer cancel()
	d, err := prepare(ctx, w, at)
	if err != nil {
		return err
	}
	callers, err := d.load.prepare(ctx, at.PlatformKey)
	if err != nil {
		return err
	}
	running, stop := context.WithCancel(ctx)
	d.load.start(running, callers)
	fmt.Fprintln(d.report, "step\ttook\trequests begun\tfailed\tslow ones in flight at the shift, old + new\tof them cut")
	err = d.scenarios(ctx)
	stop()
	d.load.wait()
	_ = d.report.Flush() // the terminal may be gone
	if err != nil {
		return err
	}
	all := d.load.matching(func(call) bool { return true })
	fmt.Fprintf(w, "%d requests in all. The clock of canary and alarms runs %d times faster than on AWS, where %s waits %s and a period is a minute.\n", len(all), faster, at.Canary, d.canary.pause)
	fmt.Fprintln(w, "CodeDeploy is a stand-in here: that a deployment takes less than 15 minutes and a rollback less than 5 is to be shown on AWS.")
	return nil
}

func prepare(ctx context.Context, w io.Writer, at Where) (*drill, error) {
	d := &drill{
		Where: at, faster: faster, zips: map[string][]byte{}, live: map[string]string{},
		load: newLoad(at.URL), report: tabwriter.NewWriter(w, 0, 0, 2, ' ', 0),
	}
	var err error
	if d.canary, err = readCanary(at.Canary); err != nil {
		return nil, err
	}
	if d.plan, err = plan.New(at.Environment, provision.Account, functions.Catalog()); err != nil {
		return nil, err
	}
	cfg, err := provision.Loopback(at.Endpoint)
	if err != nil {
		return nil, err
	}
	d.lambda, d.deploying, d.logs = lambda.NewFromConfig(cfg), lambda.NewFromConfig(at.Deploying), cloudwatchlogs.NewFromConfig(cfg)
	for _, v := range variants() {
		if d.zips[v.name], err = d.build(ctx, v); err != nil {
			return nil, err
		}
	}
	return d, d.begin(ctx)
}

// begin gives every function of the context a version to begin with, which is the product as it was deployed.
func (d *drill) begin(ctx context.Context) error {
	if err := d.slowDown(ctx); err != nil {
		return err
	}
	for _, f := range d.functions() {
		version, err := d.publish(ctx, f, nil)
		if err != nil {
			return err
		}
		if _, err := d.lambda.UpdateAlias(ctx, &lambda.UpdateAliasInput{FunctionName: &f.Physical, Name: aws.String(plan.LiveAlias), FunctionVersion: &version}); err != nil {
			return fmt.Errorf("move the alias of %s: %w", f.Physical, err)
		}
		d.live[f.Spec.Name] = version
	}
	return nil
}

func (d *drill) functions() []plan.Function {
	var out []plan.Function
	for _, f := range d.plan.Functions {
		if f.Spec.Context == Context {
			out = append(out, f)
		}
	}
	return out
}

// release publishes a variant of every function of the context, and rolls it out.
func (d *drill) release(ctx context.Context, name string) ([]step, outcome, error) {
	var steps []step
	for _, f := range d.functions() {
		version, err := d.publish(ctx, f, d.zips[name])
		if err != nil {
			return nil, outcome{}, err
		}
		steps = append(steps, step{f, d.live[f.Spec.Name], version})
	}
	o, err := d.rollout(ctx, steps)
	return steps, o, err
}

func (d *drill) scenarios(ctx context.Context) error {
	if err := d.load.settle(ctx, time.Now(), enough); err != nil {
		return err
	}
	for _, s := range []struct {
		name string
		run  func(context.Context) error
	}{
		{"a good version goes out", d.good},
		{"a version that cannot start is stopped", d.broken},
		{"a version whose role lacks a grant is stopped", d.ungranted},
		{"a version that fails under traffic is rolled back", d.faulty},
	} {
		fmt.Fprintln(d.report, s.name+"\t\t\t\t\t")
		if err := s.run(ctx); err != nil {
			return fmt.Errorf("%s: %w", s.name, err)
		}
	}
	return nil
}

// row prints a part of a scenario.
func (d *drill) row(name string, from, to time.Time, sh *shift) {
	calls, at, cut := d.load.during(from, to), "-", "-"
	if sh != nil {
		at, cut = fmt.Sprintf("%d + %d", sh.onOld, sh.onNew), fmt.Sprint(len(failures(d.load.inFlight(sh.begun))))
	}
	fmt.Fprintf(d.report, "  %s\t%.1f s\t%d\t%d\t%s\t%s\n", name, to.Sub(from).Seconds(), len(calls), len(failures(calls)), at, cut)
}

// good expects that nobody notices.
func (d *drill) good(ctx context.Context) error {
	from := time.Now()
	steps, o, err := d.release(ctx, "good")
	if err != nil {
		return err
	}
	if o.rang != "" || len(o.refused) > 0 {
		return fmt.Errorf("it was refused by %v or rolled back by %q", o.refused, o.rang)
	}
	wrong, end, err := d.after(ctx, steps, o.last, func(s step) string { return s.old })
	if err != nil {
		return err
	}
	d.row(fmt.Sprintf("versions published, and %d of %d passed the check", len(steps), len(steps)), from, o.checked, nil)
	d.row(fmt.Sprintf("%d %% of the traffic (%.1f %% of %d invocations)", d.canary.percent, 100*o.share(), o.invocations()), o.checked, o.last.begun, &o.canary)
	d.row("all of it", o.last.begun, end, &o.last)
	for _, s := range steps {
		d.live[s.f.Spec.Name] = s.new
	}
	return errors.Join(d.noneFailed(from, end), d.shared(o), d.noneCut(o), none("the old version", wrong))
}

// broken expects that a version none of whose functions starts gets no traffic at all.
func (d *drill) broken(ctx context.Context) error {
	var all []string
	for _, f := range d.functions() {
		all = append(all, f.Spec.Name)
	}
	return d.stopped(ctx, "broken at start", all)
}

// ungranted expects the same of a version one of whose functions declares what its role does not have yet.
func (d *drill) ungranted(ctx context.Context) error {
	return d.stopped(ctx, "lacks a grant", []string{read})
}

// stopped releases a version that the check must refuse for these functions and no others.
func (d *drill) stopped(ctx context.Context, name string, refused []string) error {
	from := time.Now()
	steps, o, err := d.release(ctx, name)
	if err != nil {
		return err
	}
	wrong, end, err := d.after(ctx, steps, shift{begun: o.checked, done: o.checked}, func(s step) string { return s.new })
	if err != nil {
		return err
	}
	d.row(fmt.Sprintf("versions published, and %d of %d refused by the check", len(o.refused), len(steps)), from, o.checked, nil)
	d.row("nothing was moved", o.checked, end, nil)
	if !slices.Equal(o.refused, refused) {
		return fmt.Errorf("the check refused %v, want %v", o.refused, refused)
	}
	return errors.Join(d.noneFailed(from, end), d.stands(ctx, steps), none("the refused version", wrong))
}

// faulty expects that the alarm on answers with 5xx takes the version back, that only the canary's share saw it, and that
// no slow request was cut on either version.
func (d *drill) faulty(ctx context.Context) error {
	from := time.Now()
	steps, o, err := d.release(ctx, "fails under traffic")
	if err != nil {
		return err
	}
	f, _ := d.plan.Function(read)
	if len(o.refused) > 0 || o.rang != f.Physical+"-failures" {
		return fmt.Errorf("it was refused by %v or rolled back by %q", o.refused, o.rang)
	}
	wrong, end, err := d.after(ctx, steps, o.last, func(s step) string { return s.new })
	if err != nil {
		return err
	}
	d.row(fmt.Sprintf("versions published, and %d of %d passed the check", len(steps), len(steps)), from, o.checked, nil)
	d.row(fmt.Sprintf("%d %% of the traffic, until %s rang", d.canary.percent, o.rang), o.checked, o.rangAt, &o.canary)
	d.row("the drill waits until slow requests are on both versions", o.rangAt, o.last.begun, nil)
	d.row("back to the old version", o.last.begun, o.last.done, &o.last)
	d.row("none but the old version", o.last.done, end, nil)
	failed := failures(d.load.during(from, end))
	var errs []error
	for _, c := range failed {
		if c.slow || c.err != nil || c.ended.Before(o.canary.begun) || c.begun.After(o.last.done) {
			errs = append(errs, fmt.Errorf("a request failed that the fault cannot explain: %s", c))
		}
	}
	if len(failed) == 0 {
		errs = append(errs, errors.New("the fault was seen by nobody, so nothing was shown"))
	}
	return errors.Join(errors.Join(errs...), d.shared(o), d.noneCut(o), d.stands(ctx, steps), none("the faulty version", wrong))
}

// after waits until what was in flight at a shift has ended, and then counts how often a version is still invoked while
// enough requests come.
func (d *drill) after(ctx context.Context, steps []step, sh shift, version func(step) string) (int, time.Time, error) {
	if err := d.load.settle(ctx, sh.done, 0); err != nil {
		return 0, time.Time{}, err
	}
	before, err := emulator.CountInvocations(ctx, d.Endpoint)
	if err != nil {
		return 0, time.Time{}, err
	}
	if err := d.load.settle(ctx, time.Now(), enough); err != nil {
		return 0, time.Time{}, err
	}
	now, err := emulator.CountInvocations(ctx, d.Endpoint)
	return begun(now, steps, version) - begun(before, steps, version), time.Now(), err
}

func none(version string, n int) error {
	if n != 0 {
		return fmt.Errorf("%s was invoked %d times when it should have had no traffic", version, n)
	}
	return nil
}

func (d *drill) noneFailed(from, to time.Time) error {
	list := failures(d.load.during(from, to))
	if len(list) == 0 {
		return nil
	}
	return fmt.Errorf("%d requests failed, the first with %s", len(list), list[0])
}

// noneCut checks the slow requests that were in flight at the two shifts.
func (d *drill) noneCut(o outcome) error {
	for _, sh := range []shift{o.canary, o.last} {
		if list := failures(d.load.inFlight(sh.begun)); len(list) > 0 {
			return fmt.Errorf("%d requests in flight were cut, the first with %s", len(list), list[0])
		}
	}
	return nil
}

// invocations is how many invocations there were during the canary, share which part of them the new version got.
func (o outcome) invocations() int { return o.last.toOld - o.canary.toOld + o.last.toNew }

func (o outcome) share() float64 { return float64(o.last.toNew) / float64(max(1, o.invocations())) }

// shared checks that the versions shared the traffic as the canary says, give or take what chance does to so few, and
// that slow requests were in flight on each when it ended.
func (d *drill) shared(o outcome) error {
	if want := float64(d.canary.percent) / 100; o.share() < want/3 || o.share() > want*3 {
		return fmt.Errorf("the new version got %.1f %% of %d invocations, want %d %%", 100*o.share(), o.invocations(), d.canary.percent)
	}
	if o.last.onOld == 0 || o.last.onNew == 0 {
		return fmt.Errorf("during the canary %d slow requests were on the old version and %d on the new one", o.last.onOld, o.last.onNew)
	}
	return nil
}

// stands checks that each alias is where it was before.
func (d *drill) stands(ctx context.Context, steps []step) error {
	var wrong []string
	for _, s := range steps {
		now, err := d.lambda.GetAlias(ctx, &lambda.GetAliasInput{FunctionName: &s.f.Physical, Name: aws.String(plan.LiveAlias)})
		if err != nil {
			return fmt.Errorf("look at the alias of %s: %w", s.f.Physical, err)
		}
		if *now.FunctionVersion != s.old || now.RoutingConfig != nil && len(now.RoutingConfig.AdditionalVersionWeights) > 0 {
			wrong = append(wrong, s.f.Physical)
		}
	}
	if len(wrong) > 0 {
		return fmt.Errorf("the aliases of %s are not where they were", strings.Join(wrong, ", "))
	}
	return nil
}
