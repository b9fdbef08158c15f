package drill

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"time"
)

const (
	answerWithin = 5 * time.Second
	// maxRequest bounds what is read of a request.
	maxRequest = 64 << 10
)

// CodeDeploy stands in for the service of that name: it answers what the pre-traffic check asks and hears its verdicts.
// It speaks the protocol of the SDK's client.
type CodeDeploy struct {
	url  string
	http *http.Server

	mu          sync.Mutex
	deployments map[string]*deployment
}

// deployment is one deployment of one version.
type deployment struct {
	id, execution            string
	application, group, spec string
	// verdict gets the status that the hook reports, once.
	verdict chan string
}

// Listen starts the stand-in on a free port of this machine.
func Listen() (*CodeDeploy, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0") //nolint:noctx // returns at once
	if err != nil {
		return nil, fmt.Errorf("listen for CodeDeploy's callers: %w", err)
	}
	c := &CodeDeploy{url: "http://" + l.Addr().String(), deployments: map[string]*deployment{}}
	c.http = &http.Server{Handler: c, ReadTimeout: answerWithin, WriteTimeout: answerWithin}
	go func() { _ = c.http.Serve(l) }() // ends with Close
	return c, nil
}

// Variable tells functions where CodeDeploy answers, as a variable of their environment.
func (c *CodeDeploy) Variable() string { return "AWS_ENDPOINT_URL_CODEDEPLOY=" + c.url }

// Close stops it.
func (c *CodeDeploy) Close() error { return c.http.Close() }

// begin starts a deployment.
func (c *CodeDeploy) begin(application, group, spec string) *deployment {
	c.mu.Lock()
	defer c.mu.Unlock()
	n := strconv.Itoa(len(c.deployments) + 1)
	d := &deployment{id: "d-" + n, execution: "e-" + n, application: application, group: group, spec: spec, verdict: make(chan string, 1)}
	c.deployments[d.id] = d
	return d
}

// appSpec is what CloudFormation gives CodeDeploy for the update of an alias.
func appSpec(function, alias, from, to, hook string) string {
	return fmt.Sprintf(`{"version":0.0,"Resources":[{"function":{"Type":"AWS::Lambda::Function","Properties":{"Name":%q,"Alias":%q,"CurrentVersion":%q,"TargetVersion":%q}}}],"Hooks":[{"BeforeAllowTraffic":%q}]}`,
		function, alias, from, to, hook)
}

type location struct {
	Type   string `json:"revisionType"`
	String text   `json:"string"`
}

type text struct {
	Content string `json:"content,omitempty"`
	SHA256  string `json:"sha256"`
}

// request holds the fields of all calls that are known.
type request struct {
	Deployment  string   `json:"deploymentId"`
	Execution   string   `json:"lifecycleEventHookExecutionId"`
	Status      string   `json:"status"`
	Application string   `json:"applicationName"`
	Revision    location `json:"revision"`
}

// ServeHTTP answers one call. Like the service it may leave the content of a revision to GetApplicationRevision.
func (c *CodeDeploy) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	var in request
	if err := json.NewDecoder(io.LimitReader(r.Body, maxRequest)).Decode(&in); err != nil {
		refuse(w, "SerializationException")
		return
	}
	_, operation, _ := strings.Cut(r.Header.Get("X-Amz-Target"), ".")
	d := c.find(in)
	switch {
	case d == nil:
		refuse(w, "DeploymentDoesNotExistException")
	case operation == "GetDeployment":
		answer(w, map[string]any{"deploymentInfo": map[string]any{
			"deploymentId": d.id, "applicationName": d.application, "deploymentGroupName": d.group, "computePlatform": "Lambda",
			"revision": location{"String", text{SHA256: d.id}},
		}})
	case operation == "GetApplicationRevision":
		answer(w, map[string]any{"applicationName": d.application, "revision": location{"String", text{d.spec, d.id}}})
	case operation == "PutLifecycleEventHookExecutionStatus" && in.Execution == d.execution:
		select {
		case d.verdict <- in.Status:
			answer(w, map[string]any{"lifecycleEventHookExecutionId": d.execution})
		default:
			refuse(w, "LifecycleEventAlreadyCompletedException")
		}
	default:
		refuse(w, "InvalidLifecycleEventHookExecutionIdException")
	}
}

// find returns the deployment that a call is about, by its id or by its revision, whose digest is the id here.
func (c *CodeDeploy) find(in request) *deployment {
	c.mu.Lock()
	defer c.mu.Unlock()
	if in.Deployment != "" {
		return c.deployments[in.Deployment]
	}
	if d := c.deployments[in.Revision.String.SHA256]; d != nil && d.application == in.Application {
		return d
	}
	return nil
}

func answer(w http.ResponseWriter, body any) {
	w.Header().Set("Content-Type", "application/x-amz-json-1.1")
	_ = json.NewEncoder(w).Encode(body) // the caller may be gone
}

func refuse(w http.ResponseWriter, code string) {
	w.Header().Set("Content-Type", "application/x-amz-json-1.1")
	w.WriteHeader(http.StatusBadRequest)
	fmt.Fprintf(w, `{"__type":%q}`, code)
}

// heard waits for the verdict of a deployment's hook.
func (d *deployment) heard(ctx context.Context) (passed bool, err error) {
	ctx, cancel := context.WithTimeout(ctx, hookWithin)
	defer cancel()
	select {
	case status := <-d.verdict:
		return status == "Succeeded", nil
	case <-ctx.Done():
		return false, fmt.Errorf("the hook of %s said nothing: %w", d.group, ctx.Err())
	}
}
