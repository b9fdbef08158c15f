package main

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"os/exec"
	"slices"
	"strings"
	"time"
)

// start is what one start took: the process's CPU, user and system together, and the time until it was ready.
type start struct{ cpu, wall time.Duration }

// readyWithin bounds one start.
const readyWithin = 10 * time.Second

// stub is Lambda's runtime API as far as a start needs it: it tells when a function asks for an event, and gives none.
type stub struct {
	server  *http.Server
	address string
	asked   chan time.Time
}

// next is where a function asks for its next event.
const next = "/2018-06-01/runtime/invocation/next"

func newStub() (*stub, error) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	s := &stub{address: listener.Addr().String(), asked: make(chan time.Time, 1)}
	s.server = &http.Server{Handler: http.HandlerFunc(s.answer), ReadHeaderTimeout: readyWithin}
	go func() { _ = s.server.Serve(listener) }() // it ends with the stub
	return s, nil
}

func (s *stub) close() { _ = s.server.Close() } // nothing is lost with it

func (s *stub) answer(w http.ResponseWriter, r *http.Request) {
	if r.URL.Path != next {
		http.Error(w, "only the next event can be asked for", http.StatusNotFound)
		return
	}
	select {
	case s.asked <- time.Now():
	default: // asked again
	}
	<-r.Context().Done()
}

// measure starts a function several times and returns the median of each figure.
func measure(ctx context.Context, s *stub, bin, function string, runs int) (start, error) {
	var cpu, wall []time.Duration
	for range max(runs, 1) {
		one, err := s.start(ctx, bin, function)
		if err != nil {
			return start{}, err
		}
		cpu, wall = append(cpu, one.cpu), append(wall, one.wall)
	}
	return start{median(cpu), median(wall)}, nil
}

func median(list []time.Duration) time.Duration {
	slices.Sort(list)
	return list[len(list)/2]
}

// start runs a function until it asks for an event, and ends it.
func (s *stub) start(ctx context.Context, bin, function string) (start, error) {
	ctx, cancel := context.WithTimeout(ctx, readyWithin)
	defer cancel()
	cmd := exec.CommandContext(ctx, bin)
	cmd.WaitDelay = time.Second // for whatever it has started itself
	var printed strings.Builder
	cmd.Stdout, cmd.Stderr = &printed, &printed
	cmd.Env = environment(s.address, function)
	ended := make(chan error, 1)
	begin := time.Now()
	if err := cmd.Start(); err != nil {
		return start{}, err
	}
	go func() { ended <- cmd.Wait() }()
	select {
	case ready := <-s.asked:
		cancel()
		if err := <-ended; err == nil {
			return start{}, errors.New("it ended by itself when it had asked for an event")
		}
		return start{cmd.ProcessState.UserTime() + cmd.ProcessState.SystemTime(), ready.Sub(begin)}, nil
	case err := <-ended:
		return start{}, fmt.Errorf("it ended by itself: %w\n%s", errors.Join(err, ctx.Err()), printed.String())
	}
}

// environment is what Lambda gives a function, with credentials that are worth nothing.
func environment(address, function string) []string {
	return []string{
		"AWS_LAMBDA_RUNTIME_API=" + address, "AWS_LAMBDA_FUNCTION_NAME=guardrails-local-" + function, "AWS_LAMBDA_FUNCTION_VERSION=1",
		"AWS_LAMBDA_FUNCTION_MEMORY_SIZE=1769", "AWS_REGION=us-east-1", "AWS_ACCESS_KEY_ID=test", "AWS_SECRET_ACCESS_KEY=test", "AWS_SESSION_TOKEN=test",
		"GUARDRAILS_ENV=local", "GUARDRAILS_FUNCTION=" + function, "GUARDRAILS_ACCOUNT=000000000000",
		"GUARDRAILS_TENANT_ROLE=arn:aws:iam::000000000000:role/guardrails-local-" + function + "-tenant",
	}
}
