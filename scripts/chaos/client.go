package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"time"

	"guardrails/shared/clock"
)

const (
	callWithin = 15 * time.Second
	// setupWithin bounds what is called before the first kill, listWithin what is read at the end.
	setupWithin = time.Minute
	listWithin  = 2 * time.Minute
	// again is the pause before a request is sent once more.
	again = 200 * time.Millisecond
	// maxAnswer bounds what is read of an answer; maxPages how many pages of a list are read.
	maxAnswer = 8 << 20
	maxPages  = 10_000
)

// client calls the API as one tenant's administrator.
type client struct {
	url, key string
	http     *http.Client
}

func newClient(url, key string) *client {
	return &client{url, key, &http.Client{Timeout: callWithin}}
}

// send makes one request and returns the status and body of its answer.
func (c *client) send(ctx context.Context, method, path string, in any) (int, []byte, error) {
	var body []byte
	if in != nil {
		var err error
		if body, err = json.Marshal(in); err != nil {
			return 0, nil, fmt.Errorf("encode the request: %w", err)
		}
	}
	req, err := http.NewRequestWithContext(ctx, method, c.url+path, bytes.NewReader(body))
	if err != nil {
		return 0, nil, fmt.Errorf("make the request: %w", err)
	}
	req.Header.Set("Content-Type", "application/json")
	req.Header.Set("X-Api-Key", c.key)
	resp, err := c.http.Do(req)
	if err != nil {
		return 0, nil, err
	}
	defer resp.Body.Close()
	out, err := io.ReadAll(io.LimitReader(resp.Body, maxAnswer))
	return resp.StatusCode, out, err
}

// retryable reports whether a request may be sent again as it is: there was no answer, or one that says so.
func retryable(status int, err error) bool {
	return err != nil || status >= http.StatusInternalServerError || status == http.StatusTooManyRequests
}

// call makes a request until it is answered, and decodes an answer of success.
func (c *client) call(ctx context.Context, method, path string, in, out any) error {
	for {
		status, body, err := c.send(ctx, method, path, in)
		switch {
		case retryable(status, err):
			if clock.Pause(ctx, again) == nil {
				continue
			}
			return errors.Join(fmt.Errorf("%s %s: status %d", method, path, status), err)
		case status >= http.StatusMultipleChoices:
			return fmt.Errorf("%s %s: status %d: %s", method, path, status, bytes.TrimSpace(body))
		}
		if err := json.Unmarshal(body, out); err != nil {
			return fmt.Errorf("decode the answer of %s %s: %w", method, path, err)
		}
		return nil
	}
}

// watch makes a destination at url and a rule that sends it the events that the condition holds for.
func (c *client) watch(ctx context.Context, name, url, condition string) error {
	ctx, cancel := context.WithTimeout(ctx, setupWithin)
	defer cancel()
	var destination, rule struct {
		ID string `json:"id"`
	}
	err := c.call(ctx, http.MethodPost, "/api/v1/destinations", map[string]any{
		// A killed host's attempts hold their places until their leases end, so there are more than it can use at once.
		"name": name, "type": "webhook", "config": map[string]any{"url": url, "timeout_seconds": 1}, "limits": map[string]any{"per_second": 1000, "concurrency": 100},
	}, &destination)
	if err != nil {
		return err
	}
	return c.call(ctx, http.MethodPost, "/api/v1/rules", map[string]any{
		"name": name, "event_types": []string{eventType}, "condition": condition, "actions": []any{map[string]any{"destination_id": destination.ID}},
	}, &rule)
}

// slice is how long the time is whose deliveries are listed at once where no index has their status.
const slice = 20 * time.Second

// notDelivered lists the deliveries of events since a time that have not ended as delivered.
func (c *client) notDelivered(ctx context.Context, since time.Time) ([]string, error) {
	ctx, cancel := context.WithTimeout(ctx, listWithin)
	defer cancel()
	var out []string
	for _, status := range []string{"pending", "parked", "dead", "cancelled"} {
		found, err := c.list(ctx, url.Values{"status": {status}})
		if err != nil {
			return nil, err
		}
		out = append(out, found...)
	}
	// What is being delivered is in no index: it is looked for among all, a short time's at once.
	for end := time.Now(); since.Before(end); since = since.Add(slice) {
		found, err := c.list(ctx, url.Values{"status": {"delivering"}, "since": {clock.Format(since)}, "until": {clock.Format(since.Add(slice))}})
		if err != nil {
			return nil, err
		}
		out = append(out, found...)
	}
	return out, nil
}

// list reads all pages of deliveries, each as a line for people.
func (c *client) list(ctx context.Context, query url.Values) ([]string, error) {
	query.Set("limit", "100")
	var out []string
	for range maxPages {
		var page struct {
			Data []struct {
				ID     string `json:"id"`
				Status string `json:"status"`
				Reason string `json:"reason"`
			} `json:"data"`
			Next *string `json:"next_cursor"`
		}
		if err := c.call(ctx, http.MethodGet, "/api/v1/deliveries?"+query.Encode(), nil, &page); err != nil {
			return nil, err
		}
		for _, d := range page.Data {
			out = append(out, strings.TrimSpace(d.ID+" is "+d.Status+" "+d.Reason))
		}
		if page.Next == nil {
			return out, nil
		}
		query.Set("cursor", *page.Next)
	}
	return nil, fmt.Errorf("there are more than %d pages of deliveries", maxPages)
}
