package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/exec"
	"os/signal"
	"syscall"
	"time"
)

// limit is how long the tests of one package may take, before go test ends them with all their stacks.
const limit = "8m"

// errFailed says that the tests ran and some failed: everything about it has been printed.
var errFailed = errors.New("tests failed")

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	short := flag.Bool("short", false, "leave out what needs services")
	pattern := flag.String("run", "", "run only tests that match the pattern")
	flag.Parse()
	err := run(ctx, os.Stdout, *short, goTest(*short, *pattern, flag.Args()))
	if err == nil {
		return
	}
	if !errors.Is(err, errFailed) {
		fmt.Fprintln(os.Stderr, "test:", err)
	}
	os.Exit(1)
}

// goTest returns the arguments of the go command.
func goTest(short bool, pattern string, packages []string) []string {
	// go vet is a step of the lint, with all that it knows.
	args := []string{"test", "-json", "-vet=off", "-shuffle=on", "-count=1", "-timeout=" + limit}
	if short {
		args = append(args, "-short")
	} else {
		args = append(args, "-race")
	}
	if pattern != "" {
		args = append(args, "-run="+pattern)
	}
	if len(packages) == 0 {
		packages = []string{"./..."}
	}
	return append(args, packages...)
}

// run runs go test with an endpoint in its environment and prints results as they come, then the counts.
func run(ctx context.Context, w io.Writer, short bool, args []string) error {
	env := os.Environ()
	if !short {
		endpoint, err := awsEndpoint(ctx, w)
		if err != nil {
			return err
		}
		env = append(env, endpointVariable+"="+endpoint)
	}
	start := time.Now()
	t := newTally(w)
	err := stream(ctx, t, env, args)
	t.summary(time.Since(start))
	if err != nil {
		return err
	}
	if t.failed > 0 {
		return errFailed
	}
	return nil
}

// stream runs go test and hands its events to t. That tests failed is t's to say; any other failure is an error.
func stream(ctx context.Context, t *tally, env, args []string) error {
	cmd := exec.CommandContext(ctx, "go", args...)
	cmd.Env, cmd.Stderr = env, os.Stderr
	cmd.Cancel = func() error { return cmd.Process.Signal(os.Interrupt) }
	cmd.WaitDelay = 10 * time.Second
	out, err := cmd.StdoutPipe()
	if err != nil {
		return err
	}
	if err := cmd.Start(); err != nil {
		return fmt.Errorf("start go test: %w", err)
	}
	readErr := t.read(out)
	err = cmd.Wait()
	var exit *exec.ExitError
	if ctx.Err() != nil {
		return fmt.Errorf("interrupted: %w", ctx.Err())
	}
	if errors.As(err, &exit) && t.failed > 0 {
		err = nil
	}
	return errors.Join(readErr, err)
}
