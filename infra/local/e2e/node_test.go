package e2e_test

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"guardrails/shared/awstest"
	"guardrails/shared/clock"
	"guardrails/shared/fn"
	"guardrails/shared/fntest"
	"guardrails/shared/platform"
	"guardrails/shared/provision"
)

// buildServer makes the server's binary once for all tests.
var buildServer = sync.OnceValues(func() (string, error) {
	return compile("guardrails/infra/local/server")
})

// node is a server in a process of its own; the host in it stands for its URL.
type node struct {
	*host
	bin    string
	stdout *fntest.Log
}

// startNode starts a server on a free port over the tests' endpoint and waits until it says that it is ready.
func startNode(t *testing.T, env string, variables ...string) *node {
	t.Helper()
	bin, err := buildServer()
	if err != nil {
		t.Fatalf("build the server: %v: %s", err, bin)
	}
	n := &node{host: &host{dir: t.TempDir(), exited: make(chan struct{}), stderr: &fntest.Log{}}, bin: bin, stdout: &fntest.Log{}}
	n.cmd = exec.Command(bin)
	n.cmd.Dir, n.cmd.Stdout = n.dir, n.stdout
	n.cmd.Env = append([]string{
		"GUARDRAILS_ENV=" + env, "GUARDRAILS_ACCOUNT=" + provision.Account, "GUARDRAILS_LISTEN=127.0.0.1:0", "AWS_REGION=" + provision.Region,
		"AWS_ENDPOINT_URL=" + awstest.Endpoint(t), "AWS_ACCESS_KEY_ID=test", "AWS_SECRET_ACCESS_KEY=test", "PATH=" + os.Getenv("PATH"),
	}, variables...)
	stderr, err := n.cmd.StderrPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := n.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { n.signal(t, syscall.SIGTERM) })
	ready := make(chan string, 1)
	go func() {
		defer close(n.exited)
		for lines := bufio.NewScanner(stderr); lines.Scan(); {
			fmt.Fprintln(n.stderr, lines.Text())
			var line struct{ Msg, URL string }
			if json.Unmarshal(lines.Bytes(), &line) == nil && line.Msg == "ready" {
				ready <- line.URL
			}
		}
		_ = n.cmd.Wait()
	}()
	select {
	case n.url = <-ready:
	case <-n.exited:
		t.Fatalf("the server ended: %s", n.stderr)
	case <-time.After(patience):
		t.Fatalf("the server does not serve: %s", n.stderr)
	}
	return n
}

// administrator makes the environment's first key, as the operator's tool does.
func administrator(t *testing.T, env string) string {
	t.Helper()
	setup, err := platform.Open(fn.Config{Environment: env, Account: provision.Account, AWS: awstest.Config(t), Clock: clock.System(), Log: io.Discard})
	if err != nil {
		t.Fatal(err)
	}
	key, err := setup.Administrator(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return key
}

// tenant makes a tenant and returns its administrator's key.
func (n *node) tenant(t *testing.T, administrator string) string {
	t.Helper()
	var made struct {
		AdminKey string `json:"admin_key"`
	}
	n.call(t, http.MethodPost, "/api/v1/tenants", administrator, map[string]string{"name": "Acme"}).want(t, http.StatusCreated, &made)
	return made.AdminKey
}

func TestNodeServesAndMakesNoTenants(t *testing.T) {
	t.Parallel()
	env, data := awstest.Env(t), t.TempDir()
	n := startNode(t, env, "GUARDRAILS_CREATE=true", "GUARDRAILS_DATA="+data)
	for _, path := range []string{"/api/v1/health", "/api/v1/ready"} {
		n.call(t, http.MethodGet, path, "", nil).want(t, http.StatusOK, nil)
	}
	probe := exec.Command(n.bin, "-health")
	probe.Env = []string{"GUARDRAILS_LISTEN=" + strings.TrimPrefix(n.url, "http://")}
	if out, err := probe.CombinedOutput(); err != nil {
		t.Errorf("-health: %v: %s", err, out)
	}
	platform := administrator(t, env)
	var list struct{ Data []struct{ Name string } }
	n.call(t, http.MethodGet, "/api/v1/tenants", platform, nil).want(t, http.StatusOK, &list)
	if len(list.Data) > 0 {
		t.Errorf("there are tenants %v", list.Data)
	}
	acme := n.tenant(t, platform)
	const marker = "Marker Whose Words Nobody Logs 536-90-4399"
	var analysis struct{ ID, Decision string }
	n.call(t, http.MethodPost, "/api/v1/analyze", acme, map[string]any{"text": marker, "policies": []string{"hipaa"}}).want(t, http.StatusOK, &analysis)
	if analysis.Decision != "block" {
		t.Errorf("the decision is %s", analysis.Decision)
	}
	n.call(t, http.MethodGet, "/api/v1/analyses/"+analysis.ID, acme, nil).want(t, http.StatusOK, nil) // by way of a queue
	n.finish(t, acme, n.submitUpload(t, acme, 20))
	eventually(t, "the stream's place is kept", func() bool {
		_, err := os.Stat(filepath.Join(data, "streams.json"))
		return err == nil
	})
	n.signal(t, syscall.SIGTERM)
	if code := n.cmd.ProcessState.ExitCode(); code != 0 || !strings.Contains(n.stderr.String(), `"step":"stopped"`) {
		t.Errorf("exit code %d: %s", code, n.stderr)
	}
	for _, out := range []*fntest.Log{n.stdout, n.stderr} {
		for line := range strings.Lines(out.String()) {
			if !json.Valid([]byte(line)) {
				t.Errorf("a line is no JSON: %s", line)
			}
		}
		for _, s := range []string{"Marker Whose", "536-90-4399", "jane.roe", acme, platform} {
			if strings.Contains(out.String(), s) {
				t.Errorf("the logs hold %q", s)
			}
		}
	}
}

// finish waits for a job of submitUpload and compares its counts.
func (n *node) finish(t *testing.T, key string, j job) {
	t.Helper()
	eventually(t, "the job ends", func() bool { return n.job(t, key, j.ID).Status == "completed" })
	if c := n.job(t, key, j.ID).Counts; c.Total == 0 || c.Done+c.Failed != c.Total {
		t.Errorf("counts %+v", c)
	}
	seen, _ := n.results(t, key, j.ID)
	for id, times := range seen {
		if times != 1 {
			t.Errorf("document %s has %d results", id, times)
		}
	}
}

// TestNodeBelievesItsProxiesAlone binds a key to an address and claims it in every way.
func TestNodeBelievesItsProxiesAlone(t *testing.T) {
	t.Parallel()
	env := awstest.Env(t)
	behind := startNode(t, env, "GUARDRAILS_CREATE=true", "GUARDRAILS_TRUSTED_PROXIES=127.0.0.0/8,10.0.0.0/8")
	direct := startNode(t, env)
	acme := behind.tenant(t, administrator(t, env))
	var bound struct{ Secret string }
	behind.call(t, http.MethodPost, "/api/v1/api-keys", acme, map[string]any{
		"name": "office", "scopes": []string{"execute:analysis"}, "allowed_ips": []string{"198.51.100.0/24"},
	}).want(t, http.StatusCreated, &bound)
	for name, c := range map[string]struct {
		n         *node
		forwarded []string
		want      int
	}{
		"the proxy's client":              {behind, []string{"198.51.100.7"}, 200},
		"behind two proxies":              {behind, []string{"198.51.100.7, 10.0.0.9"}, 200},
		"another client of the proxy":     {behind, []string{"203.0.113.9"}, 401},
		"one that writes the header":      {behind, []string{"198.51.100.7, 203.0.113.9"}, 401},
		"one that writes a line of it":    {behind, []string{"198.51.100.7", "203.0.113.9"}, 401},
		"one that claims to be a proxy":   {behind, []string{"198.51.100.7, 10.0.0.9, 203.0.113.9"}, 401},
		"no header":                       {behind, nil, 401},
		"a client without a proxy before": {direct, []string{"198.51.100.7"}, 401},
	} {
		t.Run(name, func(t *testing.T) {
			req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, c.n.url+"/api/v1/analyze", strings.NewReader(`{"text":"good"}`))
			if err != nil {
				t.Fatal(err)
			}
			req.Header.Set("Content-Type", "application/json")
			req.Header.Set("X-Api-Key", bound.Secret)
			for _, v := range c.forwarded {
				req.Header.Add("X-Forwarded-For", v)
			}
			if a := send(req); a.status != c.want {
				t.Errorf("status %d, want %d: %s", a.status, c.want, a.body)
			}
		})
	}
}

// TestTwoNodesShareTheWork runs two on one environment, neither of which remembers how far streams were read, kills one
// and starts it again: the stream is read by both, and again from its start, and everything counts once.
func TestTwoNodesShareTheWork(t *testing.T) {
	t.Parallel()
	env := awstest.Env(t)
	nodes := []*node{startNode(t, env, "GUARDRAILS_CREATE=true"), startNode(t, env)}
	acme := nodes[0].tenant(t, administrator(t, env))
	var jobs []job
	for i := range 4 {
		jobs = append(jobs, nodes[i%2].submitUpload(t, acme, 30))
	}
	nodes[1].signal(t, syscall.SIGTERM)
	third := startNode(t, env)
	for _, j := range append(jobs, third.submitUpload(t, acme, 30)) {
		third.finish(t, acme, j)
	}
}
