package main

import (
	"cmp"
	"context"
	"fmt"
	"net"
	"net/http"
	"net/netip"
	"time"
)

// probeWithin bounds the question of -health.
const probeWithin = 3 * time.Second

// probe asks the server on this machine whether it lives, for containers that hold no other program to ask with.
func probe(ctx context.Context, lookup func(string) string) error {
	listen := cmp.Or(lookup("GUARDRAILS_LISTEN"), defaultListen)
	host, port, err := net.SplitHostPort(listen)
	if err != nil {
		return fmt.Errorf("GUARDRAILS_LISTEN is no address with a port: %w", err)
	}
	if a, err := netip.ParseAddr(host); err == nil && a.IsUnspecified() {
		host = "127.0.0.1"
		if a.Is6() {
			host = "::1"
		}
	}
	ctx, cancel := context.WithTimeout(ctx, probeWithin)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://"+net.JoinHostPort(host, port)+"/api/v1/health", nil)
	if err != nil {
		return fmt.Errorf("ask for health: %w", err)
	}
	client := &http.Client{Transport: &http.Transport{DisableKeepAlives: true}} // no proxy of the environment
	resp, err := client.Do(req)
	if err != nil {
		return fmt.Errorf("ask for health: %w", err)
	}
	defer resp.Body.Close()
	if resp.StatusCode != http.StatusOK {
		return fmt.Errorf("the server answers %d", resp.StatusCode)
	}
	return nil
}
