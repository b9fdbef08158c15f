package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"time"

	"guardrails/infra/local"
	"guardrails/shared/clock"
	"guardrails/shared/emulator"
	"guardrails/shared/provision"
)

const (
	// startWithin bounds each start, driveWithin what is done with a running server, stopWithin a stop.
	startWithin = time.Minute
	driveWithin = 3 * time.Minute
	stopWithin  = local.NodeStop + time.Second
	callWithin  = 20 * time.Second
	pollEvery   = 50 * time.Millisecond
	// outside is where the key that is bound to an address may be used from, as a proxy on this machine tells it.
	outside = "198.51.100.7"
)

var errNoImage = errors.New("there is no image to run")

// asCompose runs the image with the environment that the compose file gives it, over a MiniStack that is started as the
// Dockerfile's stage of that name says; only addresses are this machine's.
func (b *bench) asCompose(ctx context.Context) (string, error) {
	if b.image == nil {
		return "", errNoImage
	}
	p, err := b.readCompose(ctx)
	if err != nil {
		return "", err
	}
	beside, err := b.startBeside(ctx)
	if err != nil {
		return "", err
	}
	settings := p.Services["guardrails"].Environment
	settings["AWS_ENDPOINT_URL"] = strings.Replace(settings["AWS_ENDPOINT_URL"], "http://ministack:4566", beside.endpoint, 1)
	err = onLoopback(settings)
	note := ""
	if err == nil {
		note, err = b.drive(ctx, settings)
	}
	return note, errors.Join(err, beside.stop())
}

// asNode deploys the data stack and the node's roles onto a MiniStack that then holds everybody to their policies, and
// runs the image with the node's credentials alone.
func (b *bench) asNode(ctx context.Context) (string, error) {
	if b.image == nil {
		return "", errNoImage
	}
	emulated, err := b.startEmulator(ctx)
	if err != nil {
		return "", err
	}
	defer stopEmulator(emulated)
	c := &cloud{endpoint: emulated.Endpoint}
	settings, err := c.deploy(ctx)
	if err != nil {
		return "", err
	}
	if err := emulator.Enforce(ctx, emulated.Endpoint); err != nil {
		return "", err
	}
	settings["GUARDRAILS_LISTEN"] = "0.0.0.0:8080"
	if err := onLoopback(settings); err != nil {
		return "", err
	}
	if err := b.needsTenantRole(ctx, settings); err != nil {
		return "", err
	}
	return b.drive(ctx, settings)
}

// needsTenantRole shows that the node's own role opens no tenant's data.
func (b *bench) needsTenantRole(ctx context.Context, settings map[string]string) error {
	without := maps.Clone(settings)
	delete(without, "GUARDRAILS_TENANT_ROLE")
	if out, err := b.inImage(ctx, without, "/guardrails", "platform-admin"); err == nil || !strings.Contains(err.Error(), "AccessDenied") {
		return fmt.Errorf("without the tenant role the node's role makes a tenant: %d bytes, %w", len(out), err)
	}
	return nil
}

// startEmulator starts a MiniStack as the tests do.
func (b *bench) startEmulator(ctx context.Context) (*emulator.Process, error) {
	install, err := emulator.Find(b.root)
	if err != nil {
		return nil, fmt.Errorf("run make setup: %w", err)
	}
	port, err := emulator.FreePort(0)
	if err != nil {
		return nil, err
	}
	p, err := emulator.Start(emulator.Options{Install: install, Port: port, Log: io.Discard})
	if err != nil {
		return nil, err
	}
	ctx, cancel := context.WithTimeout(ctx, startWithin)
	defer cancel()
	if err := p.Ready(ctx); err != nil {
		stopEmulator(p)
		return nil, err
	}
	return p, nil
}

func stopEmulator(p *emulator.Process) {
	p.Terminate()
	<-p.Done()
}

// onLoopback moves a server that listens on every address to a free port of 127.0.0.1, and lets a proxy there speak for
// its clients.
func onLoopback(settings map[string]string) error {
	if settings["GUARDRAILS_LISTEN"] != "0.0.0.0:8080" {
		return fmt.Errorf("in a container the server listens on 0.0.0.0:8080, not on %q", settings["GUARDRAILS_LISTEN"])
	}
	port, err := emulator.FreePort(0)
	if err != nil {
		return err
	}
	settings["GUARDRAILS_LISTEN"] = fmt.Sprintf("127.0.0.1:%d", port)
	settings["GUARDRAILS_TRUSTED_PROXIES"] = "127.0.0.0/8"
	return nil
}

// variables are settings as a process takes them.
func variables(settings map[string]string) []string {
	var out []string
	for _, name := range slices.Sorted(maps.Keys(settings)) {
		out = append(out, name+"="+settings[name])
	}
	return out
}

// inImage runs a program of the image to its end, as `kubectl exec` would.
func (b *bench) inImage(ctx context.Context, settings map[string]string, args ...string) (string, error) {
	ctx, cancel := context.WithTimeout(ctx, startWithin)
	defer cancel()
	cmd := b.image.command(ctx, variables(settings), args...)
	var failed bytes.Buffer
	cmd.Stderr = &failed
	out, err := cmd.Output()
	if err != nil {
		return "", fmt.Errorf("%s: %w: %s", strings.Join(args, " "), err, failed.String())
	}
	return strings.TrimSpace(string(out)), nil
}

// server is a running server of the image.
type server struct {
	cmd    *exec.Cmd
	url    string
	done   chan error
	stdout string
	stderr string
}

// drive starts the server, does what a first user does, and stops it. It returns what was seen.
func (b *bench) drive(ctx context.Context, settings map[string]string) (string, error) {
	ctx, cancel := context.WithTimeout(ctx, driveWithin)
	defer cancel()
	s, err := b.serve(ctx, settings)
	if err != nil {
		return "", err
	}
	err = b.firstUse(ctx, s, settings)
	memory := resident(s.cmd.Process.Pid)
	begin := time.Now()
	err = errors.Join(err, s.stop())
	if err != nil {
		return "", fmt.Errorf("%w\nthe server's log:\n%s", err, tail(s.stderr))
	}
	if err := s.logs(); err != nil {
		return "", err
	}
	where := fmt.Sprintf("in a root of its own as user %d", b.image.uid)
	if !isolated() {
		where = "NOT in a root of its own, which takes root"
	}
	return fmt.Sprintf("%s: health, ready, administrator, tenant, key, analysis, job; %s; stopped in %.1f s", where, memory, time.Since(begin).Seconds()), nil
}

// serve starts the image's entry point and waits until its own health check passes.
func (b *bench) serve(ctx context.Context, settings map[string]string) (*server, error) {
	dir, err := os.MkdirTemp(b.work, "server-*")
	if err != nil {
		return nil, err
	}
	s := &server{url: "http://" + settings["GUARDRAILS_LISTEN"], done: make(chan error, 1), stdout: filepath.Join(dir, "stdout"), stderr: filepath.Join(dir, "stderr")}
	s.cmd = b.image.command(context.WithoutCancel(ctx), variables(settings), b.image.entrypoint...)
	out, err := os.Create(s.stdout)
	if err != nil {
		return nil, err
	}
	defer out.Close()
	failed, err := os.Create(s.stderr)
	if err != nil {
		return nil, err
	}
	defer failed.Close()
	s.cmd.Stdout, s.cmd.Stderr = out, failed
	if err := s.cmd.Start(); err != nil {
		return nil, fmt.Errorf("start the server: %w", err)
	}
	go func() { s.done <- s.cmd.Wait() }()
	ctx, cancel := context.WithTimeout(ctx, startWithin)
	defer cancel()
	for {
		if _, err = b.inImage(ctx, settings, b.image.health...); err == nil {
			return s, nil
		}
		select {
		case ended := <-s.done:
			return nil, fmt.Errorf("the server ended: %w\n%s", ended, tail(s.stderr))
		default:
		}
		if clock.Pause(ctx, pollEvery) != nil {
			_ = s.cmd.Process.Kill()
			return nil, fmt.Errorf("the server is not healthy: %w\n%s", err, tail(s.stderr))
		}
	}
}

// stop ends the server as Kubernetes does, and holds it to its grace.
func (s *server) stop() error {
	if err := s.cmd.Process.Signal(syscall.SIGTERM); err != nil {
		return err
	}
	select {
	case err := <-s.done:
		return err
	case <-time.After(stopWithin):
		_ = s.cmd.Process.Kill()
		return fmt.Errorf("the server has not stopped after %v", stopWithin)
	}
}

// logs holds every line of both streams to JSON, and finds what AWS refused.
func (s *server) logs() error {
	for _, name := range []string{s.stdout, s.stderr} {
		raw, err := os.ReadFile(name)
		if err != nil {
			return err
		}
		for line := range strings.Lines(string(raw)) {
			if !json.Valid([]byte(line)) {
				return fmt.Errorf("a line of the log is no JSON: %s", line)
			}
			if strings.Contains(line, "AccessDenied") || strings.Contains(line, `"level":"ERROR"`) {
				return fmt.Errorf("the log has an error: %s", line)
			}
		}
	}
	return nil
}

// firstUse is what somebody does who has just installed the system.
func (b *bench) firstUse(ctx context.Context, s *server, settings map[string]string) error {
	for _, path := range []string{"/api/v1/health", "/api/v1/ready"} {
		if err := s.call(ctx, http.MethodGet, path, "", nil, http.StatusOK, nil); err != nil {
			return err
		}
	}
	administrator, err := b.inImage(ctx, settings, "/guardrails", "platform-admin")
	if err != nil {
		return err
	}
	var tenant struct {
		AdminKey string `json:"admin_key"`
	}
	if err := s.call(ctx, http.MethodPost, "/api/v1/tenants", administrator, map[string]string{"name": "Acme"}, http.StatusCreated, &tenant); err != nil {
		return err
	}
	var bound struct{ Secret string }
	err = s.call(ctx, http.MethodPost, "/api/v1/api-keys", tenant.AdminKey, map[string]any{
		"name": "office", "scopes": []string{"execute:analysis"}, "allowed_ips": []string{outside + "/32"},
	}, http.StatusCreated, &bound)
	if err != nil {
		return err
	}
	if err := s.analyze(ctx, bound.Secret); err != nil {
		return err
	}
	return s.job(ctx, tenant.AdminKey)
}

// analyze analyzes a text with a key that is bound to an address: from there, and from elsewhere with a forged header.
func (s *server) analyze(ctx context.Context, key string) error {
	text := map[string]any{"text": "Patient John Smith, SSN 536-90-4399, has an appointment.", "policies": []string{"hipaa"}}
	var out struct{ Decision string }
	if err := s.callFrom(ctx, outside, http.MethodPost, "/api/v1/analyze", key, text, http.StatusOK, &out); err != nil {
		return err
	}
	if out.Decision != "block" {
		return fmt.Errorf("the analysis decides %s", out.Decision)
	}
	return s.callFrom(ctx, outside+", 203.0.113.9", http.MethodPost, "/api/v1/analyze", key, text, http.StatusUnauthorized, nil)
}

// job runs a batch by way of queues and waits for its end.
func (s *server) job(ctx context.Context, key string) error {
	type job struct {
		ID, Status string
		Counts     struct{ Total, Done, Failed int }
	}
	var made job
	err := s.call(ctx, http.MethodPost, "/api/v1/jobs", key, map[string]any{"documents": []map[string]string{
		{"id": "a", "text": "Call me at +1 415 555 2671"}, {"id": "b", "text": "All quiet"}, {"id": "c"},
	}}, http.StatusAccepted, &made)
	for err == nil && made.Status != "completed" {
		if err = clock.Pause(ctx, pollEvery); err == nil {
			err = s.call(ctx, http.MethodGet, "/api/v1/jobs/"+made.ID, key, nil, http.StatusOK, &made)
		}
	}
	if err == nil && (made.Counts.Total != 3 || made.Counts.Done != 2 || made.Counts.Failed != 1) {
		err = fmt.Errorf("the job counts %+v", made.Counts)
	}
	return err
}

func (s *server) call(ctx context.Context, method, path, key string, in any, want int, out any) error {
	return s.callFrom(ctx, "", method, path, key, in, want, out)
}

// callFrom sends a request as a proxy passes it on for a client, and decodes the answer into out, unless that is nil.
func (s *server) callFrom(ctx context.Context, forwarded, method, path, key string, in any, want int, out any) error {
	ctx, cancel := context.WithTimeout(ctx, callWithin)
	defer cancel()
	var body bytes.Buffer
	if in != nil {
		if err := json.NewEncoder(&body).Encode(in); err != nil {
			return err
		}
	}
	req, err := http.NewRequestWithContext(ctx, method, s.url+path, &body)
	if err != nil {
		return err
	}
	req.Header.Set("Content-Type", "application/json")
	if key != "" {
		req.Header.Set("Authorization", "Bearer "+key)
	}
	if forwarded != "" {
		req.Header.Set("X-Forwarded-For", forwarded)
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		return fmt.Errorf("%s %s: %w", method, path, err)
	}
	defer resp.Body.Close()
	raw, err := io.ReadAll(resp.Body)
	if err != nil || resp.StatusCode != want {
		return fmt.Errorf("%s %s answers %d, want %d: %s (%w)", method, path, resp.StatusCode, want, raw, err)
	}
	if out == nil {
		return nil
	}
	return json.Unmarshal(raw, out)
}

// tail is the end of a log, enough to see what happened.
func tail(name string) string {
	raw, err := os.ReadFile(name)
	if err != nil {
		return err.Error()
	}
	lines := strings.Split(strings.TrimSpace(string(raw)), "\n")
	return strings.Join(lines[max(0, len(lines)-15):], "\n")
}

// resident says how much memory a process holds, where the kernel tells.
func resident(pid int) string {
	raw, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", pid))
	if err != nil {
		return "memory not known"
	}
	for line := range strings.Lines(string(raw)) {
		if value, ok := strings.CutPrefix(line, "VmHWM:"); ok {
			return "at most " + strings.TrimSpace(value) + " resident"
		}
	}
	return "memory not known"
}

// region is where the emulator is.
const region = provision.Region
