package monitoring_test

import (
	"bytes"
	"encoding/json"
	"io"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"guardrails/infra/monitoring"
	"guardrails/shared/clock"
	"guardrails/shared/telemetry"
)

// written returns the names of what a process that has counted everything writes, with the gauges.
func written(t *testing.T) map[string]bool {
	t.Helper()
	r := telemetry.NewRegistry()
	m := telemetry.NewMetrics(io.Discard, "analyze", clock.System(), r)
	m.Count(telemetry.Requests, 1)
	for _, d := range telemetry.Definitions() {
		if d.Kind == telemetry.Duration {
			m.Observe(d.Name, time.Second)
		}
	}
	if err := m.Flush(); err != nil {
		t.Fatal(err)
	}
	var b bytes.Buffer
	if err := r.Write(&b); err != nil {
		t.Fatal(err)
	}
	out := map[string]bool{telemetry.BuildInfo: true, telemetry.QueueMessages: true, telemetry.QueueUp: true}
	for line := range strings.Lines(b.String()) {
		if name := regexp.MustCompile(`^guardrails\w+`).FindString(line); name != "" {
			out[name] = true
		}
	}
	return out
}

var metricName = regexp.MustCompile(`guardrails(_\w+|:[\w:]+)`)

// TestEveryMetricOfAQueryIsWritten looks up each name in the dashboard and the rules, and each metric in the dashboard.
func TestEveryMetricOfAQueryIsWritten(t *testing.T) {
	t.Parallel()
	known := written(t)
	for _, rule := range regexp.MustCompile(`record: (\S+)`).FindAllStringSubmatch(monitoring.Rules(), -1) {
		known[rule[1]] = true
	}
	used := map[string]bool{}
	check := func(where, text string) {
		for _, name := range metricName.FindAllString(text, -1) {
			used[name] = true
			if !known[name] {
				t.Errorf("%s uses %s, which nothing writes", where, name)
			}
		}
	}
	for _, p := range monitoring.Panels() {
		for _, q := range p.Queries {
			check("the panel "+p.Title, q.Expr)
		}
	}
	for line := range strings.Lines(monitoring.Rules()) {
		if !strings.Contains(line, "#") && !strings.Contains(line, "name:") {
			check("a rule", line)
		}
	}
	for _, d := range telemetry.Definitions() {
		if !used[d.Prometheus()] && !used[d.Prometheus()+"_bucket"] {
			t.Errorf("no panel shows %s", d.Name)
		}
	}
}

// TestEveryAlertHasARunbook resolves the pages that alerts name, and checks that they know the alert.
func TestEveryAlertHasARunbook(t *testing.T) {
	t.Parallel()
	alerts := strings.Split(monitoring.Rules(), "- alert: ")[1:]
	if want := len(monitoring.Objectives()) * len(monitoring.Burns()); len(alerts) <= want {
		t.Fatalf("there are %d alerts, want %d on budgets and some on causes", len(alerts), want)
	}
	for _, a := range alerts {
		name, _, _ := strings.Cut(a, "\n")
		page := regexp.MustCompile(`runbook: "(.+)"`).FindStringSubmatch(a)
		if page == nil {
			t.Errorf("%s names no runbook", name)
			continue
		}
		text, err := os.ReadFile(filepath.Join("..", "..", page[1]))
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		if !knows(string(text), name) {
			t.Errorf("%s does not speak of %s", page[1], name)
		}
	}
}

// knows reports whether a page names an alert. One on a budget is named by its pattern, with its objective and its speed
// each in a row of a table.
func knows(page, alert string) bool {
	burn := regexp.MustCompile(`^Guardrails(\w+)Burn(\w+)$`).FindStringSubmatch(alert)
	if burn == nil {
		return strings.Contains(page, "`"+alert+"`")
	}
	return strings.Contains(page, "`Guardrails<Objective>Burn<Speed>`") &&
		strings.Contains(page, "\n| "+strings.ToLower(burn[1])+" |") && strings.Contains(page, "\n| "+strings.ToLower(burn[2])+" |")
}

// TestRunbooksNamePanelsThatAreThere looks up each title of the dashboard that a runbook quotes.
func TestRunbooksNamePanelsThatAreThere(t *testing.T) {
	t.Parallel()
	titles := map[string]bool{}
	for _, p := range monitoring.Panels() {
		titles[p.Title] = true
	}
	files, err := filepath.Glob(filepath.Join("..", "..", monitoring.Runbooks, "*.md"))
	if err != nil {
		t.Fatal(err)
	}
	named := 0
	for _, f := range files {
		text, err := os.ReadFile(f)
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range regexp.MustCompile(`panel\s+"([^"]*)"`).FindAllStringSubmatch(string(text), -1) {
			named++
			if !titles[m[1]] {
				t.Errorf("%s names the panel %q, which the dashboard does not have", f, m[1])
			}
		}
	}
	if named == 0 {
		t.Error("no runbook names a panel")
	}
}

// TestDashboardIsWhatGrafanaReads checks the parts of the document that Grafana cannot do without.
func TestDashboardIsWhatGrafanaReads(t *testing.T) {
	t.Parallel()
	text, err := monitoring.Dashboard()
	if err != nil {
		t.Fatal(err)
	}
	var d struct {
		UID, Title    string
		SchemaVersion int
		Panels        []struct {
			ID      int
			Title   string
			GridPos struct{ X, Y, W, H int }
			Targets []struct{ RefID, Expr string }
		}
		Templating struct{ List []struct{ Name string } }
	}
	if err := json.Unmarshal([]byte(text), &d); err != nil {
		t.Fatal(err)
	}
	if d.UID == "" || d.Title == "" || d.SchemaVersion == 0 || len(d.Panels) != len(monitoring.Panels()) || len(d.Templating.List) != 2 {
		t.Fatalf("the dashboard lacks a part: %+v", d)
	}
	taken := map[[2]int]string{}
	for _, p := range d.Panels {
		at := [2]int{p.GridPos.X, p.GridPos.Y}
		if other := taken[at]; other != "" || p.ID == 0 || len(p.Targets) == 0 || p.GridPos.X+p.GridPos.W > 24 {
			t.Errorf("the panel %q lies on %q, or outside, or is empty: %+v", p.Title, other, p)
		}
		taken[at] = p.Title
	}
}
