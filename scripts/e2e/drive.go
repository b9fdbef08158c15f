package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"time"

	"guardrails/scripts/internal/tour"
	"guardrails/shared/emulator"
	"guardrails/shared/provision"
)

const (
	answerWithin = 30 * time.Second
	// maxAnswer bounds what is read of an answer.
	maxAnswer = 16 << 20
)

// accounts is what the README's tour reads.
type accounts struct {
	BaseURL          string   `json:"base_url"`
	PlatformAdminKey string   `json:"platform_admin_key"`
	Tenants          []tenant `json:"tenants"`
}

type tenant struct {
	ID       string `json:"id"`
	Slug     string `json:"slug"`
	AdminKey string `json:"admin_key"`
}

// enforce makes MiniStack evaluate the roles' policies, so that what follows shows that they allow enough.
func (d *deployment) enforce(ctx context.Context) error {
	return emulator.Enforce(ctx, d.stack.Endpoint)
}

// tenants makes the first administrator with the operator's tool, and with its key two tenants over the API.
func (d *deployment) tenants(ctx context.Context) error {
	tool := filepath.Join(d.work, "guardrails")
	if err := d.tool(ctx, d.root, nil, "go", "build", "-o", tool, "./scripts/guardrails"); err != nil {
		return err
	}
	key, err := d.output(ctx, d.root, d.variables(), tool, "platform-admin", "--env", environment, "--account", provision.Account)
	if err != nil {
		return err
	}
	d.keys = accounts{BaseURL: d.url, PlatformAdminKey: strings.TrimSpace(key)}
	for _, name := range []string{"Acme", "Globex"} {
		var t tenant
		if err := d.call(ctx, http.MethodPost, "/api/v1/tenants", d.keys.PlatformAdminKey, map[string]string{"name": name}, http.StatusCreated, &t); err != nil {
			return err
		}
		d.keys.Tenants = append(d.keys.Tenants, t)
	}
	raw, err := json.Marshal(d.keys)
	if err != nil {
		return err
	}
	return os.WriteFile(filepath.Join(d.work, "credentials.json"), raw, 0o600)
}

// frontDoor checks the answers that API Gateway gives, and those of a function without credentials.
func (d *deployment) frontDoor(ctx context.Context) error {
	acme := d.keys.Tenants[0].AdminKey
	for _, c := range []struct {
		method, path, key string
		body              any
		want              int
	}{
		{http.MethodGet, "/api/v1/health", "", nil, http.StatusOK},
		{http.MethodGet, "/api/v1/ready", "", nil, http.StatusOK},
		{http.MethodGet, "/api/v1/openapi.json", "", nil, http.StatusOK},
		{http.MethodGet, "/api/v1/no/such/path", "", nil, http.StatusNotFound},
		{http.MethodDelete, "/api/v1/health", "", nil, http.StatusMethodNotAllowed},
		{http.MethodGet, "/api/v1/jobs", "", nil, http.StatusUnauthorized},
		{http.MethodGet, "/api/v1/jobs", "gr_live_nonsense", nil, http.StatusUnauthorized},
		{http.MethodGet, "/api/v1/tenants", acme, nil, http.StatusForbidden},
		{http.MethodGet, "/api/v1/jobs/job_00000000000000000000000000", acme, nil, http.StatusNotFound},
		{http.MethodPost, "/api/v1/analyze", acme, map[string]any{"text": "good", "unknown": 1}, http.StatusUnprocessableEntity},
	} {
		if err := d.call(ctx, c.method, c.path, c.key, c.body, c.want, nil); err != nil {
			return err
		}
	}
	return nil
}

// call sends a request with a JSON body, unless in is nil, and decodes the answer into out, unless that is nil.
func (d *deployment) call(ctx context.Context, method, path, key string, in any, want int, out any) error {
	return d.callWith(ctx, nil, method, path, key, in, want, out)
}

// callWith is call with headers of its own.
func (d *deployment) callWith(ctx context.Context, header http.Header, method, path, key string, in any, want int, out any) error {
	body, err := encode(in)
	if err != nil {
		return err
	}
	a, err := d.send(ctx, header, method, path, key, body)
	if err != nil {
		return err
	}
	if a.status != want {
		return fmt.Errorf("%s %s answered %d, want %d: %s", method, path, a.status, want, a.body)
	}
	if out == nil {
		return nil
	}
	return json.Unmarshal([]byte(a.body), out)
}

// encode makes a body of JSON; nil is none.
func encode(in any) (string, error) {
	if in == nil {
		return "", nil
	}
	raw, err := json.Marshal(in)
	return string(raw), err
}

// answer is what a request got.
type answer struct {
	status int
	header http.Header
	body   string
}

// send makes a request with a body of JSON, as the owner of the key unless that is "".
func (d *deployment) send(ctx context.Context, header http.Header, method, path, key, body string) (answer, error) {
	ctx, cancel := context.WithTimeout(ctx, answerWithin)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, method, d.url+path, strings.NewReader(body))
	if err != nil {
		return answer{}, err
	}
	req.Header.Set("Content-Type", "application/json")
	maps.Copy(req.Header, header)
	if key != "" {
		req.Header.Set("Authorization", "Bearer "+key)
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		return answer{}, err
	}
	defer resp.Body.Close()
	raw, err := io.ReadAll(io.LimitReader(resp.Body, maxAnswer))
	return answer{resp.StatusCode, resp.Header, string(raw)}, err
}

// tour takes the README's tour against the deployed API.
func (d *deployment) tour(ctx context.Context) error {
	return tour.Take(ctx, d.out, tour.Where{Root: d.root, URL: d.url, Credentials: filepath.Join(d.work, "credentials.json"), Scratch: d.work})
}
