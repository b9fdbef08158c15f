package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"time"

	"guardrails/infra/monitoring"
	"guardrails/scripts/internal/command"
	"guardrails/scripts/internal/debian"
	"guardrails/scripts/internal/tree"
	"guardrails/shared/clock"
	"guardrails/shared/telemetry"
)

func main() { command.Main("monitoring", run) }

// checkWithin bounds one call of a tool.
const checkWithin = 2 * time.Minute

// The programs that look at the files.
var (
	promtool = debian.Program{Package: "prometheus", Name: "promtool"}
	amtool   = debian.Program{Package: "prometheus-alertmanager", Name: "amtool"}
)

// bench is where the checks work.
type bench struct {
	// root is the project; queries is a file with the dashboard's queries, metrics what a process writes.
	root, queries, metrics string
	out                    io.Writer
}

func run(ctx context.Context, w io.Writer, args []string) error {
	b := &bench{out: w}
	chosen, err := b.steps().Choose(w, args)
	if err != nil {
		return err
	}
	if b.root, err = tree.Root(ctx); err != nil {
		return err
	}
	work, err := os.MkdirTemp("", "guardrails-monitoring-*")
	if err != nil {
		return fmt.Errorf("make a folder: %w", err)
	}
	defer os.RemoveAll(work) //nolint:errcheck // a folder left in the temporary one harms nobody
	if b.queries, b.metrics, err = prepare(work); err != nil {
		return err
	}
	return command.Run(ctx, w, chosen)
}

func (b *bench) steps() command.Steps {
	shipped := func(name string) func() string {
		return func() string { return filepath.Join(b.root, "deploy", "prometheus", name) }
	}
	queries := func() string { return b.queries }
	return command.Steps{Tool: "monitoring", All: []command.Step{
		b.check("rules", "rules of Prometheus", promtool, shipped("rules.yaml"), "check", "rules"),
		b.check("rules-tests", "unit tests of the rules", promtool, shipped("rules_test.yaml"), "test", "rules"),
		b.check("dashboard", "every query of the dashboard parses", promtool, queries, "check", "rules"),
		b.check("metrics", "metrics as a process writes them", promtool, nil, "check", "metrics"),
		b.check("prometheus", "example of Prometheus' configuration", promtool, shipped("prometheus.yaml"), "check", "config", "--syntax-only"),
		b.check("alertmanager", "example of Alertmanager's configuration", amtool, shipped("alertmanager.yaml"), "check-config"),
	}}
}

// check is a step that gives a file to a tool, or the metrics if there is none.
func (b *bench) check(name, about string, tool debian.Program, file func() string, args ...string) command.Step {
	return command.Step{Name: name, About: about, Run: func(ctx context.Context) (string, error) {
		bin, err := tool.Find(ctx, b.root, b.out)
		if err != nil {
			return "", err
		}
		ctx, cancel := context.WithTimeout(ctx, checkWithin)
		defer cancel()
		cmd := exec.CommandContext(ctx, bin, args...)
		if file == nil {
			cmd.Stdin = strings.NewReader(b.metrics)
		} else {
			cmd.Args = append(cmd.Args, file())
		}
		out, err := cmd.CombinedOutput()
		if err != nil {
			return "", fmt.Errorf("%w\n%s", err, bytes.TrimSpace(out))
		}
		if n := counted.Find(out); n != nil {
			return fmt.Sprintf("%s: %s", about, n), nil
		}
		return "", nil
	}}
}

// counted is what promtool says of how much it read.
var counted = regexp.MustCompile(`[0-9]+ rules found`)

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
