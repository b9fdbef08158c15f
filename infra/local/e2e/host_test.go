package e2e_test

import (
	"bufio"
	"bytes"
	"encoding/json"
	"net/http"
	"os"
	"os/exec"
	"path"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"guardrails/infra/local"
	"guardrails/shared/awstest"
	"guardrails/shared/fntest"
)

const (
	// root is the module's folder, seen from here.
	root = "../../.."
	// patience bounds every wait for something that must happen.
	patience = 2 * time.Minute
)

// build makes the host's binary once for all tests.
var build = sync.OnceValues(func() (string, error) {
	return compile("guardrails/infra/local/serve")
})

// compile makes a program as what ships is made, most of which the pipeline has compiled before.
func compile(pkg string) (string, error) {
	bin := filepath.Join(binaries, path.Base(pkg))
	cmd := exec.Command("go", "build", "-trimpath", "-o", bin, pkg)
	cmd.Env = append(os.Environ(), "CGO_ENABLED=0")
	if out, err := cmd.CombinedOutput(); err != nil {
		return string(out), err
	}
	return bin, nil
}

// binaries is a folder that lives as long as the test process.
var binaries string

func TestMain(m *testing.M) {
	var err error
	if binaries, err = os.MkdirTemp("", "guardrails-e2e-*"); err != nil {
		panic(err)
	}
	code := m.Run()
	_ = os.RemoveAll(binaries) // a folder left in the temporary one harms nobody
	os.Exit(code)
}

// host is a local host in a process of its own, that can be killed and started again on the same data.
type host struct {
	dir string
	// env is added to the environment of the process.
	env []string
	// url is where it serves; every start has a port of its own.
	url    string
	cmd    *exec.Cmd
	exited chan struct{}
	stderr *fntest.Log
}

// newHost starts a host on an empty data folder and waits until it serves. It is stopped when the test ends.
func newHost(t *testing.T, env ...string) *host {
	t.Helper()
	awstest.NeedServices(t)
	h := &host{dir: t.TempDir(), env: env}
	t.Cleanup(func() { h.end(t) })
	h.start(t)
	return h
}

// end stops the host, and the MiniStack that one leaves behind which a test has killed, or which never served.
func (h *host) end(t *testing.T) {
	if h.cmd == nil {
		return
	}
	h.signal(t, syscall.SIGTERM)
	var left instance
	if raw, err := os.ReadFile(filepath.Join(h.dir, "ministack/instance.json")); err == nil && json.Unmarshal(raw, &left) == nil && left.PID > 1 {
		_ = syscall.Kill(left.PID, syscall.SIGKILL)
	}
}

// start starts the host on a free port and waits until it says where it serves.
func (h *host) start(t *testing.T) {
	t.Helper()
	bin, err := build()
	if err != nil {
		t.Fatalf("build the host: %v: %s", err, bin)
	}
	cmd, exited := exec.Command(bin), make(chan struct{})
	h.stderr = &fntest.Log{}
	cmd.Dir, cmd.Stderr = root, h.stderr
	cmd.Env = append(os.Environ(), "PORT=0", "GUARDRAILS_DATA="+h.dir)
	cmd.Env = append(cmd.Env, h.env...)
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	h.cmd, h.exited = cmd, exited
	ready := make(chan string, 1)
	go func() {
		defer close(exited)
		line, _ := bufio.NewReader(out).ReadString('\n')
		ready <- strings.TrimSpace(line)
		_ = cmd.Wait()
	}()
	h.url = ""
	select {
	case h.url = <-ready:
	case <-time.After(patience):
	}
	if !strings.HasPrefix(h.url, "http://") {
		t.Fatalf("the host does not serve: %s", h.stderr)
	}
}

// signal sends a signal and awaits the host's end.
func (h *host) signal(t *testing.T, sig syscall.Signal) {
	t.Helper()
	_ = h.cmd.Process.Signal(sig) // fails only when it has ended
	select {
	case <-h.exited:
	case <-time.After(patience):
		_ = h.cmd.Process.Kill()
		t.Errorf("the host did not end: %s", h.stderr)
	}
}

// instance is the host's MiniStack.
type instance struct {
	PID  int `json:"pid"`
	Port int `json:"port"`
}

func (h *host) stack(t *testing.T) instance {
	t.Helper()
	var v instance
	h.read(t, "ministack/instance.json", &v)
	return v
}

// keys are the credentials that the host has written.
func (h *host) keys(t *testing.T) local.Credentials {
	t.Helper()
	var c local.Credentials
	h.read(t, "credentials.json", &c)
	return c
}

func (h *host) read(t *testing.T, name string, out any) {
	t.Helper()
	raw, err := os.ReadFile(filepath.Join(h.dir, name))
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(raw, out); err != nil {
		t.Fatal(err)
	}
}

// answer is what a call gave; its status is 0 when there was no answer.
type answer struct {
	status int
	header http.Header
	body   []byte
}

// client gives up long before the host's own limits.
var client = &http.Client{Timeout: 20 * time.Second, Transport: &http.Transport{MaxIdleConnsPerHost: 64}}

// call sends a request with a JSON body, unless in is nil.
func (h *host) call(t *testing.T, method, path, key string, in any) answer {
	t.Helper()
	var body bytes.Buffer
	if in != nil {
		if err := json.NewEncoder(&body).Encode(in); err != nil {
			t.Fatal(err)
		}
	}
	req, err := http.NewRequestWithContext(t.Context(), method, h.url+path, &body)
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Content-Type", "application/json")
	if key != "" {
		req.Header.Set("X-Api-Key", key)
	}
	return send(req)
}

func send(req *http.Request) answer {
	resp, err := client.Do(req)
	if err != nil {
		return answer{}
	}
	defer resp.Body.Close()
	var out bytes.Buffer
	if _, err := out.ReadFrom(resp.Body); err != nil {
		return answer{}
	}
	return answer{resp.StatusCode, resp.Header, out.Bytes()}
}

func (h *host) status(t *testing.T, method, path, key string, in any) int {
	t.Helper()
	return h.call(t, method, path, key, in).status
}

// want checks the status and decodes the body into out, unless that is nil.
func (a answer) want(t *testing.T, status int, out any) {
	t.Helper()
	if a.status != status {
		t.Fatalf("status %d, want %d: %s", a.status, status, a.body)
	}
	if out == nil {
		return
	}
	if err := json.Unmarshal(a.body, out); err != nil {
		t.Fatalf("%v: %s", err, a.body)
	}
}

// wantRetry checks that the answer is a 503 that says when to come back.
func (a answer) wantRetry(t *testing.T) {
	t.Helper()
	a.want(t, http.StatusServiceUnavailable, nil)
	if n, err := strconv.Atoi(a.header.Get("Retry-After")); err != nil || n < 1 {
		t.Errorf("Retry-After is %q", a.header.Get("Retry-After"))
	}
	if !strings.HasPrefix(a.header.Get("Content-Type"), "application/problem+json") {
		t.Errorf("the answer is %q", a.header.Get("Content-Type"))
	}
}

// eventually waits until ok holds.
func eventually(t *testing.T, what string, ok func() bool) {
	t.Helper()
	tick := time.NewTicker(10 * time.Millisecond)
	defer tick.Stop()
	for end := time.Now().Add(patience); !ok(); <-tick.C {
		if time.Now().After(end) {
			t.Fatalf("it did not happen in time: %s", what)
		}
	}
}
