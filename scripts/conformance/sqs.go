package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"time"

	"guardrails/shared/clock"
	"guardrails/shared/emulator"
)

const (
	startWithin = 90 * time.Second
	testsWithin = 10 * time.Minute
	stopWithin  = 10 * time.Second
	pollEvery   = 100 * time.Millisecond
)

// suites are the packages whose tests need queues alone.
func suites() []string { return []string{"./shared/queue", "./scripts/internal/redrive"} }

// sqs starts ElasticMQ and runs the suites against it.
func sqs(ctx context.Context, w io.Writer, root string) (err error) {
	java, jars, err := install(ctx, w, root)
	if err != nil {
		return err
	}
	folder, err := os.MkdirTemp("", "guardrails-elasticmq-*")
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(folder)) }()
	s, err := start(ctx, java, jars, folder)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, s.stop()) }()
	ctx, cancel := context.WithTimeout(ctx, testsWithin)
	defer cancel()
	cmd := exec.CommandContext(ctx, "go", append([]string{"test", "-count=1", "-v"}, suites()...)...)
	cmd.Dir = root
	cmd.Env = append(os.Environ(), "GUARDRAILS_TEST_ENDPOINT="+s.endpoint, "GUARDRAILS_TEST_LACKS="+lacks)
	out, err := cmd.CombinedOutput()
	if err != nil {
		return fmt.Errorf("%w\n%s", err, out)
	}
	for line := range strings.Lines(string(out)) {
		if strings.Contains(line, "lacks ") {
			fmt.Fprint(w, "skipped:", line)
		}
	}
	return nil
}

// lacks names what ElasticMQ cannot do, for awstest.Lacks.
const lacks = ""

// server is a running ElasticMQ.
type server struct {
	endpoint string
	cmd      *exec.Cmd
	ended    chan error
}

func start(ctx context.Context, java, jars, folder string) (*server, error) {
	port, err := emulator.FreePort(0)
	if err != nil {
		return nil, err
	}
	conf, log := filepath.Join(folder, "elasticmq.conf"), filepath.Join(folder, "log.txt")
	if err := os.WriteFile(conf, []byte(settings(port)), 0o600); err != nil {
		return nil, err
	}
	out, err := os.Create(log)
	if err != nil {
		return nil, err
	}
	defer out.Close() // the child has its own descriptor
	s := &server{endpoint: emulator.Endpoint(port), ended: make(chan error, 1)}
	s.cmd = exec.Command(java, "-Xmx256m", "-Dconfig.file="+conf, "-cp", filepath.Join(jars, "*"), "org.elasticmq.server.Main")
	s.cmd.Dir, s.cmd.Stdout, s.cmd.Stderr = folder, out, out
	if err := s.cmd.Start(); err != nil {
		return nil, fmt.Errorf("start ElasticMQ: %w", err)
	}
	go func() { s.ended <- s.cmd.Wait() }()
	if err := s.ready(ctx); err != nil {
		text, _ := os.ReadFile(log) // the error is told in any case
		return nil, errors.Join(fmt.Errorf("%w: %s", err, text), s.stop())
	}
	return s, nil
}

// settings bind the one port that is needed, on loopback, and ask for AWS's own limits.
func settings(port int) string {
	return fmt.Sprintf(`include classpath("application.conf")
generate-node-address = false
node-address { protocol = http, host = "127.0.0.1", port = %d, context-path = "" }
rest-sqs { enabled = true, bind-hostname = "127.0.0.1", bind-port = %d, sqs-limits = strict }
rest-stats { enabled = false }
aws { region = us-east-1, accountId = 000000000000 }
`, port, port)
}

// ready waits until it answers.
func (s *server) ready(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, startWithin)
	defer cancel()
	for !answers(ctx, s.endpoint) {
		select {
		case err := <-s.ended:
			s.ended <- err
			return fmt.Errorf("ElasticMQ ended: %w", errors.Join(err, errNotReady))
		default:
		}
		if clock.Pause(ctx, pollEvery) != nil {
			return errNotReady
		}
	}
	return nil
}

var errNotReady = errors.New("ElasticMQ did not answer in time")

// stop ends the process, whose state is worth nothing.
func (s *server) stop() error {
	_ = s.cmd.Process.Signal(syscall.SIGTERM) // fails only when it has ended
	select {
	case err := <-s.ended:
		var exit *exec.ExitError // it ended by the signal, and says so
		if errors.As(err, &exit) {
			return nil
		}
		return err
	case <-time.After(stopWithin):
		return s.cmd.Process.Kill()
	}
}
