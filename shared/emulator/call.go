package emulator

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"time"
)

const (
	callWithin = 2 * time.Second
	pollEvery  = 25 * time.Millisecond
	// maxAnswer bounds what is read of an answer.
	maxAnswer = 1 << 20
)

// Identity is what an instance says about itself.
type Identity struct {
	Token string `json:"token"`
	PID   int    `json:"pid"`
}

// Identify asks who answers at endpoint. An error means that nobody does or that it is no instance of ours.
func Identify(ctx context.Context, endpoint string) (Identity, error) {
	ctx, cancel := context.WithTimeout(ctx, callWithin)
	defer cancel()
	var id Identity
	body, err := call(ctx, http.MethodGet, endpoint+"/_guardrails/instance")
	if err != nil {
		return id, err
	}
	if err := json.Unmarshal(body, &id); err != nil {
		return id, fmt.Errorf("identify MiniStack: %w", err)
	}
	return id, nil
}

// Save makes an instance write its state now; it returns when the state is on disk.
func Save(ctx context.Context, endpoint string) error {
	_, err := call(ctx, http.MethodPost, endpoint+"/_guardrails/save")
	return err
}

// Release makes the instance give back all queue messages that were received and neither deleted nor released, those of
// polls still under way included. It is for the queues' only consumer, before it polls.
func Release(ctx context.Context, endpoint string) error {
	_, err := call(ctx, http.MethodPost, endpoint+"/_guardrails/release")
	return err
}

// Enforce makes the instance hold every caller to its IAM policies from now on. What it does not evaluate is in the
// emulator's own documentation; dynamodb:LeadingKeys is among it.
func Enforce(ctx context.Context, endpoint string) error {
	_, err := call(ctx, http.MethodPost, endpoint+"/_guardrails/enforce")
	return err
}

// Invocations is what one version of a function did behind an alias, for API Gateway, since the instance was started.
type Invocations struct {
	Function string `json:"function"`
	Alias    string `json:"alias"`
	Version  string `json:"version"`
	Begun    int    `json:"begun"`
	Ended    int    `json:"ended"`
	// Failed are those that ended in an error of the function, a crash or a timeout.
	Failed int `json:"failed"`
}

// CountInvocations asks the instance what each version did.
func CountInvocations(ctx context.Context, endpoint string) ([]Invocations, error) {
	ctx, cancel := context.WithTimeout(ctx, callWithin)
	defer cancel()
	body, err := call(ctx, http.MethodGet, endpoint+"/_guardrails/invocations")
	if err != nil {
		return nil, err
	}
	var out struct{ Invocations []Invocations }
	if err := json.Unmarshal(body, &out); err != nil {
		return nil, fmt.Errorf("count invocations: %w", err)
	}
	return out.Invocations, nil
}

// errStatus is an answer other than 200.
var errStatus = errors.New("MiniStack refused")

func call(ctx context.Context, method, url string) ([]byte, error) {
	req, err := http.NewRequestWithContext(ctx, method, url, nil)
	if err != nil {
		return nil, fmt.Errorf("call MiniStack: %w", err)
	}
	// A transport of its own: no proxy of the environment, no connection kept to an instance that may be gone.
	client := &http.Client{Transport: &http.Transport{DisableKeepAlives: true}}
	resp, err := client.Do(req)
	if err != nil {
		return nil, fmt.Errorf("call MiniStack: %w", err)
	}
	defer resp.Body.Close()
	if resp.StatusCode != http.StatusOK {
		return nil, fmt.Errorf("%w: status %d", errStatus, resp.StatusCode)
	}
	body, err := io.ReadAll(io.LimitReader(resp.Body, maxAnswer))
	if err != nil {
		return nil, fmt.Errorf("call MiniStack: %w", err)
	}
	return body, nil
}

// Ready waits until the instance answers. It fails when the instance ends or ctx does.
func (p *Process) Ready(ctx context.Context) error {
	tick := time.NewTicker(pollEvery)
	defer tick.Stop()
	for {
		if id, err := Identify(ctx, p.Endpoint); err == nil && id.PID == p.PID() {
			return nil
		}
		select {
		case <-p.done:
			return fmt.Errorf("MiniStack ended before it was ready: %w", p.ended())
		case <-ctx.Done():
			return fmt.Errorf("wait for MiniStack: %w", ctx.Err())
		case <-tick.C:
		}
	}
}

func (p *Process) ended() error {
	if p.err == nil {
		return errors.New("status 0")
	}
	return p.err
}
