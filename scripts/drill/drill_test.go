package drill

import (
	"bytes"
	"context"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/codedeploy"
	"github.com/aws/aws-sdk-go-v2/service/codedeploy/types"

	"guardrails/functions"
	"guardrails/infra/plan"
	"guardrails/shared/clock"
	"guardrails/shared/telemetry"
)

var begin = time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)

func alarm() plan.Alarm {
	return plan.Alarm{
		Name: "a", Namespace: telemetry.Namespace, Metric: string(telemetry.RequestErrors), Dimensions: [][2]string{{telemetry.FunctionDimension, "f"}},
		Statistic: "Sum", Period: time.Minute, Bad: 2, Of: 5, Comparison: plan.AtLeast, Threshold: 5,
	}
}

// TestAlarmsRingAsCloudWatchs evaluates two bad of five periods, on a clock that is six times faster: ten seconds each.
func TestAlarmsRingAsCloudWatchs(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		// at are the values by second, now the second at which they are looked at.
		at   map[int]float64
		now  int
		want bool
	}{
		"nothing":                   {nil, 60, false},
		"one bad period":            {map[int]float64{3: 9}, 60, false},
		"two bad periods":           {map[int]float64{3: 5, 13: 5}, 20, true},
		"the second is not over":    {map[int]float64{3: 5, 13: 5}, 19, false},
		"below the threshold":       {map[int]float64{3: 5, 13: 4}, 60, false},
		"values of a period add up": {map[int]float64{1: 3, 9: 2, 10: 1, 19: 4}, 20, true},
		"a good period between":     {map[int]float64{3: 5, 33: 5}, 40, true},
		"the first has passed":      {map[int]float64{3: 5, 53: 5}, 60, false},
		"before the deployment":     {map[int]float64{-7: 50, -3: 50, 3: 5}, 20, false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w, err := newWatch(alarm(), begin, 6)
			if err != nil {
				t.Fatal(err)
			}
			var samples []sample
			for second, value := range c.at {
				samples = append(samples, sample{begin.Add(time.Duration(second) * time.Second), value})
			}
			if got := w.rings(samples, begin.Add(time.Duration(c.now)*time.Second)); got != c.want {
				t.Errorf("it rings: %v, want %v", got, c.want)
			}
		})
	}
}

// TestMetricsAreReadAsTheyAreWritten reads what the functions' own counters write.
func TestMetricsAreReadAsTheyAreWritten(t *testing.T) {
	t.Parallel()
	var log bytes.Buffer
	m := telemetry.NewMetrics(&log, "f", clock.System(), nil)
	m.Count(telemetry.Requests, 7)
	m.Count(telemetry.RequestErrors, 3)
	if err := m.Flush(); err != nil {
		t.Fatal(err)
	}
	other := alarm()
	other.Dimensions = [][2]string{{telemetry.FunctionDimension, "g"}}
	missing := alarm()
	missing.Metric = "Rejected"
	for name, c := range map[string]struct {
		line string
		of   plan.Alarm
		want float64
	}{
		"the alarm's metric": {log.String(), alarm(), 3},
		"another function's": {log.String(), other, 0},
		"another metric":     {log.String(), missing, 0},
		"a log line":         {`{"level":"ERROR","msg":"RequestErrors"}`, alarm(), 0},
		"no JSON":            {`REPORT "_aws" RequestErrors`, alarm(), 0},
	} {
		if s, ok := embedded(c.line, c.of); s.value != c.want || ok != (c.want > 0) {
			t.Errorf("%s: %v, %v", name, s.value, ok)
		}
	}
}

// TestTheDrillKnowsEveryRollbackAlarm fails when the plan has an alarm that the drill would not evaluate as CloudWatch
// does.
func TestTheDrillKnowsEveryRollbackAlarm(t *testing.T) {
	t.Parallel()
	p, err := plan.New("local", "", functions.Catalog())
	if err != nil {
		t.Fatal(err)
	}
	known := 0
	for _, f := range p.Functions {
		for _, a := range p.FunctionAlarms(f) {
			if !a.Rollback {
				continue
			}
			known++
			if _, err := newWatch(a, begin, faster); err != nil {
				t.Error(err)
			}
			if f.Spec.Context == Context && !ours(a) && (a.Namespace != "AWS/Lambda" || a.Metric != "Errors") {
				t.Errorf("the drill has no figures for %s", a.Name)
			}
		}
	}
	if known == 0 {
		t.Error("no alarm rolls a deployment back")
	}
}

// TestVersionsFitTheTree makes every version from the files as they are.
func TestVersionsFitTheTree(t *testing.T) {
	t.Parallel()
	for _, v := range variants() {
		dir := t.TempDir()
		for _, e := range v.edits {
			path := filepath.Join(dir, e.file)
			if err := os.MkdirAll(filepath.Dir(path), 0o750); err != nil {
				t.Fatal(err)
			}
			if e.old == "" {
				continue
			}
			source, err := os.ReadFile(filepath.Join("..", "..", e.file))
			if err != nil {
				t.Fatal(err)
			}
			if err := os.WriteFile(path, source, 0o600); err != nil {
				t.Fatal(err)
			}
		}
		if err := v.apply(dir); err != nil {
			t.Error(err)
		}
		if err := v.apply(t.TempDir()); err == nil {
			t.Errorf("the version %q was made of nothing", v.name)
		}
	}
}

func TestOnlyCanariesAreDrilled(t *testing.T) {
	t.Parallel()
	c, err := readCanary("CodeDeployDefault.LambdaCanary10Percent5Minutes")
	if err != nil || c.percent != 10 || c.pause != 5*time.Minute {
		t.Errorf("%+v, %v", c, err)
	}
	if _, err := readCanary("CodeDeployDefault.LambdaAllAtOnce"); err == nil {
		t.Error("all at once is a canary")
	}
}

// TestTheStandInSpeaksCodeDeploysProtocol asks it what the pre-traffic check asks, with the SDK's client.
func TestTheStandInSpeaksCodeDeploysProtocol(t *testing.T) {
	t.Parallel()
	c, err := Listen()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = c.Close() })
	api := codedeploy.New(codedeploy.Options{
		Region: "us-east-1", BaseEndpoint: &c.url, RetryMaxAttempts: 1, Credentials: credentials.NewStaticCredentialsProvider("test", "test", ""),
	})
	d := c.begin("app", "group", appSpec("f", "live", "1", "2", "hook"))
	got, err := api.GetDeployment(t.Context(), &codedeploy.GetDeploymentInput{DeploymentId: &d.id})
	if err != nil {
		t.Fatal(err)
	}
	revision, err := api.GetApplicationRevision(t.Context(), &codedeploy.GetApplicationRevisionInput{ApplicationName: got.DeploymentInfo.ApplicationName, Revision: got.DeploymentInfo.Revision})
	if err != nil {
		t.Fatal(err)
	}
	s := revision.Revision.String_ //nolint:staticcheck // deprecated, and still what CloudFormation's deployments have
	if spec := aws.ToString(s.Content); spec != d.spec {
		t.Errorf("the AppSpec is %s", spec)
	}
	put := func(id, execution string, status types.LifecycleEventStatus) error {
		_, err := api.PutLifecycleEventHookExecutionStatus(t.Context(), &codedeploy.PutLifecycleEventHookExecutionStatusInput{DeploymentId: &id, LifecycleEventHookExecutionId: &execution, Status: status})
		return err
	}
	if put("d-9", d.execution, types.LifecycleEventStatusSucceeded) == nil || put(d.id, "e-9", types.LifecycleEventStatusSucceeded) == nil {
		t.Error("a verdict on something else was taken")
	}
	if err := put(d.id, d.execution, types.LifecycleEventStatusFailed); err != nil {
		t.Fatal(err)
	}
	if put(d.id, d.execution, types.LifecycleEventStatusSucceeded) == nil {
		t.Error("a second verdict was taken")
	}
	if passed, err := d.heard(t.Context()); passed || err != nil {
		t.Errorf("the verdict is %v, %v", passed, err)
	}
}

// TestTheLoadCutsNothing stops the load while every request is held: each is answered all the same, and what failed is
// told apart.
func TestTheLoadCutsNothing(t *testing.T) {
	t.Parallel()
	held, let := make(chan struct{}, slowCallers+fastCallers), make(chan struct{})
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		held <- struct{}{}
		<-let
		if r.Method == http.MethodPut {
			w.WriteHeader(http.StatusBadGateway)
		}
	}))
	t.Cleanup(server.Close)
	l := newLoad(server.URL)
	ctx, stop := context.WithCancel(t.Context())
	l.start(ctx, make([]caller, slowCallers))
	for range slowCallers + fastCallers {
		<-held
	}
	at := time.Now()
	stop()
	close(let)
	l.wait()
	if err := l.settle(t.Context(), at, 0); err != nil {
		t.Fatal(err)
	}
	all := l.matching(func(call) bool { return true })
	if slow := l.inFlight(at); len(all) != slowCallers+fastCallers || len(slow) != slowCallers || len(failures(slow)) != slowCallers || len(failures(all)) != slowCallers {
		t.Errorf("of %d requests %d slow ones were in flight; %d failed", len(all), len(slow), len(failures(all)))
	}
}
