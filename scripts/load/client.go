package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strings"
	"time"
)

// client calls one API.
type client struct {
	url  string
	http *http.Client
	body []byte
}

const (
	callTimeout = 60 * time.Second
	connections = 512
)

func newClient(url string) *client {
	body, err := json.Marshal(map[string]string{"text": sample("")})
	if err != nil {
		panic(err) // a map of strings always encodes
	}
	return &client{url: url, body: body, http: &http.Client{
		Timeout: callTimeout, Transport: &http.Transport{MaxIdleConns: connections, MaxIdleConnsPerHost: connections},
	}}
}

// sampleSize is the size of a text in bytes.
const sampleSize = 1024

// sample is a text of 1 KB with three findings; head makes it differ from others.
func sample(head string) string {
	s := head + "Please write to Jane at jane.roe@corp-mail.com about the order. Her card 4539 1488 0343 6467 was charged twice, " +
		"and the account GB82 WEST 1234 5698 7654 32 is still waiting for the refund. "
	for len(s) < sampleSize {
		s += "The committee met on Tuesday to talk about the new library building and the paths through the park. "
	}
	return s[:sampleSize]
}

// analyze sends the sample and returns the status of the answer, which is read to its end.
func (c *client) analyze(ctx context.Context, key string) (int, error) {
	resp, err := c.send(ctx, http.MethodPost, c.url+"/api/v1/analyze", key, c.body)
	if err != nil {
		return 0, err
	}
	defer resp.Body.Close()
	_, err = io.Copy(io.Discard, resp.Body)
	return resp.StatusCode, err
}

func (c *client) send(ctx context.Context, method, url, key string, body []byte) (*http.Response, error) {
	req, err := http.NewRequestWithContext(ctx, method, url, bytes.NewReader(body))
	if err != nil {
		return nil, fmt.Errorf("make the request: %w", err)
	}
	req.Header.Set("Content-Type", "application/json")
	req.Header.Set("Authorization", "Bearer "+key)
	return c.http.Do(req)
}

// call sends a request, demands a status of success, and decodes the answer into out.
func (c *client) call(ctx context.Context, method, path, key string, in, out any) error {
	body, err := json.Marshal(in)
	if err != nil {
		return fmt.Errorf("encode the request: %w", err)
	}
	if in == nil {
		body = nil
	}
	resp, err := c.send(ctx, method, c.url+path, key, body)
	if err != nil {
		return err
	}
	defer resp.Body.Close()
	if err := demand(resp); err != nil {
		return fmt.Errorf("%s %s: %w", method, strings.SplitN(path, "?", 2)[0], err)
	}
	if err := json.NewDecoder(resp.Body).Decode(out); err != nil {
		return fmt.Errorf("decode the answer: %w", err)
	}
	return nil
}

// demand turns a status of failure into an error with the beginning of the answer.
func demand(resp *http.Response) error {
	if resp.StatusCode < http.StatusMultipleChoices {
		return nil
	}
	const most = 500
	head, _ := io.ReadAll(io.LimitReader(resp.Body, most)) // half an explanation is better than none
	return fmt.Errorf("status %d: %s", resp.StatusCode, bytes.TrimSpace(head))
}
