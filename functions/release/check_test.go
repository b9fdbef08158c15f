package release_test

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"

	"guardrails/functions"
	"guardrails/functions/release"
	"guardrails/shared/clock"
	"guardrails/shared/fn"
	"guardrails/shared/fntest"
)

const appSpec = `{"version":0.0,"Resources":[{"x":{"Type":"AWS::Lambda::Function","Properties":{"Name":"guardrails-dev-health","Alias":"live","CurrentVersion":"6","TargetVersion":"7"}}}],"Hooks":[{"BeforeAllowTraffic":"guardrails-dev-release-check"}]}`

// world is CodeDeploy and Lambda as the check meets them.
type world struct {
	// spec is the deployment's AppSpec; short says that GetDeployment leaves it out, as it may. It stands where
	// CloudFormation's deployments have it, unless it is said to be a deployment of another maker.
	spec         string
	short, other bool
	// version answers for the new version: a status, an X-Amz-Function-Error or "", and a body.
	version func() (int, string, string)

	mu       sync.Mutex
	verdicts []string
	invoked  []string
	payload  string
}

func (w *world) ServeHTTP(res http.ResponseWriter, r *http.Request) {
	w.mu.Lock()
	defer w.mu.Unlock()
	body, _ := io.ReadAll(io.LimitReader(r.Body, 1<<20)) // a short body fails to decode below
	var in struct{ Status, DeploymentID, LifecycleEventHookExecutionID string }
	_ = json.Unmarshal(body, &in)
	_, operation, _ := strings.Cut(r.Header.Get("X-Amz-Target"), ".")
	revision := func(content string) string {
		if w.other {
			return fmt.Sprintf(`{"revisionType":"AppSpecContent","appSpecContent":{"sha256":"abc","content":%q}}`, content)
		}
		return fmt.Sprintf(`{"revisionType":"String","string":{"sha256":"abc","content":%q}}`, content)
	}
	switch operation {
	case "GetDeployment":
		shown := w.spec
		if w.short {
			shown = ""
		}
		fmt.Fprintf(res, `{"deploymentInfo":{"applicationName":"guardrails-dev-ops","deploymentGroupName":"health","computePlatform":"Lambda","revision":%s}}`, revision(shown))
	case "GetApplicationRevision":
		fmt.Fprintf(res, `{"applicationName":"guardrails-dev-ops","revision":%s}`, revision(w.spec))
	case "PutLifecycleEventHookExecutionStatus":
		w.verdicts = append(w.verdicts, in.Status)
		fmt.Fprint(res, `{"lifecycleEventHookExecutionId":"e-1"}`)
	case "":
		w.invoked, w.payload = append(w.invoked, r.URL.Path), string(body)
		status, failure, answer := w.version()
		if failure != "" {
			res.Header().Set("X-Amz-Function-Error", failure)
		}
		res.WriteHeader(status)
		fmt.Fprint(res, answer)
	default:
		http.Error(res, `{"__type":"UnknownOperationException"}`, http.StatusBadRequest)
	}
}

// TestAVersionThatDoesNotPassGetsNoTraffic runs the check over the clients of AWS, against every way in which a version
// or its deployment can be wrong.
func TestAVersionThatDoesNotPassGetsNoTraffic(t *testing.T) {
	t.Parallel()
	says := func(answer string) func() (int, string, string) {
		return func() (int, string, string) { return 200, "", answer }
	}
	good := says(`{"passed":true}`)
	for name, c := range map[string]struct {
		spec    string
		short   bool
		version func() (int, string, string)
		want    string
		// asked says that the version is asked at all.
		asked bool
		other bool
	}{
		"passes":                      {appSpec, false, good, "Succeeded", true, false},
		"passes, with a short answer": {appSpec, true, good, "Succeeded", true, false},
		"passes, of another maker":    {appSpec, true, good, "Succeeded", true, true},
		"a store does not answer":     {appSpec, false, says(`{"passed":false,"failed":["table jobs"]}`), "Failed", true, false},
		"it knows no self-check":      {appSpec, false, says(`{"statusCode":404}`), "Failed", true, false},
		"it cannot start": {appSpec, false, func() (int, string, string) {
			return 200, "Unhandled", `{"errorType":"Runtime.ExitError","errorMessage":"secret words"}`
		}, "Failed", true, false},
		"it answers and fails": {appSpec, false, func() (int, string, string) { return 200, "Handled", `{"passed":true}` }, "Failed", true, false},
		"Lambda refuses":       {appSpec, false, func() (int, string, string) { return 403, "", `{"Message":"no"}` }, "Failed", true, false},
		"the AppSpec is YAML":  {"version: 0.0", false, good, "Failed", false, false},
		"no function":          {`{"Resources":[]}`, false, good, "Failed", false, false},
		"two functions":        {strings.Replace(appSpec, `}}}]`, `}},"y":{"Type":"AWS::Lambda::Function","Properties":{"Name":"b","TargetVersion":"1"}}}]`, 1), false, good, "Failed", false, false},
		"$LATEST":              {strings.Replace(appSpec, `"TargetVersion":"7"`, `"TargetVersion":"$LATEST"`, 1), false, good, "Failed", false, false},
		"an alias":             {strings.Replace(appSpec, `"TargetVersion":"7"`, `"TargetVersion":"live"`, 1), false, good, "Failed", false, false},
		"another account":      {strings.Replace(appSpec, `"guardrails-dev-health"`, `"arn:aws:lambda:us-east-1:1:function:x"`, 1), false, good, "Failed", false, false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := &world{spec: c.spec, short: c.short, other: c.other, version: c.version}
			server := httptest.NewServer(w)
			t.Cleanup(server.Close)
			log := &fntest.Log{}
			f := build(t, server.URL, log)
			if _, err := f.Invoke(t.Context(), []byte(`{"DeploymentId":"d-1","LifecycleEventHookExecutionId":"e-1"}`)); err != nil {
				t.Fatal(err)
			}
			if len(w.verdicts) != 1 || w.verdicts[0] != c.want {
				t.Errorf("CodeDeploy heard %q, want %s", w.verdicts, c.want)
			}
			if (len(w.invoked) > 0) != c.asked || c.asked && (w.invoked[0] != "/2015-03-31/functions/guardrails-dev-health:7/invocations" || w.payload != string(fn.SelfCheckQuestion())) {
				t.Errorf("invoked %q with %s", w.invoked, w.payload)
			}
			if strings.Contains(log.String(), "secret words") {
				t.Errorf("the log repeats what the version said: %s", log)
			}
		})
	}
}

func build(t *testing.T, endpoint string, log *fntest.Log) fn.Function {
	t.Helper()
	for _, s := range functions.Catalog() {
		if s.Context != "release" {
			continue
		}
		f, err := fn.Build(s, release.Bindings(), fn.Config{Environment: "dev", Clock: clock.System(), Log: log, AWS: aws.Config{
			Region: "us-east-1", BaseEndpoint: &endpoint, HTTPClient: &http.Client{Timeout: time.Minute},
			Credentials: credentials.NewStaticCredentialsProvider("test", "test", ""),
		}})
		if err != nil {
			t.Fatal(err)
		}
		return f
	}
	t.Fatal("the catalogue has no function of the context release")
	return nil
}
