package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"sync"
	"syscall"
	"time"

	"guardrails/shared/clock"
	"guardrails/shared/emulator"
)

const (
	buildWithin = 10 * time.Minute
	readyWithin = 2 * time.Minute
	stopWithin  = 30 * time.Second
	pollEvery   = 100 * time.Millisecond
)

// host is a local host in a process of its own that is killed and started again on the same port and data.
type host struct {
	root, folder, bin string
	port              int
	log               *os.File
	// failed gets how the host ended, if nobody killed it.
	failed chan error

	mu     sync.Mutex
	cmd    *exec.Cmd
	ended  chan struct{}
	killed bool
}

// newHost builds the host; it does not run yet.
func newHost(ctx context.Context, root string) (*host, error) {
	h := &host{root: root, bin: filepath.Join(root, "dist", "guardrails-local"), failed: make(chan error, 1)}
	ctx, cancel := context.WithTimeout(ctx, buildWithin)
	defer cancel()
	build := exec.CommandContext(ctx, "go", "build", "-o", h.bin, "./infra/local/serve")
	build.Dir = root
	if out, err := build.CombinedOutput(); err != nil {
		return nil, fmt.Errorf("build the local host: %w: %s", err, out)
	}
	var err error
	if h.port, err = emulator.FreePort(0); err != nil {
		return nil, err
	}
	if h.folder, err = os.MkdirTemp("", "guardrails-chaos-*"); err != nil {
		return nil, err
	}
	if h.log, err = os.Create(filepath.Join(h.folder, "host.log")); err != nil {
		return nil, errors.Join(err, os.RemoveAll(h.folder))
	}
	return h, nil
}

func (h *host) url() string { return "http://127.0.0.1:" + strconv.Itoa(h.port) }

func (h *host) data(name string) string { return filepath.Join(h.folder, "data", name) }

// start starts the process and does not wait until it serves.
func (h *host) start() error {
	cmd, ended := exec.Command(h.bin), make(chan struct{})
	cmd.Dir, cmd.Stdout, cmd.Stderr = h.root, h.log, h.log
	cmd.Env = append(os.Environ(), "PORT="+strconv.Itoa(h.port), "GUARDRAILS_DATA="+h.data(""), "GUARDRAILS_ALLOW_PRIVATE_DESTINATIONS=1")
	h.mu.Lock()
	defer h.mu.Unlock()
	if err := cmd.Start(); err != nil {
		return fmt.Errorf("start the local host: %w", err)
	}
	h.cmd, h.ended, h.killed = cmd, ended, false
	go func() {
		err := cmd.Wait()
		h.mu.Lock()
		killed := h.killed
		h.mu.Unlock()
		if !killed {
			select {
			case h.failed <- fmt.Errorf("the local host ended by itself: %w", err):
			default: // one failure is enough
			}
		}
		close(ended)
	}()
	return nil
}

// end signals the process and waits for its end.
func (h *host) end(s syscall.Signal) error {
	h.mu.Lock()
	cmd, ended := h.cmd, h.ended
	h.killed = true
	h.mu.Unlock()
	if cmd == nil {
		return nil
	}
	if err := cmd.Process.Signal(s); err != nil && !errors.Is(err, os.ErrProcessDone) {
		return fmt.Errorf("signal the local host: %w", err)
	}
	select {
	case <-ended:
		return nil
	case <-time.After(stopWithin):
		return errors.Join(fmt.Errorf("the local host did not end within %s", stopWithin), cmd.Process.Kill())
	}
}

// ready waits until the host serves.
func (h *host) ready(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, readyWithin)
	defer cancel()
	client := &http.Client{Timeout: callWithin}
	for {
		req, err := http.NewRequestWithContext(ctx, http.MethodGet, h.url()+"/api/v1/ready", nil)
		if err != nil {
			return err
		}
		if resp, err := client.Do(req); err == nil {
			resp.Body.Close()
			if resp.StatusCode == http.StatusOK {
				return nil
			}
		}
		select {
		case err := <-h.failed:
			return err
		default:
		}
		if err := clock.Pause(ctx, pollEvery); err != nil {
			return fmt.Errorf("wait for the local host: %w", err)
		}
	}
}

// key is an administrator's of a demo tenant.
func (h *host) key() (string, error) {
	raw, err := os.ReadFile(h.data("credentials.json"))
	if err != nil {
		return "", err
	}
	var c struct {
		Tenants []struct {
			AdminKey string `json:"admin_key"`
		} `json:"tenants"`
	}
	if err := json.Unmarshal(raw, &c); err != nil || len(c.Tenants) == 0 {
		return "", errors.Join(errors.New("credentials.json names no tenant"), err)
	}
	return c.Tenants[0].AdminKey, nil
}

// stop ends the host, and its MiniStack if it was killed before it could. After a failure the folder stays.
func (h *host) stop(ctx context.Context, failed bool) error {
	err := h.end(syscall.SIGTERM)
	var left emulator.Identity
	if raw, read := os.ReadFile(h.data("ministack/instance.json")); read == nil && json.Unmarshal(raw, &left) == nil && left.PID > 1 {
		// The token says that it is this run's, and not somebody else's on its port.
		if id, alive := emulator.Identify(ctx, emulator.Endpoint(portOf(raw))); alive == nil && id == left {
			err = errors.Join(err, syscall.Kill(left.PID, syscall.SIGKILL))
		}
	}
	_ = h.log.Close() // its lines were written when they came
	if failed || err != nil {
		return err
	}
	return os.RemoveAll(h.folder)
}

// portOf is the port in a MiniStack's instance.json; 0 is no instance's.
func portOf(raw []byte) int {
	var v struct {
		Port int `json:"port"`
	}
	if json.Unmarshal(raw, &v) != nil {
		return 0
	}
	return v.Port
}
