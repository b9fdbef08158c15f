package local_test

import (
	"bufio"
	"encoding/json"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"guardrails/infra/local"
	"guardrails/shared/awstest"
	"guardrails/shared/fntest"
)

const patience = 2 * time.Minute

// process is a local host in a process of its own.
type process struct {
	cmd    *exec.Cmd
	url    string
	exited chan struct{}
	stderr *fntest.Log
}

// launch starts a host on the folder and awaits its base URL; url is empty when it ended without one.
func launch(t *testing.T, dir string, port int, variables ...string) *process {
	t.Helper()
	awstest.NeedServices(t)
	cmd := exec.Command(os.Args[0])
	cmd.Env = append(os.Environ(), hostVariable+"="+dir, "PORT="+strconv.Itoa(port))
	cmd.Env = append(cmd.Env, variables...)
	p := &process{cmd: cmd, exited: make(chan struct{}), stderr: &fntest.Log{}}
	cmd.Stderr = p.stderr
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	line := make(chan string, 1)
	go func() {
		defer close(p.exited)
		s, _ := bufio.NewReader(out).ReadString('\n')
		line <- strings.TrimSpace(s)
		_ = cmd.Wait()
	}()
	t.Cleanup(func() { p.stop(t, syscall.SIGTERM) })
	select {
	case p.url = <-line:
	case <-time.After(patience):
		t.Fatalf("the host was not ready: %s", p.stderr)
	}
	return p
}

// stop sends a signal, unless the host has ended, awaits the end and returns the exit code.
func (p *process) stop(t *testing.T, sig syscall.Signal) int {
	t.Helper()
	_ = p.cmd.Process.Signal(sig)
	select {
	case <-p.exited:
	case <-time.After(patience):
		_ = p.cmd.Process.Kill()
		t.Errorf("the host did not stop: %s", p.stderr)
	}
	return p.cmd.ProcessState.ExitCode()
}

func call(t *testing.T, method, url string) int {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), method, url, nil)
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("X-Api-Key", "k")
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	_ = resp.Body.Close()
	return resp.StatusCode
}

// await calls until the status is the wanted one.
func await(t *testing.T, method, url string, want int) {
	t.Helper()
	awaitTrue(t, func() bool { return call(t, method, url) == want })
}

type instanceFile struct {
	PID  int `json:"pid"`
	Port int `json:"port"`
}

func instance(t *testing.T, dir string) (pid int) {
	t.Helper()
	return readInstance(t, dir).PID
}

func readInstance(t *testing.T, dir string) instanceFile {
	t.Helper()
	raw, err := os.ReadFile(filepath.Join(dir, "ministack", "instance.json"))
	if err != nil {
		t.Fatal(err)
	}
	var v instanceFile
	if err := json.Unmarshal(raw, &v); err != nil {
		t.Fatal(err)
	}
	return v
}

func credentials(t *testing.T, dir string) local.Credentials {
	t.Helper()
	path := filepath.Join(dir, "credentials.json")
	info, err := os.Stat(path)
	if err != nil {
		t.Fatal(err)
	}
	if info.Mode().Perm() != 0o600 {
		t.Errorf("credentials have mode %o", info.Mode().Perm())
	}
	raw, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	var c local.Credentials
	if err := json.Unmarshal(raw, &c); err != nil {
		t.Fatal(err)
	}
	return c
}

func TestCleanStopKeepsData(t *testing.T) {
	t.Parallel()
	dir := filepath.Join(t.TempDir(), "data")
	for i, sig := range []syscall.Signal{syscall.SIGINT, syscall.SIGTERM} {
		p := launch(t, dir, 0)
		if i == 0 {
			if got := call(t, http.MethodPost, p.url+"/items/one"); got != 202 {
				t.Fatalf("POST answers %d", got)
			}
		}
		await(t, http.MethodGet, p.url+"/items/one", 200) // queue, then stream
		await(t, http.MethodGet, p.url+"/items/tick", 200)
		if c := credentials(t, dir); c.BaseURL != p.url || !strings.HasPrefix(c.PlatformAdminKey, "made-once-") || len(c.Tenants) != 1 {
			t.Errorf("credentials %+v", c)
		}
		if code := p.stop(t, sig); code != 0 {
			t.Errorf("exit code %d: %s", code, p.stderr)
		}
		// On a busy machine the host may leave before MiniStack has saved; then it says so.
		saving := strings.Contains(p.stderr.String(), "still saving")
		if pid := instance(t, dir); syscall.Kill(pid, 0) == nil && !saving {
			t.Errorf("MiniStack %d still runs", pid)
		} else if saving {
			awaitTrue(t, func() bool { return syscall.Kill(pid, 0) != nil })
		}
	}
}

func TestKilledHostLosesNothing(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	first := launch(t, dir, 0)
	stack, key := instance(t, dir), credentials(t, dir).PlatformAdminKey
	post := func(url, item string) {
		if got := call(t, http.MethodPost, url+"/items/"+item); got != 202 {
			t.Fatalf("POST answers %d", got)
		}
	}
	post(first.url, "done")
	await(t, http.MethodGet, first.url+"/items/done", 200)
	// Each held item blocks one of the queue's two pollers, so the last one stays in the queue.
	for _, item := range []string{"held-1", "held-2"} {
		post(first.url, item)
		awaitTrue(t, func() bool { _, err := os.Stat(filepath.Join(dir, item)); return err == nil })
	}
	post(first.url, "waiting")
	first.stop(t, syscall.SIGKILL)
	if syscall.Kill(stack, 0) != nil {
		t.Fatal("MiniStack died with the host")
	}
	second := launch(t, dir, 0)
	if instance(t, dir) != stack {
		t.Error("the running MiniStack was not adopted")
	}
	if credentials(t, dir).PlatformAdminKey != key {
		t.Error("the keys changed")
	}
	await(t, http.MethodGet, second.url+"/items/done", 200)
	await(t, http.MethodGet, second.url+"/items/waiting", 200)
	// What the killed host had received comes again at once, not after the visibility timeout of a minute.
	await(t, http.MethodGet, second.url+"/items/held-1", 200)
	await(t, http.MethodGet, second.url+"/items/held-2", 200)
}

func TestHostOutlivesMiniStack(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	p := launch(t, dir, 0)
	if err := syscall.Kill(instance(t, dir), syscall.SIGKILL); err != nil {
		t.Fatal(err)
	}
	await(t, http.MethodPost, p.url+"/items/after", 202)
	await(t, http.MethodGet, p.url+"/items/after", 200)
	if code := p.stop(t, syscall.SIGTERM); code != 0 {
		t.Errorf("exit code %d", code)
	}
	if !strings.Contains(p.stderr.String(), "MiniStack died; what it had not saved in the last seconds is lost") {
		t.Errorf("the loss is not told: %s", p.stderr)
	}
}

// slowCall begins a request that ends only when the file until exists; it returns when the function has begun.
func (p *process) slowCall(t *testing.T, until string) (status <-chan int) {
	t.Helper()
	begun := filepath.Join(t.TempDir(), "begun")
	got := make(chan int, 1)
	go func() {
		resp, err := http.Get(p.url + "/slow?begun=" + begun + "&until=" + until)
		if err != nil {
			got <- 0
			return
		}
		_ = resp.Body.Close()
		got <- resp.StatusCode
	}()
	awaitTrue(t, func() bool { _, err := os.Stat(begun); return err == nil })
	return got
}

func TestRequestsInFlightAreFinished(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	p := launch(t, dir, 0)
	p.stopInFlight(t)
}

// stopInFlight stops the host while a request is on its way, which must be answered, and then the host must end well.
func (p *process) stopInFlight(t *testing.T) {
	t.Helper()
	until := filepath.Join(t.TempDir(), "until")
	status := p.slowCall(t, until)
	if err := p.cmd.Process.Signal(syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}
	awaitTrue(t, func() bool { return strings.Contains(p.stderr.String(), "finishing what is in flight") })
	if err := os.WriteFile(until, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if got := <-status; got != 200 {
		t.Errorf("the request in flight got %d", got)
	}
	if code := p.stop(t, syscall.SIGTERM); code != 0 || strings.Contains(p.stderr.String(), "gave up") {
		t.Errorf("exit code %d: %s", code, p.stderr)
	}
}

func TestStopSaysWhatItGaveUp(t *testing.T) {
	t.Parallel()
	p := launch(t, t.TempDir(), 0)
	status := p.slowCall(t, filepath.Join(t.TempDir(), "never"))
	if code := p.stop(t, syscall.SIGTERM); code != 0 || !strings.Contains(p.stderr.String(), "gave up requests that did not end") {
		t.Errorf("exit code %d: %s", code, p.stderr)
	}
	if got := <-status; got != 0 {
		t.Errorf("the request that was given up got %d", got)
	}
}

func awaitTrue(t *testing.T, ok func() bool) {
	t.Helper()
	tick := time.NewTicker(20 * time.Millisecond)
	defer tick.Stop()
	for deadline := time.Now().Add(patience); !ok(); <-tick.C {
		if time.Now().After(deadline) {
			t.Fatal("it did not happen in time")
		}
	}
}

func TestWhatStopsAStartIsOneSentence(t *testing.T) {
	t.Parallel()
	busy, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = busy.Close() })
	port := busy.Addr().(*net.TCPAddr).Port
	file := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	running := t.TempDir()
	p := launch(t, running, 0)
	cases := map[string]struct {
		dir  string
		port int
		want string
	}{
		"busy port":      {t.TempDir(), port, "port " + strconv.Itoa(port) + " is in use: stop what listens there or set PORT to another\n"},
		"folder":         {filepath.Join(file, "x"), 0, "the data folder " + file + "/x cannot be made: not a directory\n"},
		"second on data": {running, 0, "another run (process " + strconv.Itoa(p.cmd.Process.Pid) + ") uses the data folder " + running + ": stop it or set GUARDRAILS_DATA\n"},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			failed := launch(t, c.dir, c.port)
			if code := failed.stop(t, syscall.SIGTERM); code != 1 || failed.stderr.String() != c.want {
				t.Errorf("exit code %d, stderr %q, want %q", code, failed.stderr, c.want)
			}
		})
	}
}
