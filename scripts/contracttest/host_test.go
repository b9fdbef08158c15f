package main

import (
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// fakeHost is a host without a process: a server that answers, and a data folder.
func fakeHost(t *testing.T, status int, keys string) *host {
	t.Helper()
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.WriteHeader(status)
		fmt.Fprint(w, "{}")
	}))
	t.Cleanup(server.Close)
	h := &host{url: server.URL, data: t.TempDir(), folder: t.TempDir(), done: make(chan error, 1)}
	if err := os.WriteFile(filepath.Join(h.data, "credentials.json"), []byte(keys), 0o600); err != nil {
		t.Fatal(err)
	}
	return h
}

const demoKeys = `{"platform_admin_key":"p","tenants":[{"slug":"acme","admin_key":"a"}]}`

func TestReadyTakesTheKeys(t *testing.T) {
	t.Parallel()
	h := fakeHost(t, http.StatusOK, demoKeys)
	if err := h.ready(t.Context()); err != nil {
		t.Fatal(err)
	}
	passes := h.passes()
	if len(passes) != 2 || passes[0].key != "a" || passes[1].key != "p" {
		t.Errorf("passes = %v", passes)
	}
}

func TestReadySeesTheHostEnd(t *testing.T) {
	t.Parallel()
	h := fakeHost(t, http.StatusServiceUnavailable, demoKeys)
	h.done <- errors.New("exit status 3")
	if err := h.ready(t.Context()); err == nil || !strings.Contains(err.Error(), "exit status 3") {
		t.Errorf("ready = %v, want the host's end", err)
	}
}

func TestReadKeysNeedsThemAll(t *testing.T) {
	t.Parallel()
	for name, keys := range map[string]string{
		"no JSON": `{`, "no tenant": `{"platform_admin_key":"p"}`, "no platform key": `{"tenants":[{"slug":"acme"}]}`,
	} {
		if err := fakeHost(t, http.StatusOK, keys).readKeys(); err == nil {
			t.Errorf("%s: no error", name)
		}
	}
}

func TestStopShowsTheLogOfAHostThatFailed(t *testing.T) {
	t.Parallel()
	h := fakeHost(t, http.StatusOK, demoKeys)
	h.cmd = exec.CommandContext(t.Context(), "sh", "-c", "echo the reason; exit 3")
	if err := h.start(); err != nil {
		t.Fatal(err)
	}
	h.done <- <-h.done
	var out strings.Builder
	err := h.stop(&out, false)
	if err == nil || !strings.Contains(out.String(), "the reason") {
		t.Errorf("stop = %v with %q, want an error and the log", err, out.String())
	}
	if _, err := os.Stat(h.folder); !os.IsNotExist(err) {
		t.Errorf("the folder is still there: %v", err)
	}
}
