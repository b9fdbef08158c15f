package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"time"

	"guardrails/infra/monitoring"
	"guardrails/scripts/internal/debian"
	"guardrails/scripts/internal/tree"
	"guardrails/shared/clock"
	"guardrails/shared/telemetry"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	err := run(ctx, os.Stdout)
	stop()
	if err != nil {
		fmt.Fprintln(os.Stderr, "monitoring:", err)
		os.Exit(1)
	}
}

// checkWithin bounds one call of a tool.
const checkWithin = 2 * time.Minute

// check is one call of a tool. Stdin is what it reads, if anything.
type check struct {
	name  string
	tool  string
	args  []string
	stdin string
}

func run(ctx context.Context, w io.Writer) error {
	root, err := tree.Root(ctx)
	if err != nil {
		return err
	}
	promtool, err := debian.Program{Package: "prometheus", Name: "promtool"}.Find(ctx, root, w)
	if err != nil {
		return err
	}
	amtool, err := debian.Program{Package: "prometheus-alertmanager", Name: "amtool"}.Find(ctx, root, w)
	if err != nil {
		return err
	}
	work, err := os.MkdirTemp("", "guardrails-monitoring-*")
	if err != nil {
		return fmt.Errorf("make a folder: %w", err)
	}
	defer os.RemoveAll(work) //nolint:errcheck // a folder left in the temporary one harms nobody
	queries, metrics, err := prepare(work)
	if err != nil {
		return err
	}
	dir := filepath.Join(root, "deploy", "prometheus")
	var failed []error
	for _, c := range []check{
		{name: "rules", tool: promtool, args: []string{"check", "rules", filepath.Join(dir, "rules.yaml")}},
		{name: "unit tests of the rules", tool: promtool, args: []string{"test", "rules", filepath.Join(dir, "rules_test.yaml")}},
		{name: "every query of the dashboard parses", tool: promtool, args: []string{"check", "rules", queries}},
		{name: "metrics as a process writes them", tool: promtool, args: []string{"check", "metrics"}, stdin: metrics},
		{name: "example of Prometheus' configuration", tool: promtool, args: []string{"check", "config", "--syntax-only", filepath.Join(dir, "prometheus.yaml")}},
		{name: "example of Alertmanager's configuration", tool: amtool, args: []string{"check-config", filepath.Join(dir, "alertmanager.yaml")}},
	} {
		if err := c.run(ctx, w); err != nil {
			failed = append(failed, err)
		}
	}
	return errors.Join(failed...)
}

func (c check) run(ctx context.Context, w io.Writer) error {
	ctx, cancel := context.WithTimeout(ctx, checkWithin)
	defer cancel()
	cmd := exec.CommandContext(ctx, c.tool, c.args...)
	cmd.Stdin = strings.NewReader(c.stdin)
	var out bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &out
	err := cmd.Run()
	verdict := "ok"
	if err != nil {
		verdict = "FAIL"
	}
	_, _ = fmt.Fprintf(w, "%-45s %s\n%s", c.name, verdict, indent(out.String()))
	if err != nil {
		return fmt.Errorf("%s: %w", c.name, err)
	}
	return nil
}

func indent(s string) string {
	var b strings.Builder
	for line := range strings.Lines(s) {
		if strings.TrimSpace(line) != "" {
			b.WriteString("    " + strings.TrimRight(line, "\n") + "\n")
		}
	}
	return b.String()
}

// prepare writes the dashboard's queries as rules, which promtool can parse, and returns a process' metrics as text.
func prepare(work string) (queries, metrics string, err error) {
	vars := strings.NewReplacer("$__rate_interval", "5m", "$function", ".*")
	var b strings.Builder
	b.WriteString("groups:\n  - name: queries\n    rules:\n")
	n := 0
	for _, p := range monitoring.Panels() {
		for _, q := range p.Queries {
			n++
			fmt.Fprintf(&b, "      - record: query:%d\n        expr: %s\n", n, strconv.Quote(vars.Replace(q.Expr)))
		}
	}
	queries = filepath.Join(work, "queries.yaml")
	if err := os.WriteFile(queries, []byte(b.String()), 0o600); err != nil {
		return "", "", fmt.Errorf("write the queries: %w", err)
	}
	metrics, err = sample()
	return queries, metrics, err
}

// sample is what a process that has counted everything once writes.
func sample() (string, error) {
	r := telemetry.NewRegistry()
	m := telemetry.NewMetrics(io.Discard, "analyze", clock.System(), r)
	for _, d := range telemetry.Definitions() {
		if d.Kind == telemetry.Duration {
			m.Observe(d.Name, 12*time.Millisecond)
			continue
		}
		m.Count(d.Name, 1)
	}
	var b bytes.Buffer
	err := errors.Join(m.Flush(), r.Write(&b))
	return b.String(), err
}
