package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"strconv"
	"sync"
	"time"

	"guardrails/shared/webhook"
)

const (
	// maxHook is the largest body that the receiver reads; webhooks have 256 KiB at most.
	maxHook       = 1 << 20
	hookTimeout   = 30 * time.Second
	listenDefault = 9099
	shownBody     = 400
)

// listener receives webhooks on this machine and prints a line for each.
type listener struct {
	secret, down string
	mu           sync.Mutex
	out          io.Writer
	seen         map[string]int
}

// listen runs a receiver of webhooks for developers: it checks signatures as a receiver should, and can be told to fail.
func listen(ctx context.Context, s streams, args []string) int {
	l := &listener{out: s.out, seen: map[string]int{}}
	port := 0
	set := flag.NewFlagSet("guardrails listen", flag.ContinueOnError)
	set.SetOutput(s.err)
	set.IntVar(&port, "port", listenDefault, "the port on 127.0.0.1; 0 takes a free one")
	set.StringVar(&l.secret, "secret", "", "the destination's secret (whsec_… or whpk_…), by which signatures are checked")
	set.StringVar(&l.down, "down", "", "answer 503 for as long as this file exists")
	if err := set.Parse(args); err != nil {
		return usageStatus(err)
	}
	at, err := (&net.ListenConfig{}).Listen(ctx, "tcp", net.JoinHostPort("127.0.0.1", strconv.Itoa(port)))
	if err != nil {
		fmt.Fprintf(s.err, "guardrails listen: %v\n", err)
		return exitFailed
	}
	fmt.Fprintf(s.err, "listening on http://%s\n", at.Addr())
	server := &http.Server{Handler: l, ReadHeaderTimeout: hookTimeout}
	stop := context.AfterFunc(ctx, func() { _ = server.Close() }) // what is being answered is asked for again
	defer stop()
	if err := server.Serve(at); !errors.Is(err, http.ErrServerClosed) {
		fmt.Fprintf(s.err, "guardrails listen: %v\n", err)
		return exitFailed
	}
	return 0
}

// ServeHTTP answers one webhook.
func (l *listener) ServeHTTP(w http.ResponseWriter, req *http.Request) {
	body, err := io.ReadAll(http.MaxBytesReader(w, req.Body, maxHook))
	if err != nil {
		w.WriteHeader(http.StatusRequestEntityTooLarge)
		return
	}
	id, h := req.Header.Get("webhook-id"), req.Header
	signature := "signature not checked"
	if l.secret != "" {
		signature = "signature ok"
		if webhook.Verify([]string{l.secret}, id, h.Get("webhook-timestamp"), h.Get("webhook-signature"), body, time.Now()) != nil {
			signature = "SIGNATURE WRONG"
		}
	}
	status := http.StatusOK
	if _, err := os.Stat(l.down); l.down != "" && err == nil {
		status = http.StatusServiceUnavailable
	}
	l.mu.Lock()
	l.seen[id]++
	fmt.Fprintf(l.out, "%d, attempt %d, %s: %.*s\n", status, l.seen[id], signature, shownBody, body)
	l.mu.Unlock()
	w.WriteHeader(status)
}
