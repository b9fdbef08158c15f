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
	"path/filepath"
	"strconv"
	"syscall"

	"guardrails/scripts/internal/tour"
	"guardrails/scripts/internal/tree"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	examples := flag.Int("examples", 5, "generated requests per route, kind and phase")
	seed := flag.Int("seed", 1, "seed of the generated requests")
	tourOnly := flag.Bool("tour", false, "only take the README's tour")
	flag.Parse()
	if err := run(ctx, os.Stdout, *examples, *seed, *tourOnly); err != nil {
		fmt.Fprintln(os.Stderr, "contracttest:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, w io.Writer, examples, seed int, tourOnly bool) (err error) {
	root, err := tree.Root(ctx)
	if err != nil {
		return err
	}
	bin, err := install(ctx, w, root)
	if err != nil {
		return err
	}
	h, err := startHost(ctx, w, root)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, h.stop(w, err != nil)) }()
	if err := tour.Take(ctx, w, tour.Where{Root: root, URL: h.url, Credentials: filepath.Join(h.data, "credentials.json"), Scratch: h.folder, Local: true}); err != nil || tourOnly {
		return err
	}
	document := filepath.Join(h.data, "openapi.json")
	if err := h.download(ctx, "/api/v1/openapi.json", document); err != nil {
		return err
	}
	if err := command(ctx, w, h.data, filepath.Join(bin, "openapi-spec-validator"), document); err != nil {
		return fmt.Errorf("the OpenAPI document is not valid: %w", err)
	}
	for _, p := range h.passes() {
		fmt.Fprintf(w, "\n== as %s\n", p.who)
		args := schemathesis(document, h.url, p, examples, seed)
		cmd := program(ctx, w, h.data, filepath.Join(bin, "schemathesis"), args...)
		cmd.Env = append(os.Environ(), "SCHEMATHESIS_HOOKS=lines", "PYTHONPATH="+filepath.Join(root, "scripts", "contracttest"), "PYTHONDONTWRITEBYTECODE=1")
		if err := cmd.Run(); err != nil {
			return fmt.Errorf("requests as %s: %w", p.who, err)
		}
	}
	return nil
}

// pass is one run over the routes whose paths match, with one caller's key.
type pass struct{ who, key, paths string }

// schemathesis returns the arguments of a run that is the same every time.
func schemathesis(document, url string, p pass, examples, seed int) []string {
	return []string{
		"run", document, "--url", url, "--header", "X-API-Key: " + p.key, "--include-path-regex", p.paths,
		"--phases", "examples,coverage,fuzzing", "--mode", "all",
		"--checks", "not_a_server_error,status_code_conformance,content_type_conformance,response_schema_conformance",
		"--max-examples", strconv.Itoa(examples), "--seed", strconv.Itoa(seed), "--generation-database", "none",
		// One worker: Hypothesis parses sources in each, and in Python 3.11 two at once fail with a SystemError.
		"--suppress-health-check", "all", "--request-timeout", "15", "--workers", "1", "--warnings", "off", "--no-color",
	}
}

// command runs a program in dir and passes its output on.
func command(ctx context.Context, w io.Writer, dir, name string, args ...string) error {
	return program(ctx, w, dir, name, args...).Run()
}

func program(ctx context.Context, w io.Writer, dir, name string, args ...string) *exec.Cmd {
	cmd := exec.CommandContext(ctx, name, args...)
	cmd.Dir, cmd.Stdout, cmd.Stderr = dir, w, w
	return cmd
}
