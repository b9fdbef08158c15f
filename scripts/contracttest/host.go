package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"syscall"
	"time"

	"guardrails/shared/emulator"
)

const (
	readyWithin = 2 * time.Minute
	stopWithin  = 30 * time.Second
	pollEvery   = 200 * time.Millisecond
	// maxDocument bounds what is read of an answer.
	maxDocument = 16 << 20
)

// host is a local host that this process started.
type host struct {
	url  string
	data string
	// folder holds data and the log, and is removed at the end.
	folder string
	cmd    *exec.Cmd
	done   chan error
	keys   credentials
}

// credentials is what the local host writes for its demo tenants.
type credentials struct {
	PlatformAdminKey string `json:"platform_admin_key"`
	Tenants          []struct {
		Slug     string `json:"slug"`
		AdminKey string `json:"admin_key"`
	} `json:"tenants"`
}

// startHost builds and starts the local host and waits until it is ready.
func startHost(ctx context.Context, w io.Writer, root string) (*host, error) {
	bin := filepath.Join(root, "dist", "guardrails-local")
	if err := command(ctx, w, root, "go", "build", "-o", bin, "./infra/local/serve"); err != nil {
		return nil, fmt.Errorf("build the local host: %w", err)
	}
	free, err := emulator.FreePort(0)
	if err != nil {
		return nil, err
	}
	port := strconv.Itoa(free)
	folder, err := os.MkdirTemp("", "contract-*")
	if err != nil {
		return nil, err
	}
	h := &host{
		url: "http://127.0.0.1:" + port, folder: folder, data: filepath.Join(folder, "data"),
		cmd: exec.Command(bin), done: make(chan error, 1),
	}
	h.cmd.Dir = root
	h.cmd.Env = append(os.Environ(), "PORT="+port, "GUARDRAILS_DATA="+h.data, "GUARDRAILS_ALLOW_PRIVATE_DESTINATIONS=1")
	if err := h.start(); err != nil {
		return nil, errors.Join(err, os.RemoveAll(folder))
	}
	fmt.Fprintln(w, "local host at", h.url)
	if err := h.ready(ctx); err != nil {
		return nil, errors.Join(err, h.stop(w, true))
	}
	return h, nil
}

func (h *host) start() error {
	log, err := os.Create(h.logName())
	if err != nil {
		return err
	}
	h.cmd.Stdout, h.cmd.Stderr = log, log
	if err := h.cmd.Start(); err != nil {
		return errors.Join(fmt.Errorf("start the local host: %w", err), log.Close())
	}
	go func() { h.done <- errors.Join(h.cmd.Wait(), log.Close()) }()
	return nil
}

func (h *host) logName() string { return filepath.Join(h.folder, "host.log") }

// ready waits for the host's own word and then reads the keys, which it writes before.
func (h *host) ready(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, readyWithin)
	defer cancel()
	tick := time.NewTicker(pollEvery)
	defer tick.Stop()
	for {
		if h.download(ctx, "/api/v1/ready", os.DevNull) == nil && h.readKeys() == nil {
			return nil
		}
		select {
		case err := <-h.done:
			h.done <- err
			return fmt.Errorf("the local host ended before it was ready: %w", err)
		case <-ctx.Done():
			return fmt.Errorf("wait for the local host: %w", ctx.Err())
		case <-tick.C:
		}
	}
}

func (h *host) readKeys() error {
	text, err := os.ReadFile(filepath.Join(h.data, "credentials.json"))
	if err != nil {
		return err
	}
	if err := json.Unmarshal(text, &h.keys); err != nil {
		return fmt.Errorf("read credentials.json: %w", err)
	}
	if len(h.keys.Tenants) == 0 || h.keys.PlatformAdminKey == "" {
		return errors.New("credentials.json names no tenant or no platform key")
	}
	return nil
}

// passes are the callers: a tenant's administrator on every route, and the platform's on those that are its own.
func (h *host) passes() []pass {
	tenant := h.keys.Tenants[0]
	return []pass{
		{"administrator of " + tenant.Slug, tenant.AdminKey, "."},
		{"platform administrator", h.keys.PlatformAdminKey, "/v1/(tenants|permissions)"},
	}
}

// download writes the answer of a GET to a file; an answer other than 200 is an error.
func (h *host) download(ctx context.Context, path, name string) error {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, h.url+path, nil)
	if err != nil {
		return err
	}
	client := &http.Client{Timeout: 10 * time.Second}
	resp, err := client.Do(req)
	if err != nil {
		return err
	}
	defer resp.Body.Close()
	if resp.StatusCode != http.StatusOK {
		return fmt.Errorf("GET %s: status %d", path, resp.StatusCode)
	}
	body, err := io.ReadAll(io.LimitReader(resp.Body, maxDocument))
	if err != nil {
		return fmt.Errorf("GET %s: %w", path, err)
	}
	return os.WriteFile(name, body, 0o600)
}

// stop ends the host as Ctrl-C would and removes its data. After a failure it prints the host's log first. A host
// that does not stop in time, or that stops with an error, is a failure of its own.
func (h *host) stop(w io.Writer, failed bool) error {
	err := h.cmd.Process.Signal(syscall.SIGTERM)
	if errors.Is(err, os.ErrProcessDone) {
		err = nil
	}
	select {
	case ended := <-h.done:
		if ended != nil {
			err = errors.Join(err, fmt.Errorf("the local host ended with %w", ended))
		}
	case <-time.After(stopWithin):
		err = errors.Join(err, fmt.Errorf("the local host did not stop within %s", stopWithin), h.cmd.Process.Kill())
	}
	if failed || err != nil {
		h.printLog(w)
	}
	return errors.Join(err, os.RemoveAll(h.folder))
}

// printLog prints the end of the host's log, where the reason of a failure is.
func (h *host) printLog(w io.Writer) {
	const end = 8 << 10
	text, err := os.ReadFile(h.logName())
	if err != nil {
		return
	}
	fmt.Fprintf(w, "\n== end of the local host's log\n%s\n", text[max(0, len(text)-end):])
}
